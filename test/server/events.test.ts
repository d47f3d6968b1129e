/** Raising events from the editor. */
import { expect, test } from "vitest";
import type { ReceivedEvent } from "../../library/index.ts";
import { connect } from "../../server/protocol/clusters.ts";
import { askSurvey, checkArguments, raiseEvent } from "../../server/protocol/events.ts";
import { startServer } from "./client.ts";
import { listeningNode } from "./nodes.ts";

async function connected() {
  const client = await startServer();
  const { context, location } = await listeningNode("manager");
  const { cluster } = await client.request(connect, { name: "lab", location });
  return { client, cluster, manager: context };
}

test("an event goes out with its typed arguments, and the peers it went to are counted", async () => {
  const { client, cluster, manager } = await connected();
  expect(await client.request(raiseEvent, { cluster, topic: "a.b", name: "e", args: "" })).toEqual({ peers: 0 });

  const received = new Promise<[ReceivedEvent, string]>((resolve) => {
    void manager.events.on("a.*", (event, topic) => resolve([event, topic]));
  });
  const sent = await client.until(
    () => client.request(raiseEvent, { cluster, topic: "a.b", name: "hello", args: '10.0.0.1, 5 min, "x"' }),
    ({ peers }) => peers > 0,
  );
  expect(sent).toEqual({ peers: 1 });
  const [event, topic] = await received;
  expect([topic, event.name, event.args.map(String)]).toEqual(["a.b", "hello", ["10.0.0.1", "5 min", "x"]]);
});

test.each([
  ["a.*", "e", "", "BAD_TOPIC"],
  ["", "e", "", "BAD_TOPIC"],
  [".reserved", "e", "", "BAD_TOPIC"],
  ["a", "", "", "BAD_ARGUMENT"],
  ["a", "e", "1, [", "BAD_VALUE"],
])("raising %j with name %j and arguments %j fails with %s", async (topic, name, args, code) => {
  const { client, cluster } = await connected();
  expect(await client.failure(raiseEvent, { cluster, topic, name, args })).toMatchObject({ code });
});

test("a question is answered by each node that handles it, until its deadline", async () => {
  const { client, cluster, manager } = await connected();
  const ask = (rest: object = {}) =>
    client.request(askSurvey, { cluster, topic: "a.b", name: "how", args: "42", timeoutMs: 50, ...rest });
  expect(await ask()).toEqual({ answers: [], leftOut: 0 });
  await manager.events.on("a.*", ({ args }, _topic, reply) => reply([args[0] ?? null, "fi\u202ene"]));
  const { answers } = await client.until(ask, (answer) => answer.answers.length > 0);
  expect(answers).toEqual([
    {
      ...{ node: "manager", nodeId: manager.id, hops: 1, afterMs: expect.any(Number) },
      ...{ name: "how", text: '42, "fi\\xe2\\x80\\xaene"' },
    },
  ]);
  const wrong = { cluster, topic: "a.*", name: "e", args: "", timeoutMs: 50 };
  expect(await client.failure(askSurvey, wrong)).toMatchObject({ code: "BAD_TOPIC" });
  const long = { ...wrong, topic: "a", timeoutMs: 20_001 };
  expect(await client.failure(askSurvey, long)).toMatchObject({ code: "BAD_ARGUMENT" });
});

test("arguments are checked as they are typed", async () => {
  const { client } = await connected();
  const check = (text: string) => client.request(checkArguments, { text });
  expect(await check("")).toEqual({ types: [] });
  expect(await check('  42, "a, b" , {1, 2},[2001:db8::1]  ')).toEqual({ types: ["count", "string", "set", "addr"] });
  expect(await check("1 2")).toEqual({ problem: { message: 'expected the end or ","', position: 2 } });
  expect(await check("1,")).toMatchObject({ problem: { position: 2 } });
  expect(await check('1, "open')).toMatchObject({ problem: { position: expect.any(Number) } });
});
