/** The workloads: who takes part, how much they do, and what ours must reach. docs/benchmarks.md describes them. */
import { bareAddend } from "./bare-frames.ts";
import { allPeers, type Contestant, own, raw, rawTrips } from "./contestant.ts";
import { eventName, topic } from "./event.ts";
import { storeWorkloads } from "./store-workloads.ts";
import { cost, rate, type Target, timesAsLittle, timesAsMuch } from "./target.ts";

export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Ours is the first. */
  readonly contestants: readonly Contestant[];
  readonly targets: readonly Target[];
}

export interface Sizes {
  /** 1 is the full size. */
  readonly scale: number;
  /** Where the peers' packages are. */
  readonly packages: string;
}

export function workloads(sizes: Sizes): readonly Workload[] {
  return [
    ...throughput(sizes),
    ...inOneProcess(sizes),
    ...roundTrips(sizes),
    ...matching(sizes),
    codec(sizes),
    ...storeWorkloads(sizes),
  ];
}

function throughput({ scale, packages }: Sizes): readonly Workload[] {
  const events = Math.round(1_000_000 * scale);
  const direct = { shape: "direct", scheme: "tcp", events } as const;
  const large = { ...direct, events: Math.round(events / 5), stringBytes: 980 };
  const fanOut = { shape: "fan-out", scheme: "tcp", events: Math.round(events / 4) } as const;
  const bareRoles = { publisher: "barePublish", subscriber: "bareSubscribe" } as const;
  const bareContest = { ...direct, events: events * 10, roles: bareRoles, addend: bareAddend };
  const memory = cost("peak memory of a process", "MiB", ["publisherMiB", "subscriberMiB"], { must: 100, goal: 80 });
  return [
    {
      name: "direct",
      title: "publisher → subscriber, tcp",
      contestants: [
        own(direct),
        raw(direct),
        { name: "bare", title: "bare frames, only counted", contest: bareContest },
        ...allPeers(direct, packages),
      ],
      targets: [
        timesAsMuch("perSecond", "nats", { must: 3, goal: 4 }),
        timesAsMuch("perSecond", "raw", { must: 1.0, goal: 1.25 }),
        timesAsMuch("perSecond", "bare", { goal: 0.09 }),
        cost("CPU, publisher + subscriber", "µs/event", ["cpuMicroseconds"], { must: 2.0, goal: 1.5 }),
        memory,
        cost("on the wire", "B/event", ["bytesPerEvent"], { must: 70, goal: 60 }),
      ],
    },
    {
      name: "direct-1k",
      title: "events of 1 KiB, tcp",
      contestants: [own(large), raw(large), ...allPeers(large, packages)],
      targets: [
        timesAsMuch("perSecond", "nats", { must: 2.5, goal: 4 }),
        timesAsMuch("perSecond", "raw", { must: 1.0 }),
      ],
    },
    {
      name: "router",
      title: "through one router, tcp",
      contestants: [
        own({ ...direct, shape: "relay" }, { publisher: "publish", subscriber: "subscribe", router: "route" }),
        raw(direct, "raw net + JSON, without a router"),
        ...allPeers(direct, packages).filter(({ name }) => name === "nats"),
      ],
      targets: [
        timesAsMuch("perSecond", "nats", { must: 2.5, goal: 4 }),
        cost("CPU of the router", "µs/event", ["routerMicroseconds"], { must: 0.6, goal: 0.4 }),
        timesAsMuch("perSecond", "raw", { must: 0.9 }),
      ],
    },
    {
      name: "ipc",
      title: "publisher → subscriber, ipc",
      contestants: [
        own({ ...direct, scheme: "ipc" }),
        raw({ ...direct, scheme: "ipc" }, "raw net + JSON, unix socket"),
      ],
      targets: [timesAsMuch("perSecond", "raw", { must: 1.0 })],
    },
    {
      name: "ws",
      title: "publisher → subscriber, ws",
      contestants: [own({ ...direct, scheme: "ws" }), raw(direct, "raw net + JSON, tcp")],
      targets: [timesAsMuch("perSecond", "raw", { must: 1.0 })],
    },
    {
      name: "lazy",
      title: "a subscriber that reads topic and name only, tcp",
      contestants: [own({ ...direct, headOnly: true, addend: topic.length + eventName.length }), raw(direct)],
      targets: [],
    },
    {
      name: "slow",
      title: "a subscriber slower than its publisher, tcp",
      contestants: [own({ ...direct, events: events * 10, isSlow: true })],
      targets: [memory, cost("growth after a tenth", "MiB", ["growthMiB"], { must: 20, goal: 10 })],
    },
    {
      name: "fan-out",
      title: "one publisher, 8 connections in one process, tcp",
      contestants: [
        own(fanOut, { publisher: "publish", subscriber: "subscribeMany" }),
        raw(fanOut),
        ...allPeers(fanOut, packages),
      ],
      targets: [
        timesAsMuch("perSecond", "nats", { must: 3, goal: 4 }),
        timesAsMuch("perSecond", "raw", { must: 1.2, goal: 1.8 }),
      ],
    },
  ];
}

