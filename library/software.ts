/** What this software calls itself, to peers and to people. */
export const version = "0.1.0";
export const software = `switchyard/${version}`;
