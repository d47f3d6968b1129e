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
  #farewells = 0;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
  }

  enter(link: Link): void {
    const { node, hasAddresses, connect } = this.#options;
    const guest: Guest = { link, connection: undefined };
    const verdict = this.#admission.arrive(
      guest,
      hasAddresses ? addressOf(link.remote) : undefined,
      node.clock.nowMs(),
    );
    if (verdict.kind === "refuse") {
      this.#turnAway(link, verdict.reason);
      return;
    }
    if (verdict.evicted !== undefined) this.#evict(verdict.evicted);
    const connection = connect(link);
    guest.connection = connection;
    let hasJoined = false;
    connection.on("up", () => {
      hasJoined = true;
      this.#admission.joined(guest);
    });
    connection.on("closed", () => this.#admission.left(guest, hasJoined));
    connection.accept(link);
  }

  #evict({ connection }: Guest): void {
    this.#tell("handshakes that did not end made room for others");
    connection?.abandon();
  }

  /** Says why, in what little a refusal is, and sees to it that the link ends. */
  #turnAway(link: Link, reason: string): void {
    this.#tell(reason);
    if (this.#farewells >= limits.farewells) {
      link.destroy();
      return;
    }
    const { clock, messages } = this.#options.node;
    const cancel = clock.after(limits.farewellMs, () => link.destroy());
    this.#farewells += 1;
    link.start({
      received: () => {},
      drained: () => {},
      closed: () => {
        this.#farewells -= 1;
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
