/** The ways to an authority: within this node, or over the network. */
import type { Clock } from "../clock.ts";
import { limits } from "../core/limits.ts";
import type { Durability, Version } from "../core/store/change.ts";
import { isRevision, readOutcomes } from "../core/store/columns.ts";
import { operationColumns } from "../core/store/operation-columns.ts";
import type { Answer } from "../surveys.ts";
import type { Desk } from "./desk.ts";
import type { Host } from "./host.ts";
import type { ReadAnswer, ReadPort } from "./reader.ts";
import { readRefusal } from "./refusal.ts";
import type { Traffic } from "./traffic.ts";
import type { WriteAnswer, WritePort } from "./writer.ts";

/** Answers of an authority that goes, which another one may take the place of: asked again after a while. */
const passing: ReadonlySet<string> = new Set(["CLOSED", "FENCED"]);
/** Asked again after a while. */
export const again: WriteAnswer = { kind: "refused", code: "TOO_MANY", what: "another authority is waited for" };

/** `durability`: of writes that do not say. */
export function localWritePort(host: Host, durability: () => Durability): WritePort {
  return {
    window: Number.MAX_SAFE_INTEGER,
    isOpen: () => true,
    send: (request, onAnswer) =>
      host.submit({ ...request, durability: request.durability ?? durability() }, (answer) => {
        const isPassing =
          answer.kind === "done" && answer.outcomes.some((each) => each.kind === "failed" && passing.has(each.code));
        onAnswer(isPassing ? again : answer);
      }),
    push: () => host.push(),
  };
}

export function localReadPort(desk: Desk, clock: Clock): ReadPort {
  return {
    isOpen: () => true,
    ask: (name, args, timeoutMs) =>
      new Promise((resolve) => {
        let answer: ReadAnswer | undefined;
        let cancel: (() => void) | undefined;
        desk.read({ name, args }, "", (told, columns) => {
          answer = { name: told, args: columns };
          cancel?.();
          const isPassing = told === "refused" && passing.has(String(columns[0]));
          if (isPassing) clock.after(limits.storePauseMs, () => resolve(undefined));
          else resolve(answer);
        });
        if (answer === undefined) cancel = clock.after(timeoutMs, () => resolve(undefined));
      }),
  };
}

/** `onHeard` is told of each version that the authority had. */
export function remotePorts(
  traffic: Traffic,
  topic: string,
  onHeard: (version: Version) => void,
): { readonly writePort: WritePort; readonly readPort: ReadPort } {
  return {
    writePort: {
      window: limits.storeOutcomes,
      isOpen: () => traffic.isHeard("write", topic),
      send: ({ client, first, floor, operations, durability }, onAnswer, onFailure) => {
        const args = [client, first, floor, durability ?? null, ...operationColumns(operations)];
        traffic.ask("write", topic, "write", args, limits.storeAskMs).then((answer) => {
          onAnswer(answer && readWriteAnswer(answer));
        }, onFailure);
      },
      push: () => {},
    },
    readPort: {
      isOpen: () => traffic.isHeard("read", topic),
      ask: async (name, args, timeoutMs) => {
        const answer = await traffic.ask("read", topic, name, args, timeoutMs);
        if (answer?.name === "refused" && passing.has(String(answer.args[0]))) return undefined;
        const [epoch, revision] = answer?.args ?? [];
        if (isRevision(epoch) && isRevision(revision)) onHeard({ epoch, revision });
        return answer;
      },
    },
  };
}

/** What is none is as good as no answer. */
function readWriteAnswer({ name, args, node }: Answer): WriteAnswer | undefined {
  if (name === "done") {
    const [epoch, ...columns] = args;
    const outcomes = readOutcomes(columns);
    if (outcomes === undefined || !isRevision(epoch)) return undefined;
    if (outcomes.some((outcome) => outcome.kind === "failed" && passing.has(outcome.code))) return again;
    return { kind: "done", epoch, by: node.id, outcomes };
  }
  if (name === "expected") return isRevision(args[0]) ? { kind: "expected", number: args[0] } : undefined;
  const refusal = readRefusal(name, args);
  if (refusal === undefined) return undefined;
  return passing.has(refusal.code) ? again : { kind: "refused", ...refusal };
}
