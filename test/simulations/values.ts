/** Values of every type for messages to carry: drawn once, picked by each world's own chance. */
import fc from "fast-check";
import type { Value } from "../../library/core/values/index.ts";
import { values } from "../library/core/values/arbitrary.ts";

export const someValues: readonly Value[] = fc.sample(values(2), { numRuns: 400, seed: 20_260_101 });
