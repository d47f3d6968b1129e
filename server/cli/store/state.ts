/** `switchyard store … digest` and `status`: whether copies are equal, and who has them. */
import type { NodeReport, Store, StoreReport } from "../../../library/index.ts";
import { waitingFor } from "../progress.ts";
import { conflictsIn, storeFacts } from "../store-facts.ts";
import { counted, harmlessJson, printable, type Style } from "../style.ts";
import { type StoreCall, withAnswer } from "./call.ts";

/** Of the whole content, in a copy made for this. */
export async function digest(call: StoreCall): Promise<void> {
  const { shell, options } = call;
  await withAnswer(call, { mode: "sync", access: "ro" }, async (store) => {
    const { version } = store;
    const entries = store.sizeSync();
    const text = await waitingFor(shell, "hashing", store.digest());
    shell.out.line(options.json ? JSON.stringify({ digest: text, entries, ...version }) : text);
  });
}

interface Holder {
  readonly node: NodeReport;
  readonly store: StoreReport;
}

export async function status(call: StoreCall): Promise<void> {
  const { shell, topic, options } = call;
  await withAnswer(call, { mode: "async", access: "ro" }, async (store, context) => {
    const size = await sizeOf(store);
    const { version } = store;
    const reports = await context.cluster.nodes();
    const holders = reports.filter(({ id }) => id !== context.id).flatMap((node) => holdersOf(node, topic));
    if (holders.length === 0 && size.failure !== undefined) throw size.failure;
    if (options.json) {
      const entries = size.entries ?? null;
      shell.out.line(harmlessJson({ store: topic, ...version, entries, nodes: holders.map(holderJson) }));
    } else {
      shell.out.line(`${shell.style.bold(printable(topic))}  ${thereWords(size.entries, holders)}`);
      for (const holder of holders) shell.out.line(holderLine(holder, shell.style));
      for (const each of conflictsIn(reports)) shell.out.line(shell.style.warning(printable(each)));
    }
    if (size.failure !== undefined) throw size.failure;
  });
}

function thereWords(entries: number | undefined, holders: readonly Holder[]): string {
  if (entries !== undefined) return counted(entries, "entry", "entries");
  const isAble = ({ store }: Holder): boolean => store.role === "authority" && store.state === "live";
  const names = holders.filter(isAble).map(({ node }) => node.name);
  if (names.length !== 1) return "no authority answers";
  return printable(
    `${names[0]} is the authority, and does not answer; do the nodes on the way to it forward the store?`,
  );
}

/** As the authority has it; who has the rest is of interest above all where there is none. */
function sizeOf(store: Store): Promise<{ readonly entries?: number; readonly failure?: Error }> {
  return store.size().then(
    (entries) => ({ entries }),
    (failure: Error) => ({ failure }),
  );
}

function holdersOf(node: NodeReport, topic: string): Holder[] {
  return (node.stores ?? []).filter((store) => store.topic === topic).map((store) => ({ node, store }));
}

function holderJson({ node, store }: Holder) {
  const { name, id } = node;
  const { topic: _, version, ...facts } = store;
  return { node: name, id, ...facts, ...version };
}

function holderLine({ node, store }: Holder, style: Style): string {
  return `  ${style.topic(printable(node.name))}  ${storeFacts(store, style)}`;
}
