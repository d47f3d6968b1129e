/** `switchyard node`: a node that runs until it is told to stop. */
import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { type Context, type FailureCode, type OverflowPolicy, SwitchyardError } from "../../library/index.ts";
import { addConnectionOptions, type ConnectionOptions } from "./connection-options.ts";
import { tellOf, withNode } from "./joining.ts";
import { forwardAll } from "./named-forwards.ts";
import { emptyConfig, mergeNodeConfig, type NodeConfig, parseNodeConfig } from "./node-config/node-config.ts";
import { schemaText } from "./node-config/schema.ts";
import { readStoreConfig, readWitnessConfig } from "./node-config/store-config.ts";
import { type ConnectTarget, connectTargetsOf, type ListenTarget, listenTargetsOf } from "./node-places.ts";
import { checkStoresOnce, keepStores } from "./node-stores.ts";
import { gather, readCount } from "./options.ts";
import { type Shell, whenStopped } from "./shell.ts";
import { counted, inGroups, printable } from "./style.ts";

interface Options extends ConnectionOptions {
  readonly config?: string;
  readonly check?: true;
  readonly printSchema?: true;
  readonly json?: true;
  readonly name?: string;
  readonly listen?: readonly string[];
  readonly connect?: readonly string[];
  readonly forward?: readonly string[];
  readonly store?: readonly string[];
  readonly standby?: readonly string[];
  readonly witness?: readonly string[];
  readonly queueMessages?: number;
  readonly queueBytes?: number;
  readonly onOverflow?: OverflowPolicy;
  /** False where `--no-introspection` was given; commander says true otherwise. */
  readonly introspection: boolean;
  readonly requireClientCert?: true;
  readonly tlsMinVersion?: "TLSv1.2" | "TLSv1.3";
  readonly insecure?: true;
}

const policies: readonly OverflowPolicy[] = ["drop-oldest", "drop-newest", "disconnect"];

export function registerNode(program: Command, shell: Shell): void {
  const node = program
    .command("node")
    .description("Runs a node until it is told to stop: a router, or a place to meet.")
    .option("--config <file>", "read the configuration from a YAML or JSON file; options add to it")
    .option("--check", "only check the configuration: files and names as well as the schema")
    .option("--print-schema", "print the JSON Schema of the configuration file, for editors")
    .option("--name <name>", "what other nodes see (default: node- and 8 hex digits)")
    .option("--listen <loc>", "listen there; may be given more than once", gather)
    .option("--connect <loc>", "connect to the node there, trying until it answers; more than once", gather)
    .option("--forward <pattern>", "pass on what matches between all connections; more than once", gather)
    .option("--store <topic>", "be the authority of the store there: TOPIC[,persistent=DIR]; more than once", gather)
    .option("--standby <topic>", "keep a copy of it that takes over: TOPIC[,persistent=DIR]; more than once", gather)
    .option(
      "--witness <topic>",
      "keep the record of who is its authority: TOPIC,persistent=DIR; more than once",
      gather,
    )
    .option("--queue-messages <n>", "messages that may wait for one slow peer (default: 8192)", readCount)
    .option("--queue-bytes <n>", "bytes that may wait for one slow peer (default: 64 MiB)", readCount)
    .addOption(
      new Option("--on-overflow <what>", "when the queue of a peer is full (default: drop-oldest)").choices(policies),
    )
    .option("--no-introspection", "tell the cluster no more than the name of this node")
    .option("--insecure", "listen beyond this machine without TLS and token")
    .option("--json", 'print {"ready":true,"name":…,"listening":[…]} when it listens; "stores", too, where it has any');
  addConnectionOptions(node);
  node
    .addOption(
      new Option("--require-client-cert", "turn away who shows no certificate that --tls-ca signed").helpGroup(heading),
    )
    .addOption(
      new Option("--tls-min-version <version>", "the oldest TLS that is spoken (default: TLSv1.3)")
        .choices(["TLSv1.2", "TLSv1.3"])
        .helpGroup(heading),
    )
    .addHelpText(
      "after",
      `
The connection options hold for every --listen and --connect whose scheme is tls
or wss; a token, for all of them.

Examples: a router that a second one connects to
  switchyard node --name left --listen tcp://127.0.0.1:9999 --forward '*'
  switchyard node --name right --connect tcp://127.0.0.1:9999 --listen ipc:///tmp/right.sock --forward '*'
  switchyard node --config right.yaml --check

A store, kept on disk, and a spare for it; its users connect to both:
  switchyard node --listen tcp://127.0.0.1:9999 --store app.hosts,persistent=./hosts --forward app.hosts
  switchyard node --listen tcp://127.0.0.1:9998 --connect tcp://127.0.0.1:9999 --standby app.hosts,persistent=./spare --forward app.hosts

Behind the topic stand persistent=DIR,
durability=memory|process|disk|replicated, onHeirLost=proof|wait|continue,
heir=NAME, arbiter=witness, repair=truncate|from-replica and divergedPath=DIR
(where what only this node had is saved, when another authority goes on
without it).

A configuration file has the same names:
  {"name":"left","listen":["tcp://127.0.0.1:9999"],"forward":["*"]}`,
    )
    .action((options: Options) => run(shell, options));
}