function inOneProcess({ scale }: Sizes): readonly Workload[] {
  const events = Math.round(1_000_000 * scale);
  const task = { shape: "one process", scheme: "inproc" } as const;
  return [
    {
      name: "local",
      title: "raised and handled in one node",
      contestants: [own({ ...task, events: events * 4 }, { publisher: "publishLocally" })],
      targets: [rate("events a second", "M/s", "perSecond", 1e6, { must: 3, goal: 8 })],
    },
    {
      name: "inproc",
      title: "two nodes in one process, inproc",
      contestants: [own({ ...task, events: events * 2 }, { publisher: "publishInproc" })],
      targets: [],
    },
  ];
}

function roundTrips({ scale, packages }: Sizes): readonly Workload[] {
  const task = { shape: "trips", scheme: "tcp", events: Math.round(20_000 * scale) } as const;
  const roles = { publisher: "ask", subscriber: "answer" } as const;
  const between = (scheme: "tcp" | "ipc" | "ws", reference: string, goal: number, ...more: Target[]): Workload => ({
    name: `rtt-${scheme}`,
    title: `round trip, ${scheme}`,
    contestants: [
      own({ ...task, scheme }, roles),
      rawTrips({ ...task, scheme }, reference),
      ...(scheme === "tcp" ? allPeers(task, packages) : []),
    ],
    targets: [timesAsLittle("p50", "raw", { must: 1.25, goal }), ...more],
  });
  return [
    between(
      ...(["tcp", "bare tcp socket", 1.12] as const),
      timesAsLittle("p99", "raw", { must: 1.5 }),
      timesAsLittle("p50", "nats", { must: 0.5 }),
    ),
    between("ipc", "bare unix socket", 1.1),
    between("ws", "bare WebSocket", 1.1),
    {
      name: "rtt-inproc",
      title: "round trip, inproc",
      contestants: [own({ ...task, shape: "trips in one process", scheme: "inproc" }, { publisher: "askInproc" })],
      targets: [],
    },
  ];
}

/** Fewer patterns than this have too few topics to measure. */
const fewestPatterns = 1_000;

function matching({ scale, packages }: Sizes): readonly Workload[] {
  const at = (name: string, count: number, targets: readonly Target[]): Workload => {
    const events = Math.max(Math.round(count * scale), fewestPatterns);
    const task = { shape: "alone", scheme: "inproc", events } as const;
    const contest = { ...task, roles: { publisher: "matchQlobber" }, packages } as const;
    return {
      name,
      title: `one topic against ${events.toLocaleString("en").replaceAll(",", " ")} patterns`,
      contestants: [
        own(task, { publisher: "match" }),
        { name: "qlobber", title: "qlobber", needs: "qlobber", contest },
      ],
      targets,
    };
  };
  return [
    at("match-1k", 1_000, []),
    at("match-100k", 100_000, []),
    at("match", 1_000_000, [
      timesAsLittle("coldNs", "qlobber", { must: 1, goal: 0.75 }),
      cost("hot match, remembered", "ns", ["recentNs"], { must: 100, goal: 30 }),
      cost("memory", "B/subscription", ["bytesPerSubscription"], { must: 250, goal: 100 }),
      rate("inserts a second", "k/s", "insertsPerSecond", 1e3, { must: 250 }),
    ]),
  ];
}

function codec({ scale }: Sizes): Workload {
  const task = { shape: "alone", scheme: "inproc", events: Math.round(1_000_000 * scale) } as const;
  return {
    name: "codec",
    title: "an event to bytes and back, without a link",
    contestants: [
      own(task, { publisher: "codec" }),
      { name: "array", title: "bare array of msgpackr", contest: { ...task, roles: { publisher: "codecArray" } } },
    ],
    targets: [
      timesAsLittle("bothNs", "array", { must: 1.3, goal: 1.15 }),
      cost("bytes", "B/event", ["bytesPerEvent"], { must: 70, goal: 60 }),
    ],
  };
}
