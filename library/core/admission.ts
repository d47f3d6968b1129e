/**
 * Who may begin a handshake at a listener, and who must make room: decided before any memory is spent.
 *
 * A flood of connections that never finish cannot keep others out, because the newest gets in: when all places are
 * taken, the oldest of the address that has most of them goes. Invariant: at most `handshakes` are under way and at most
 * `connections` there. Knows nothing of links or time: the driver says what happens, and when.
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

export type Verdict<Guest> =
  /** With `evicted`, that guest has to go. */
  { readonly kind: "admit"; readonly evicted?: Guest } | { readonly kind: "refuse"; readonly reason: string };

/** A bucket that fills at `handshakesPerSecond`. */
interface Pace {
  tokens: number;
  atMs: number;
}

export class Admission<Guest> {
  readonly #limits: AdmissionLimits;
  /** In their handshake, by address, the oldest first. */
  readonly #waiting = new Map<string, Set<Guest>>();
  readonly #addressOf = new Map<Guest, string>();
  /** The address heard of longest ago first. */
  readonly #paces = new Map<string, Pace>();
  #waitingCount = 0;
  #connected = 0;

  constructor({ connections, handshakes, handshakesPerSecond }: AdmissionLimits) {
    this.#limits = { connections, handshakes, handshakesPerSecond };
  }

  /** Connections there are, those in their handshake included. */
  get count(): number {
    return this.#waitingCount + this.#connected;
  }

  /** Somebody connects. Without an address (this machine's own say nothing) nobody's pace is watched. */
  arrive(guest: Guest, address: string | undefined, nowMs: number): Verdict<Guest> {
    if (address !== undefined && !this.#keepsPace(address, nowMs)) {
      return { kind: "refuse", reason: `more than ${this.#limits.handshakesPerSecond} connections a second` };
    }
    const isFull = this.count >= this.#limits.connections;
    if (isFull && this.#waitingCount === 0) {
      return { kind: "refuse", reason: `more than ${this.#limits.connections} connections` };
    }
    const evicted = isFull || this.#waitingCount >= this.#limits.handshakes ? this.#evict() : undefined;
    this.#wait(guest, address ?? "");
    return evicted === undefined ? { kind: "admit" } : { kind: "admit", evicted };
  }

  /** Its handshake is done. */
  joined(guest: Guest): void {
    if (this.#stopWaiting(guest)) this.#connected += 1;
  }

  /** It is gone, whether its handshake was done or not. Told once of each that was admitted. */
  left(guest: Guest, hadJoined: boolean): void {
    if (hadJoined) this.#connected -= 1;
    else this.#stopWaiting(guest);
  }

  #wait(guest: Guest, address: string): void {
    const company = this.#waiting.get(address) ?? new Set();
    this.#waiting.set(address, company.add(guest));
    this.#addressOf.set(guest, address);
    this.#waitingCount += 1;
  }

  #stopWaiting(guest: Guest): boolean {
    const address = this.#addressOf.get(guest);
    if (address === undefined) return false; // it was evicted
    this.#addressOf.delete(guest);
    this.#waitingCount -= 1;
    const company = this.#waiting.get(address);
    company?.delete(guest);
    if (company?.size === 0) this.#waiting.delete(address);
    return true;
  }

  #evict(): Guest | undefined {
    let largest = new Set<Guest>();
    for (const company of this.#waiting.values()) if (company.size > largest.size) largest = company;
    const [oldest] = largest;
    if (oldest !== undefined) this.#stopWaiting(oldest);
    return oldest;
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