const heading = "Connection options:";

async function run(shell: Shell, options: Options): Promise<void> {
  if (options.printSchema) {
    shell.out.write(schemaText());
    return;
  }
  const config = mergeNodeConfig(await fileConfigOf(options), optionConfigOf(options));
  if (config.listen.length === 0 && config.connect.length === 0) {
    throw new SwitchyardError("BAD_ARGUMENT", "a node needs somewhere to --listen, or somebody to --connect to");
  }
  checkStoresOnce(config);
  const places = { listen: await listenTargetsOf(config), connect: await connectTargetsOf(shell, config) };
  if (options.check) tellChecked(shell, config, options);
  else await serve(shell, config, places, options);
}

interface Places {
  readonly listen: readonly ListenTarget[];
  readonly connect: readonly ConnectTarget[];
}

async function serve(shell: Shell, config: NodeConfig, places: Places, { json }: Options): Promise<void> {
  const { name, introspection, queueMessages, queueBytes, onOverflow } = config;
  const settings = {
    ...(introspection !== undefined && { introspection }),
    ...(queueMessages !== undefined && { queueMessages }),
    ...(queueBytes !== undefined && { queueBytes }),
    ...(onOverflow !== undefined && { onOverflow }),
  };
  await withNode(shell, { command: "node", name, settings }, async (context) => {
    forwardAll(context, config.forward);
    const listeners = [];
    for (const { location, options } of places.listen) {
      listeners.push(await context.connections.listen(location, options));
    }
    for (const { location, warning } of listeners) {
      if (warning !== undefined) shell.say(`warning: ${printable(location)} is not safe: ${warning}`);
    }
    const listening = listeners.map(({ location }) => location);
    const attempts = places.connect.map((target) => keepConnecting(shell, context, target));
    await Promise.all(attempts.map(({ tried }) => tried));
    const kept = await Promise.race([keepStores(shell, context, config), whenStopped(shell)]);
    if (kept === undefined) return;
    const stores = kept.stores.length === 0 ? {} : { stores: kept.stores };
    if (json) shell.out.line(JSON.stringify({ ready: true, name: context.name, listening, ...stores }));
    else shell.out.write(greeting(shell, context.name, listening, config));
    await Promise.race([whenStopped(shell), kept.failed, ...attempts.map(({ failed }) => failed)]);
  });
}

async function fileConfigOf({ config }: Options): Promise<NodeConfig> {
  return config === undefined ? emptyConfig : parseNodeConfig(await readFile(config, "utf8"), config);
}

