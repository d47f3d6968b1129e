/** Style sheets are imported for the bundler's sake; they have no exports. */
declare module "*.css" {}
