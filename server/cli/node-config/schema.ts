/**
 * What a configuration file of `switchyard node` may say, as JSON Schema: docs/schemas/node-config.schema.json is this.
 *
 * Invariant: the reader of configuration files follows this very object, so that the two cannot disagree.
 */

import { storeChoices } from "./store-config.ts";

/** The part of JSON Schema, draft 2020-12, that is used here. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: "object" | "array" | "string" | "boolean" | "integer";
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly default?: string | number | boolean;
  /** Of different types, so that a value fits at most one of them. */
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
}

function text(description: string, rest: Partial<Schema> = {}): Schema {
  return { type: "string", minLength: 1, description, ...rest };
}

function flag(description: string): Schema {
  return { type: "boolean", default: false, description };
}

function list(description: string, items: Schema): Schema {
  return {
    description,
    anyOf: [
      { ...items, description: "The only one." },
      { type: "array", items },
    ],
  };
}

function several(description: string, items: Schema): Schema {
  return { type: "array", description, items };
}

function object(
  description: string,
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[] = [],
): Schema {
  return {
    type: "object",
    description,
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

const tlsFiles = {
  ca: text("PEM file with those who may sign the certificates of peers."),
  cert: text("PEM file with our certificate, and those between it and its authority."),
  key: text("PEM file with the key of our certificate."),
  minVersion: text("The oldest version of TLS that is spoken.", {
    enum: ["TLSv1.2", "TLSv1.3"],
    default: "TLSv1.3",
  }),
  pins: list(
    "Take only peers with one of these certificates.",
    text("SHA-256 of a certificate: 64 hex digits, colons allowed."),
  ),
};

const tlsListening = {
  requireClientCert: flag("Turn away who shows no certificate that `ca` signed."),
};

const tlsConnecting = {
  serverName: text("Whom the peer's certificate must name, where it is not the host of the location."),
  insecureSkipVerify: flag("Believe any certificate: anybody in between can read and change all."),
};

const tokenFile = text(
  "File whose first line is the token that both ends must know. Only its owner may read it (chmod 600).",
);

const patterns = (what: string) =>
  object(`What the peer may ${what}.`, {
    allow: several(`Nothing but what one of these patterns matches; left out, everything.`, text("A pattern.")),
    deny: several(`Never what one of these patterns matches: this wins over \`allow\`.`, text("A pattern.")),
  });

const accessRule = object(
  "What one peer, or all of them, may do. What no rule speaks of is allowed.",
  {
    identity: {
      description: "Whom the rule is about.",
      anyOf: [
        text("The name that the peer gives itself, as a pattern; * for everybody."),
        object("What its certificate proves: one of the two.", {
          fingerprint: text("SHA-256 of the certificate: 64 hex digits, colons allowed."),
          certificateName: text("A pattern for one of the names that the certificate is made out to."),
        }),
      ],
    },
    publish: patterns("publish"),
    subscribe: patterns("subscribe to"),
    forward: patterns("forward"),
    storeRead: patterns("read of stores"),
    storeWrite: patterns("write to stores"),
    own: patterns("own as the authority of stores"),
  },
  ["identity"],
);

const access = several("What the peer may do.", accessRule);

const bound = (description: string): Schema => ({ type: "integer", minimum: 1, description });

const listenLimits = object("Bounds of this place alone.", {
  connections: bound("Connections, those in their handshake included."),
  handshakes: bound("Handshakes under way at once; for one more an old one makes room."),
  handshakesPerSecond: bound("Connections that one address may begin in a second, this machine excepted."),
  handshakeMs: bound("How long a handshake may take."),
});

const location = text(
  "Where: tcp://host:port, tls://host:port, ipc:///path, ws://host:port/path or wss://host:port/path.",
);

const listenEntry = object(
  "One place to listen at.",
  {
    location,
    tls: object("How its links are encrypted, for tls:// and wss://.", { ...tlsFiles, ...tlsListening }),
    tokenFile,
    access,
    limits: listenLimits,
    origins: list("WebSocket: web pages that may connect, by origin.", text("Such as https://example.com.")),
    hosts: list(
      "WebSocket: names of this machine, without port, that clients may use besides localhost.",
      text("A host name."),
    ),
    insecure: flag("Listen beyond this machine without TLS and token: anybody can read and change all."),
  },
  ["location"],
);

const connectEntry = object(
  "One node to connect to.",
  {
    location: text("Where it listens, or @NAME of a saved context."),
    tls: object("How the link is encrypted, for tls:// and wss://.", { ...tlsFiles, ...tlsConnecting }),
    tokenFile,
    access,
  },
  ["location"],
);

const peer = text("A connection, by the name of its peer or by its location. All of them, where it is left out.");

const forwardEntry = object("A rule for what is passed on.", { pattern: text("The pattern."), from: peer, to: peer }, [
  "pattern",
]);

const storeEntry = object(
  "One store.",
  {
    topic: text("The topic of the store."),
    persistent: text("The folder of its database. Left out, nothing is kept on disk."),
    durability: text(
      "How safe a write is before it is acknowledged. Default: disk where it is persistent, else memory.",
      {
        enum: storeChoices.durability,
      },
    ),
    onHeirLost: text("Whether the authority goes on without its heir: when that is gone for sure, never, or always.", {
      enum: storeChoices.onHeirLost,
      default: "proof",
    }),
    heir: text("Name of the only node that may be the heir. Default: the first standby that is in sync."),
    arbiter: text(
      "Who settles which of authority and heir goes on: the node that is witness of this store. Default: nobody.",
      {
        enum: storeChoices.arbiter,
      },
    ),
    repair: text("What to do with a damaged database. Left out, it is refused and nothing is touched.", {
      enum: storeChoices.repair,
    }),
    divergedPath: text(
      "The folder for files of what only this node had when another authority goes on. Default: that of the database, or where the node was started.",
    ),
  },
  ["topic"],
);

const witnessEntry = object(
  "The witness of one store.",
  {
    topic: text("The topic of the store."),
    persistent: text("The folder of its record."),
  },
  ["topic", "persistent"],
);

const entries = (description: string, short: string, long: Schema): Schema => {
  const one = text(short);
  return { description, anyOf: [one, { type: "array", items: { anyOf: [one, long] } }] };
};

export const nodeConfigSchema: Schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://switchyard.example/schemas/node-config.schema.json",
  title: "Configuration of a Switchyard node",
  ...object("What `switchyard node --config FILE` reads, as YAML or JSON. Paths are relative to the file.", {
    $schema: text("Where this schema is, for editors."),
    name: text("What other nodes see. Default: node- and 8 hex digits."),
    listen: entries("Where to listen.", "A location to listen at.", listenEntry),
    connect: entries("Whom to connect to, trying until somebody answers.", "A location, or @NAME.", connectEntry),
    forward: entries("What to pass on between connections.", "A pattern, passed on between all.", forwardEntry),
    store: entries(
      "Stores of which this node is the authority.",
      "A topic, or TOPIC,persistent=DIR and the like as for --store.",
      storeEntry,
    ),
    standby: entries(
      "Stores of which this node keeps a copy that takes over when the authority fails.",
      "A topic, or TOPIC,persistent=DIR and the like as for --standby.",
      storeEntry,
    ),
    witness: entries(
      "Stores of which this node is the witness: it keeps the record that says who is the authority.",
      "TOPIC,persistent=DIR.",
      witnessEntry,
    ),
    tls: object("How links are encrypted wherever an entry of its own says nothing else.", {
      ...tlsFiles,
      ...tlsListening,
      ...tlsConnecting,
    }),
    tokenFile: { ...tokenFile, description: `${tokenFile.description} For every entry that names no other.` },
    insecure: flag("Listen beyond this machine without TLS and token, at every entry."),
    introspection: { type: "boolean", default: true, description: "Tell the cluster about this node when asked." },
    queueMessages: {
      type: "integer",
      minimum: 1,
      default: 8_192,
      description: "Messages that may wait for one slow peer.",
    },
    queueBytes: {
      type: "integer",
      minimum: 1,
      default: 67_108_864,
      description: "Bytes that may wait for one slow peer.",
    },
    onOverflow: text("What happens to events when a peer's queue is full.", {
      enum: ["drop-oldest", "drop-newest", "disconnect"],
      default: "drop-oldest",
    }),
  }),
  examples: [
    { name: "left", listen: ["tcp://127.0.0.1:9999"], forward: ["*"] },
    {
      name: "right",
      listen: [{ location: "tls://0.0.0.0:9999", tls: { cert: "node.pem", key: "node.key" }, tokenFile: "token" }],
      connect: ["tcp://127.0.0.1:9999"],
      forward: [{ pattern: "app.*", from: "left" }],
    },
  ],
};

export function schemaText(): string {
  return `${JSON.stringify(nodeConfigSchema, null, 2)}\n`;
}
