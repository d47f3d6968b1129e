/**
 * The workloads, each beside the reference that needs only Node, and what a release must reach.
 *
 * Targets are ratios to the reference in the same run, or costs of one event; absolute rates are printed and never
 * held against anyone.
 */
import type { Contest, Figures } from "./run.ts";

export interface Target {
  readonly name: string;
  readonly must: number;
  readonly goal?: number;
  readonly better: "more" | "less";
  readonly unit: string;
  /** From our figures and the reference's of the same pair of runs. */
  measure(own: Figures, reference: Figures): number;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly own: Contest;
  /** What the reference is, in words. */
  readonly referenceTitle: string;
  readonly reference?: Contest;
  readonly targets: readonly Target[];
}

const ratio = (name: string, figure: string, must: number, goal?: number): Target => ({
  name,
  must,
  ...(goal !== undefined && { goal }),
  better: figure.startsWith("p") && figure !== "perSecond" ? "less" : "more",
  unit: "×",
  measure: (own, reference) => own[figure]! / reference[figure]!,
});

const cost = (name: string, unit: string, must: number, goal: number, measure: Target["measure"]): Target => ({
  ...{ name, unit, must, goal, measure },
  better: "less",
});

const own = { publisher: "publish", subscriber: "subscribe" } as const;
const raw = { publisher: "rawPublish", subscriber: "rawSubscribe" } as const;
const rawTitle = "raw net + JSON";

/** `scale` 1 is the full size. */
export function workloads(scale: number): readonly Workload[] {
  const events = Math.round(1_000_000 * scale);
  const roundTrips = Math.round(20_000 * scale);
  const rawDirect: Contest = { shape: "direct", scheme: "tcp", roles: raw, events };
  return [
    {
      name: "direct",
      title: "publisher → subscriber, tcp",
      own: { shape: "direct", scheme: "tcp", roles: own, events },
      referenceTitle: rawTitle,
      reference: rawDirect,
      targets: [
        ratio("events/s to the reference", "perSecond", 1.0, 1.25),
        cost("CPU, publisher + subscriber", "µs/event", 2.0, 1.5, ({ cpuMicroseconds }) => cpuMicroseconds!),
        cost("peak memory of a process", "MiB", 100, 80, ({ publisherMiB, subscriberMiB }) =>
          Math.max(publisherMiB!, subscriberMiB!),
        ),
        cost("on the wire", "B/event", 70, 60, ({ bytesPerEvent }) => bytesPerEvent!),
      ],
    },
    {
      name: "direct-1k",
      title: "events of 1 KiB, tcp",
      own: { shape: "direct", scheme: "tcp", roles: own, events: events / 5, stringBytes: 980 },
      referenceTitle: rawTitle,
      reference: { ...rawDirect, events: events / 5, stringBytes: 980 },
      targets: [ratio("events/s to the reference", "perSecond", 1.0)],
    },
    {
      name: "router",
      title: "through one router, tcp",
      own: { shape: "relay", scheme: "tcp", roles: { ...own, router: "route" }, events },
      referenceTitle: `${rawTitle}, without a router`,
      reference: rawDirect,
      targets: [
        cost("CPU of the router", "µs/event", 0.6, 0.4, ({ routerMicroseconds }) => routerMicroseconds!),
        ratio("events/s to the reference", "perSecond", 0.9),
      ],
    },
    {
      name: "ipc",
      title: "publisher → subscriber, ipc",
      own: { shape: "direct", scheme: "ipc", roles: own, events },
      referenceTitle: `${rawTitle}, unix socket`,
      reference: { ...rawDirect, scheme: "ipc" },
      targets: [ratio("events/s to the reference", "perSecond", 1.0)],
    },
    {
      name: "ws",
      title: "publisher → subscriber, ws",
      own: { shape: "direct", scheme: "ws", roles: own, events },
      referenceTitle: `${rawTitle}, tcp`,
      reference: rawDirect,
      targets: [ratio("events/s to the reference", "perSecond", 1.0)],
    },
    {
      name: "fan-out",
      title: "one publisher, 8 connections in one process, tcp",
      own: { shape: "fan-out", scheme: "tcp", roles: { ...own, subscriber: "subscribeMany" }, events: events / 4 },
      referenceTitle: rawTitle,
      reference: {
        ...{ shape: "fan-out", scheme: "tcp", events: events / 4 },
        roles: { publisher: "rawPublish", subscriber: "rawSubscribeMany" },
      },
      targets: [ratio("deliveries/s to the reference", "perSecond", 1.2, 1.8)],
    },
    {
      name: "local",
      title: "raised and handled in one node",
      own: { shape: "one process", scheme: "inproc", roles: { publisher: "publishLocally" }, events: events * 4 },
      referenceTitle: "",
      targets: [
        {
          ...{ name: "events a second", unit: "M/s", must: 3, goal: 8, better: "more" },
          measure: ({ perSecond }) => perSecond! / 1e6,
        },
      ],
    },
    {
      name: "inproc",
      title: "two nodes in one process, inproc",
      own: { shape: "one process", scheme: "inproc", roles: { publisher: "publishInproc" }, events: events * 2 },
      referenceTitle: "",
      targets: [],
    },
    roundTrip("rtt-tcp", "round trip, tcp", "tcp", "bare tcp socket", 1.25, 1.12, roundTrips),
    roundTrip("rtt-ipc", "round trip, ipc", "ipc", "bare unix socket", 1.25, 1.1, roundTrips),
    roundTrip("rtt-ws", "round trip, ws", "ws", "bare WebSocket", 1.25, 1.1, roundTrips),
    {
      name: "rtt-inproc",
      title: "round trip, inproc",
      own: { shape: "trips in one process", scheme: "inproc", roles: { publisher: "askInproc" }, events: roundTrips },
      referenceTitle: "",
      targets: [],
    },
  ];
}

function roundTrip(
  name: string,
  title: string,
  scheme: "tcp" | "ipc" | "ws",
  referenceTitle: string,
  must: number,
  goal: number,
  events: number,
): Workload {
  const bare = scheme === "ws" ? (["rawWsAsk", "rawWsAnswer"] as const) : (["rawAsk", "rawAnswer"] as const);
  return {
    ...{ name, title, referenceTitle },
    own: { shape: "trips", scheme, roles: { publisher: "ask", subscriber: "answer" }, events },
    reference: { shape: "trips", scheme, roles: { publisher: bare[0], subscriber: bare[1] }, events },
    targets: [
      ratio("p50 to the reference", "p50", must, goal),
      ...(scheme === "tcp" ? [ratio("p99 to the reference", "p99", 1.5)] : []),
    ],
  };
}
