/**
 * `switchyard store … promote`: another node becomes the authority.
 *
 * Invariant: what force may lose is printed before it is taken, and what is lost then was agreed to.
 */
import { type AtRisk, SwitchyardError, type Version, versionsLost } from "../../../library/index.ts";
import { canAsk, isAgreed } from "../asking.ts";
import { harmlessJson, inGroups, printable } from "../style.ts";
import { type StoreCall, withAnswer } from "./call.ts";

/** Questions go where notices go: stdout is for the outcome. */
const keyboard = { input: process.stdin, output: process.stderr };

export async function promote(call: StoreCall): Promise<void> {
  const { shell, topic, options } = call;
  const { force = false, node, timeout: timeoutMs } = options;
  if (options.yes && !force) throw new SwitchyardError("BAD_ARGUMENT", "--yes without --force, which is all it is for");
  await withAnswer(call, { mode: "async", access: "rw" }, async (store) => {
    const agreed = force ? await store.atRisk({ node, timeoutMs }) : undefined;
    if (agreed !== undefined && !(await isMeant(call, agreed))) {
      shell.say("nothing was done");
      shell.failed();
      return;
    }
    const promoted = await store.promote({ force, node: agreed?.node ?? node, agreed, timeoutMs });
    if (options.json) shell.out.line(harmlessJson(promoted));
    else shell.out.line(printable(`${promoted.node} is the authority of ${topic}, epoch ${promoted.epoch}`));
  });
}

/** @throws SwitchyardError `BAD_ARGUMENT` where nobody can be asked */
async function isMeant({ shell, topic, options }: StoreCall, atRisk: AtRisk): Promise<boolean> {
  if (options.json) shell.out.line(harmlessJson({ ...atRisk, lost: versionsLost(atRisk) ?? null }));
  else shell.say(riskText(atRisk));
  if (options.yes) return true;
  if (options.json || !canAsk(keyboard)) {
    throw new SwitchyardError("BAD_ARGUMENT", "promote --force may lose what it says; say --yes if you mean it");
  }
  const question = printable(`Make ${atRisk.node} the authority of ${topic}?`);
  return isAgreed(keyboard, question, shell.stopped);
}

/** What it has, and what others have heard of. */
export function riskText(atRisk: AtRisk): string {
  const { node, held, newest } = atRisk;
  const lost = versionsLost(atRisk);
  const has = `${node} has version ${textOf(held)}`;
  if (lost === 0) return `${has}; nothing later is known of`;
  if (lost === undefined) return `${has}, and of ${textOf(newest)} was heard: how much may be lost is not known`;
  return `${has} of ${textOf(newest)}: ${inGroups(lost)} ${lost === 1 ? "version" : "versions"} may be lost`;
}

function textOf({ epoch, revision }: Version): string {
  return `${epoch}.${revision}`;
}
