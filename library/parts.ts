/** Parts of the library that the benchmark measures alone. No part of the public API: programs import `index.ts`. */
export { PatternIndex } from "./core/pattern-index.ts";
export { RecentMatches } from "./core/recent-matches.ts";
export { openDatabase } from "./storage/level-database.ts";
export { Arena } from "./wire/codec.ts";
export { FrameKind, routing } from "./wire/frames.ts";
export { Shape } from "./wire/shape.ts";
export { signatureOfAll } from "./wire/signature.ts";