/** The options, in the words of the configuration file. */
function optionConfigOf(options: Options): NodeConfig {
  const { name, queueMessages, queueBytes, onOverflow, tokenFile, insecure } = options;
  const { tlsCa, tlsCert, tlsKey, tlsServerName, pin, tlsMinVersion } = options;
  const tls = {
    ...(tlsCa !== undefined && { ca: tlsCa }),
    ...(tlsCert !== undefined && { cert: tlsCert }),
    ...(tlsKey !== undefined && { key: tlsKey }),
    ...(tlsServerName !== undefined && { serverName: tlsServerName }),
    ...(pin !== undefined && { pins: pin }),
    ...(tlsMinVersion !== undefined && { minVersion: tlsMinVersion }),
    ...(options.requireClientCert && { requireClientCert: true }),
    ...(options.insecureSkipVerify && { insecureSkipVerify: true }),
  };
  return {
    ...(name !== undefined && { name }),
    ...(queueMessages !== undefined && { queueMessages }),
    ...(queueBytes !== undefined && { queueBytes }),
    ...(onOverflow !== undefined && { onOverflow }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(insecure !== undefined && { insecure }),
    ...(!options.introspection && { introspection: false }),
    ...(Object.keys(tls).length > 0 && { tls }),
    listen: (options.listen ?? []).map((location) => ({ location })),
    connect: (options.connect ?? []).map((location) => ({ location })),
    forward: (options.forward ?? []).map((pattern) => ({ pattern })),
    store: (options.store ?? []).map(readStoreConfig),
    standby: (options.standby ?? []).map(readStoreConfig),
    witness: (options.witness ?? []).map(readWitnessConfig),
  };
}

function tellChecked(shell: Shell, checked: NodeConfig, { config, json }: Options): void {
  const { name, listen, connect, forward, store, standby, witness } = checked;
  if (json) {
    shell.out.line(
      JSON.stringify({
        valid: true,
        name: name ?? null,
        listen: listen.length,
        connect: connect.length,
        forward: forward.length,
        store: store.length,
        standby: standby.length,
        witness: witness.length,
      }),
    );
    return;
  }
  const parts = [
    counted(listen.length, "listener"),
    counted(connect.length, "connection"),
    counted(forward.length, "forwarding rule"),
    ...(store.length > 0 ? [counted(store.length, "store")] : []),
    ...(standby.length > 0 ? [`${inGroups(standby.length)} on standby`] : []),
    ...(witness.length > 0 ? [`witness of ${inGroups(witness.length)}`] : []),
  ];
  shell.out.line(`${printable(config ?? "the configuration")} is good: ${parts.join(", ")}`);
}

function greeting({ style }: Shell, name: string, listening: readonly string[], config: NodeConfig): string {
  const lines = [`${style.bold(name)} is up; Ctrl-C ends it`];
  for (const location of listening) lines.push(`  listens at  ${printable(location)}`);
  for (const { location } of config.connect) lines.push(`  connects to ${printable(location)}`);
  for (const { pattern, from, to } of config.forward) {
    const between = `${from === undefined ? "" : ` from ${printable(from)}`}${to === undefined ? "" : ` to ${printable(to)}`}`;
    lines.push(`  forwards    ${style.topic(printable(pattern))}${between}`);
  }
  for (const { topic } of config.store) lines.push(`  keeps       ${style.topic(printable(topic))}`);
  for (const { topic } of config.witness) lines.push(`  witness of  ${style.topic(printable(topic))}`);
  for (const { topic } of config.standby) lines.push(`  stands by   ${style.topic(printable(topic))}`);
  return `${lines.join("\n")}\n`;
}

/** A peer that is not there yet may come. Anything else is a mistake that waiting does not mend. */
const passing: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "UNREACHABLE",
  "TIMED_OUT",
  "NAME_NOT_FOUND",
  "PEER_LOST",
]);

const firstWaitMs = 100;
const longestWaitMs = 5_000;

interface Attempts {
  /** Resolves when the first attempt is over, however it ended; rejects when no other makes sense. */
  readonly tried: Promise<void>;
  /** Rejects when a later attempt meets what waiting does not mend; otherwise never settles. */
  readonly failed: Promise<never>;
}

/** Connects, and goes on trying until somebody answers. */
function keepConnecting(shell: Shell, context: Context, { location, options }: ConnectTarget): Attempts {
  const attempt = async (): Promise<boolean> => {
    try {
      tellOf(shell, await context.connections.open(location, options));
      return true;
    } catch (error) {
      if (!(error instanceof SwitchyardError) || !passing.has(error.code)) throw error;
      return false;
    }
  };
  const first = attempt();
  const failed = new Promise<never>((_resolve, reject) => {
    const goOn = async (): Promise<void> => {
      if (await first) return;
      shell.say(`${printable(location)}: nobody answers yet; trying until somebody does`);
      let waitMs = firstWaitMs;
      do {
        await pause(shell, waitMs);
        waitMs = Math.min(waitMs * 2, longestWaitMs);
      } while (!shell.stopped.aborted && !(await attempt()));
      if (!shell.stopped.aborted) shell.say(`${printable(location)}: connected`);
    };
    goOn().catch(reject);
  });
  failed.catch(() => undefined); // told by `tried`, or to whoever waits for it
  return { tried: first.then(() => undefined), failed };
}

function pause({ stopped }: Shell, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    stopped.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      stopped.removeEventListener("abort", done);
      resolve();
    }
  });
}
