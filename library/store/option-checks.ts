/** What a store that may be the authority is opened with: looked at before anything is opened. */
import { SwitchyardError } from "../core/errors.ts";
import { needsDisk } from "../core/store/change.ts";
import { entryCheck } from "../core/store/schema.ts";
import { isKept, type StandbyOptions } from "./options.ts";

const choices = {
  onHeirLost: ["proof", "wait", "continue"],
  arbiter: ["witness"],
  repair: ["truncate", "from-replica"],
} as const;

/** @throws SwitchyardError `BAD_ARGUMENT`, or `UNSUPPORTED` where writes were to be safer than memory is */
export function checkElectiveOptions(topic: string, options: StandbyOptions): void {
  const bad = (what: string): never => {
    throw new SwitchyardError("BAD_ARGUMENT", `${what} of store ${topic}`);
  };
  for (const name of ["onHeirLost", "arbiter", "repair"] as const) {
    const [given, known]: [unknown, readonly unknown[]] = [options[name], choices[name]];
    if (given !== undefined && !known.includes(given)) bad(`${name} that is none of ${known.join(", ")},`);
  }
  for (const name of ["persistent", "clear"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "boolean")
      bad(`${name} that is neither true nor false`);
  }
  for (const name of ["path", "divergedPath", "heir"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "string") bad(`${name} that is no text`);
  }
  const { durability, path, schema } = options;
  if (isKept(options) && !path) bad("persistent, and no path,");
  if (schema !== undefined) entryCheck(schema);
  if (!isKept(options) && durability !== undefined && needsDisk(durability)) {
    throw new SwitchyardError(
      "UNSUPPORTED",
      `durability ${durability} of store ${topic}, which has no path and so is in memory alone`,
    );
  }
}
