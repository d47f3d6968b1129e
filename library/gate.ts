/**
 * The gate of one listener: lets links in to their handshake, as far as there is room.
 *
 * Invariant: whoever is turned away costs a few bytes for a moment, and no more than some of them at once; what happens
 * often is told seldom. Knows nothing of handshakes: who makes connections of links is handed in.
 */
import type { Connection } from "./connection.ts";
import { Admission, type AdmissionLimits } from "./core/admission.ts";
import { SwitchyardError } from "./core/errors.ts";
import { limits } from "./core/limits.ts";
import { Recurring } from "./core/recurring.ts";
import { addressOf } from "./core/remote-address.ts";
import type { Node } from "./node.ts";
import type { Link } from "./transports/transport.ts";
import { preface } from "./wire/frames.ts";
import { writeHandshake } from "./wire/handshake-frames.ts";

export interface GateOptions extends AdmissionLimits {
  readonly node: Node;
  /** Its links tell where they come from. */
  readonly hasAddresses: boolean;
  /** Makes the connection of a link that is let in. */
  readonly connect: (link: Link) => Connection;
}

/** `connection` is there once its handshake has begun. */
interface Guest {
  readonly link: Link;
  connection: Connection | undefined;
}

export class Gate {
  /** Where it is, once it is known. */
  location = "";
  readonly #options: GateOptions;
  readonly #admission: Admission<Guest>;
  readonly #turnedAway = new Recurring();
  /** Links of those who are told why they are turned away. */
  readonly #farewells = new Set<Link>();
  #isClosed = false;
  #cancelStep: () => void = () => {};

  constructor(options: GateOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
  }

  /** Nobody else comes in; who waits goes. Connections stay. */
  close(): void {
    this.#isClosed = true;
    this.#cancelStep();
    for (const { link } of this.#admission.dismiss()) link.destroy();
    for (const link of this.#farewells) link.destroy();
  }

  enter(link: Link): void {
    if (this.#isClosed || this.#options.node.isClosed) {
      link.destroy(); // it was on its way when we closed
      return;
    }
    const { node, hasAddresses } = this.#options;
    const guest: Guest = { link, connection: undefined };
    const address = hasAddresses ? addressOf(link.remote) : undefined;
    const refusal = this.#admission.arrive(guest, address, node.clock.nowMs());
    if (refusal === undefined) this.#step();
    else this.#turnAway(link, refusal);
  }

  /** Lets in whoever there is room for; with `mayCut`, those who had their time make room. */
  #step(mayCut = false): void {
    const { clock } = this.#options.node;
    const { begin, cut } = this.#admission.step(clock.nowMs(), mayCut);
    for (const guest of cut) this.#cutOff(guest);
    for (const guest of begin) this.#begin(guest);
    this.#cancelStep();
    const { deadlineMs } = this.#admission;
    if (deadlineMs === undefined) return;
    const delayMs = Math.max(deadlineMs - clock.nowMs(), 1);
    this.#cancelStep = clock.after(delayMs, () => clock.soon(() => this.#step(true))); // after all input that is there
  }

  #begin(guest: Guest): void {
    const connection = this.#options.connect(guest.link);
    guest.connection = connection;
    let hasJoined = false;
    connection.on("up", () => {
      hasJoined = true;
      this.#admission.joined(guest);
      this.#step();
    });
    connection.on("closed", () => {
      this.#admission.left(guest, hasJoined);
      this.#step();
    });
    connection.accept(guest.link);
  }

  #cutOff({ link, connection }: Guest): void {
    this.#tell("handshakes that did not end made room for others");
    if (connection === undefined) link.destroy();
    else connection.abandon();
  }

  /** Says why, in what little a refusal is, and sees to it that the link ends. */
  #turnAway(link: Link, reason: string): void {
    this.#tell(reason);
    if (this.#farewells.size >= limits.farewells) {
      link.destroy();
      return;
    }
    const { clock, messages } = this.#options.node;
    const cancel = clock.after(limits.farewellMs, () => link.destroy());
    this.#farewells.add(link);
    link.start({
      received: () => {},
      drained: () => {},
      closed: () => {
        this.#farewells.delete(link);
        cancel();
      },
    });
    const { arena } = messages;
    arena.control(writeHandshake({ kind: "reject", code: "TOO_MANY", reason }));
    link.send(Uint8Array.from([...preface, ...arena.bytes.subarray(arena.start, arena.end)]));
    link.close();
  }

  #tell(what: string): void {
    const { node } = this.#options;
    const times = this.#turnedAway.happened(node.clock.nowMs());
    if (times === 0) return;
    const often = times === 1 ? "" : ` (${times} times since this was told last)`;
    node.fail(new SwitchyardError("TOO_MANY", `${this.location}: ${what}${often}`));
  }
}
