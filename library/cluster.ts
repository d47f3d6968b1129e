/**
 * Asks the cluster about itself, and answers when asked.
 *
 * A question floods: each node answers once, over the connection that brought the question first, and passes it on over
 * all others, whatever its forwarding rules, so the whole cluster is seen. It is asked over the reserved topic
 * `.switchyard.nodes`; nodes pass on questions for topics that they do not know. Costs nothing while nobody asks.
 */
import type { Connections } from "./connections.ts";
import { limits } from "./core/limits.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Node } from "./node.ts";
import { type NodeReport, readReport } from "./node-report.ts";
import { SelfReport } from "./self-report.ts";
import type { Stores } from "./stores.ts";
import { isIndex, malformed } from "./wire/fields.ts";
import { type Field, FrameKind } from "./wire/frames.ts";

const nodesTopic = ".switchyard.nodes";

interface Question {
  /** Where the answers go: a neighbour, or ourselves. */
  readonly from: Neighbour | Inquiry;
}

export class Cluster {
  readonly #node: Node;
  readonly #self: SelfReport;
  readonly #isOpen: boolean;
  /** Questions under way, the oldest first; bounded by limits.questions. */
  readonly #questions = new Map<string, Question>();
  #count = 0;

  constructor(node: Node, connections: () => Connections, stores: () => Stores, isOpen: boolean) {
    this.#node = node;
    this.#self = new SelfReport(node, connections, stores);
    this.#isOpen = isOpen;
  }

  /**
   * What each node that can be reached tells of itself, ourselves first, then by distance. Nodes that tell nothing are
   * there with `isPrivate`. Resolves when all that are known of have answered, or after the time: always
   * then where one is private, for it does not tell who is behind it.
   *
   * @param options.timeoutMs default 1000
   * @param options.topicLimit topics told by each node, busiest first; default 1000, at most 10,000
   * @throws SwitchyardError `CLOSED`
   */
  async nodes({ timeoutMs = 1_000, topicLimit = 1_000 }: NodesOptions = {}): Promise<readonly NodeReport[]> {
    this.#node.checkOpen();
    const limit = Math.min(topicLimit, 10_000);
    const inquiry = new Inquiry(this.#self.make(limit));
    const id = `${this.#node.origin.id}-${this.#count++}`;
    for (const neighbour of this.#node.neighbours) inquiry.expect(neighbour.peerId);
    this.#remember(id, inquiry);
    for (const neighbour of this.#node.neighbours) neighbour.send(FrameKind.ask, [id, nodesTopic, 1, limit]);
    const cancel = this.#node.clock.after(timeoutMs, () => inquiry.finish());
    await inquiry.finished;
    cancel();
    this.#questions.delete(id);
    return inquiry.reports();
  }

  /** A neighbour asks, or passes a question on. @throws SwitchyardError `BAD_FRAME` */
  asked(from: Neighbour, [id, topic, hops, limit]: readonly Field[]): void {
    if (typeof id !== "string" || typeof topic !== "string" || !isIndex(hops, 256)) throw malformed("ask");
    if (id.length > 64 || this.#questions.has(id)) return; // it came round
    this.#remember(id, from);
    if (topic === nodesTopic) {
      const most = isIndex(limit) ? Math.min(limit, 10_000) : 1_000;
      const report = this.#isOpen ? this.#self.make(most) : this.#self.makePrivate();
      from.send(FrameKind.answer, [id, hops, JSON.stringify(report)]);
    }
    if (hops >= limits.hops) return;
    for (const neighbour of this.#node.neighbours) {
      if (neighbour !== from) neighbour.send(FrameKind.ask, [id, topic, hops + 1, limit ?? null]);
    }
  }

  /** An answer, for us or to be passed back. @throws SwitchyardError `BAD_FRAME` */
  answered(from: Neighbour, fields: readonly Field[]): void {
    const [id, hops, text] = fields;
    if (typeof id !== "string" || !isIndex(hops, 256) || typeof text !== "string") throw malformed("answer");
    const asker = this.#questions.get(id)?.from;
    if (asker === undefined || asker === from) return; // too late, or nonsense
    if (!(asker instanceof Inquiry)) {
      if (this.#node.neighbours.has(asker)) asker.send(FrameKind.answer, fields);
      return;
    }
    const report = readReport(text, hops);
    if (report !== undefined) asker.add(report);
  }

  #remember(id: string, from: Neighbour | Inquiry): void {
    this.#questions.set(id, { from });
    if (this.#questions.size <= limits.questions) return;
    const [oldest] = this.#questions.keys();
    if (oldest !== undefined) this.#questions.delete(oldest);
  }
}

export interface NodesOptions {
  readonly timeoutMs?: number;
  readonly topicLimit?: number;
}

/** One question of ours: done when every node that some answer names has answered. */
class Inquiry {
  readonly finished: Promise<void>;
  finish: () => void = () => {};
  readonly #reports = new Map<string, NodeReport>();
  readonly #expected = new Set<string>();
  #isAnyPrivate = false;

  constructor(own: NodeReport) {
    this.finished = new Promise((resolve) => {
      this.finish = resolve;
    });
    this.#reports.set(own.id, own);
    queueMicrotask(() => this.#finishIfComplete()); // nobody else may be there
  }

  expect(id: string): void {
    if (!this.#reports.has(id)) this.#expected.add(id);
  }

  add(report: NodeReport): void {
    this.#reports.set(report.id, report);
    this.#expected.delete(report.id);
    this.#isAnyPrivate ||= report.isPrivate;
    for (const { peerId, state } of report.connections) if (state === "up") this.expect(peerId);
    this.#finishIfComplete();
  }

  reports(): NodeReport[] {
    return [...this.#reports.values()].sort((a, b) => a.hops - b.hops || (a.name < b.name ? -1 : 1));
  }

  /** Never, once a node keeps to itself whom it knows: those behind it may still answer. */
  #finishIfComplete(): void {
    if (this.#expected.size === 0 && !this.#isAnyPrivate) this.finish();
  }
}
