/** `switchyard store … promote` as processes, at a node that has nothing of the store but knows the way to it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Context, type Store } from "../../../library/index.ts";
import { riskText } from "../../../server/cli/store/promote.ts";
import { listeningNode, run, useCommand } from "./command.ts";

useCommand();

let location: string;
const nodes: Context[] = [];
let first: Store;
let second: Store;

async function join(name: string): Promise<Context> {
  const context = new Context({ name });
  nodes.push(context);
  await context.connections.open(location);
  return context;
}

beforeAll(async () => {
  ({ location } = await listeningNode("tcp://127.0.0.1:0", "--forward", "*", "--name", "router"));
  first = await (await join("first")).stores.openAuthoritative("app.hosts");
  await first.insert("a", 1);
});

afterAll(() => Promise.all(nodes.map((node) => node.close())));

function promote(...args: readonly string[]) {
  return run("store", location, "app.hosts", "promote", ...args);
}

/** Resolves when the store has come to this in the succession. */
function comesTo(store: Store, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (state: string): void => {
      if (state !== wanted) return;
      store.off("term", look);
      resolve();
    };
    store.on("term", look);
  });
}

it("F6: without a standby nobody is promoted; one that is in sync is, by its name too", async () => {
  const vain = await promote();
  expect([vain.status, vain.out, vain.err]).toEqual([1, "", expect.stringMatching(/\[NO_HEIR\]\n$/)]);
  const isProtected = comesTo(first, "protected");
  second = await (await join("second")).stores.openStandby("app.hosts");
  await isProtected;
  const isBack = comesTo(second, "protected");
  expect(await promote()).toEqual({ status: 0, out: "second is the authority of app.hosts, epoch 2\n", err: "" });
  expect(second.role).toBe("authority");
  await isBack;
  const back = await promote("--node", "first", "--json");
  expect([back.status, JSON.parse(back.out)]).toEqual([0, { node: "first", epoch: 3 }]);
  expect(await promote("--node", "first")).toMatchObject({ out: "first is the authority of app.hosts, epoch 3\n" });
});

it("F6: by force only when that is meant, and what may be lost is printed first", async () => {
  const { epoch, revision } = first.version;
  const asked = await promote("--force", "--node", "second");
  const notice = `second has version ${epoch}.${revision}; nothing later is known of\n`;
  expect([asked.status, asked.out, asked.err.startsWith(notice)]).toEqual([2, "", true]);
  expect(asked.err).toMatch(/say --yes if you mean it/);
  expect([first.role, second.role]).toEqual(["authority", "standby"]);
  const taken = await promote("--force", "--node", "second", "--yes", "--json");
  const version = { epoch, revision };
  expect(
    taken.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { node: "second", held: version, newest: version, lost: 0 },
    { node: "second", epoch: epoch + 3 },
  ]);
  expect([second.role, second.lookupSync("a")]).toEqual(["authority", 1]);
});

it("is called wrongly by whoever agrees to nothing", async () => {
  const { status, err } = await promote("--yes");
  expect([status, err]).toEqual([2, expect.stringMatching(/--yes without --force/)]);
});

it("says what may be lost in words", () => {
  const at = (epoch: number, revision: number) => ({ epoch, revision });
  const told = (held: ReturnType<typeof at>, newest: ReturnType<typeof at>) => riskText({ node: "b", held, newest });
  expect(told(at(1, 5), at(1, 5))).toBe("b has version 1.5; nothing later is known of");
  expect(told(at(1, 5), at(1, 6))).toBe("b has version 1.5 of 1.6: 1 version may be lost");
  expect(told(at(1, 5), at(1, 1_205))).toBe("b has version 1.5 of 1.1205: 1 200 versions may be lost");
  expect(told(at(1, 5), at(3, 0))).toBe("b has version 1.5, and of 3.0 was heard: how much may be lost is not known");
});
