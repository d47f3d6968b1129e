/**
 * Whose handshake begins at a listener, who waits, and who must make room: decided before any memory is spent.
 *
 * A burst of nodes that all finish is served one after the other. A flood of links that never finish cannot keep others
 * out: of those that wait the newest is next, and when somebody waits, the oldest handshake of the address that has
 * most has to go after a while. Invariant: at most `handshakes` are under way, with those connected at most
 * `connections`. Knows nothing of links or timers: the driver says what happens and when, and carries out the steps.
 */
import { limits } from "./limits.ts";

export interface AdmissionLimits {
  /** Through this listener, those in their handshake included. */
  readonly connections: number;
  /** Under way at once. */
  readonly handshakes: number;
  /** Of one address in a second, and at once after a rest. */
  readonly handshakesPerSecond: number;
}

/** What is to be done now. */
export interface Step<Guest> {
  readonly begin: readonly Guest[];
  /** Whose handshake was under way, or who waited: they have to go. */
  readonly cut: readonly Guest[];
}

/** A bucket that fills at `handshakesPerSecond`. */
interface Pace {
  tokens: number;
  atMs: number;
}

export class Admission<Guest> {
  readonly #limits: AdmissionLimits;
  /** When each handshake under way began, by address, the oldest first. */
  readonly #begun = new Map<string, Map<Guest, number>>();
  readonly #addressOf = new Map<Guest, string>();
  /** Who waits, the newest last, with its address. */
  readonly #waiting = new Map<Guest, string>();
  /** The address heard of longest ago first. */
  readonly #paces = new Map<string, Pace>();
  #connected = 0;

  constructor({ connections, handshakes, handshakesPerSecond }: AdmissionLimits) {
    this.#limits = { connections, handshakes, handshakesPerSecond };
  }

  /**
   * Somebody connects. Without an address (this machine's own say nothing) nobody's pace is watched.
   * Returns why it is turned away; otherwise it waits for its step.
   */
  arrive(guest: Guest, address: string | undefined, nowMs: number): string | undefined {
    const { connections, handshakesPerSecond } = this.#limits;
    if (address !== undefined && !this.#keepsPace(address, nowMs)) {
      return `more than ${handshakesPerSecond} connections a second`;
    }
    if (this.#connected >= connections) return `more than ${connections} connections`;
    this.#waiting.set(guest, address ?? "");
    return undefined;
  }

  /**
   * To be called after whatever else is called here, and at `deadlineMs`. Only with `mayCut` somebody has to make room:
   * after all input has been read, or a stall of our own would look like one of theirs.
   */
  step(nowMs: number, mayCut: boolean): Step<Guest> {
    const begin: Guest[] = [];
    const cut: Guest[] = [];
    while (this.#waiting.size > 0) {
      if (this.#addressOf.size >= this.#places) {
        const late = this.#oldest();
        if (!mayCut || late === undefined || nowMs < late.beganMs + limits.handshakeShareMs) break;
        this.#forget(late.guest);
        cut.push(late.guest);
        continue;
      }
      const [newest, address] = [...this.#waiting].at(-1)!;
      this.#waiting.delete(newest);
      this.#begin(newest, address, nowMs);
      begin.push(newest);
    }
    for (const guest of this.#waiting.keys()) {
      if (this.#waiting.size <= limits.waitingLinks) break;
      this.#waiting.delete(guest);
      cut.push(guest);
    }
    return { begin, cut };
  }

  /** When somebody who waits can be helped, if nothing happens before; `undefined` while nobody waits. */
  get deadlineMs(): number | undefined {
    const oldest = this.#waiting.size === 0 ? undefined : this.#oldest();
    return oldest === undefined ? undefined : oldest.beganMs + limits.handshakeShareMs;
  }

  /** Its handshake is done. */
  joined(guest: Guest): void {
    if (this.#forget(guest)) this.#connected += 1;
  }

  /** It is gone, whether its handshake was done or not. Told once of each that was begun. */
  left(guest: Guest, hadJoined: boolean): void {
    if (hadJoined) this.#connected -= 1;
    else this.#forget(guest);
  }

  /** Nobody waits any more: returns those who did. */
  dismiss(): readonly Guest[] {
    const dismissed = [...this.#waiting.keys()];
    this.#waiting.clear();
    return dismissed;
  }

  /** Handshakes that may be under way. */
  get #places(): number {
    return Math.min(this.#limits.handshakes, this.#limits.connections - this.#connected);
  }

  #begin(guest: Guest, address: string, nowMs: number): void {
    const company = this.#begun.get(address) ?? new Map<Guest, number>();
    this.#begun.set(address, company.set(guest, nowMs));
    this.#addressOf.set(guest, address);
  }

  /** False: its handshake is not under way. */
  #forget(guest: Guest): boolean {
    const address = this.#addressOf.get(guest);
    if (address === undefined) return false;
    this.#addressOf.delete(guest);
    const company = this.#begun.get(address);
    company?.delete(guest);
    if (company?.size === 0) this.#begun.delete(address);
    return true;
  }

  /** The oldest handshake of the address that has most. */
  #oldest(): { readonly guest: Guest; readonly beganMs: number } | undefined {
    let largest = new Map<Guest, number>();
    for (const company of this.#begun.values()) if (company.size > largest.size) largest = company;
    const [first] = largest;
    return first === undefined ? undefined : { guest: first[0], beganMs: first[1] };
  }

  #keepsPace(address: string, nowMs: number): boolean {
    const rate = this.#limits.handshakesPerSecond;
    const pace = this.#paces.get(address) ?? { tokens: rate, atMs: nowMs };
    pace.tokens = Math.min(rate, pace.tokens + ((nowMs - pace.atMs) / 1000) * rate);
    pace.atMs = nowMs;
    this.#paces.delete(address); // and back in, as the one heard of last
    this.#paces.set(address, pace);
    const [first] = this.#paces.keys();
    if (this.#paces.size > limits.addresses && first !== undefined) this.#paces.delete(first);
    if (pace.tokens < 1) return false;
    pace.tokens -= 1;
    return true;
  }
}
