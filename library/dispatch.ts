/** Which part of the node a frame from a neighbour is for. Kinds that we do not know are passed over. */
import { learnShape, learnStream, type Surroundings } from "./announcements.ts";
import type { Cluster } from "./cluster.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Node } from "./node.ts";
import { type ControlFrame, type Field, FrameKind } from "./wire/frames.ts";

export class Dispatch {
  readonly #node: Node;
  readonly #cluster: Cluster;
  readonly #around: Surroundings;

  constructor(node: Node, cluster: Cluster) {
    this.#node = node;
    this.#cluster = cluster;
    this.#around = {
      ...{ self: node.origin, streams: node.messages.streams, neighbours: node.neighbours },
      refused: (from, what) => node.refused(from, what),
    };
  }

  /** @throws SwitchyardError when the frame breaks the protocol */
  receive(from: Neighbour, { kind, fields }: ControlFrame): void {
    const { interest, barriers, surveys, reception, acknowledgements } = this.#node;
    if (kind === FrameKind.stream) this.#announced(from, fields);
    else if (kind === FrameKind.shape) learnShape(from, fields);
    else if (kind === FrameKind.interest) interest.receive(from, fields);
    else if (kind === FrameKind.barrier) barriers.receive(from, fields);
    else if (kind === FrameKind.passed) barriers.passed(from, fields);
    else if (kind === FrameKind.ask) this.#cluster.asked(from, fields);
    else if (kind === FrameKind.answer) this.#cluster.answered(from, fields);
    else if (kind === FrameKind.reply) surveys.receive(from, fields);
    else if (kind === FrameKind.acknowledge) acknowledgements.acknowledged(from, fields);
    else if (kind === FrameKind.resend) acknowledgements.resent(from, fields);
    else if (kind === FrameKind.dropped) reception.dropped(from, fields);
    else if (kind === FrameKind.ping) from.send(FrameKind.pong, []);
    // a pong needs no more than having been heard, and of a goodbye the link takes care
  }

  #announced(from: Neighbour, fields: readonly Field[]): void {
    const learned = learnStream(this.#around, from, fields);
    if (learned === undefined) return;
    this.#node.reception.announced(from, learned);
  }
}
