/**
 * What became of the writes of one client, kept outside the store: it is held against what the store has in the end.
 *
 * Invariant: knows nothing of stores. What failed with anything but `NO_AUTHORITY` may have taken effect, once.
 */
export interface KeyAccount {
  /** Numbers of writes to this key, in their order. */
  readonly sent: number;
  readonly acknowledged: number;
  /** May have taken effect. */
  readonly uncertain: number;
  /** The last number sent, and the last that was acknowledged; -1 for none. */
  readonly lastSent: number;
  readonly lastAcknowledged: number;
}

export interface AccountTold {
  readonly keys: Readonly<Record<string, KeyAccount>>;
  /** How often writes failed, by code. */
  readonly failures: Readonly<Record<string, number>>;
  readonly sent: number;
  readonly acknowledged: number;
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] };

export class WriteAccount {
  sent = 0;
  acknowledged = 0;
  readonly #keys = new Map<string, Mutable<KeyAccount>>();
  readonly #failures = new Map<string, number>();

  /** Returns what is to be called with what became of it: `acknowledged`, or a code. */
  send(key: string, number: number): (outcome: string) => void {
    const at = this.#keys.get(key) ?? { sent: 0, acknowledged: 0, uncertain: 0, lastSent: -1, lastAcknowledged: -1 };
    this.#keys.set(key, at);
    this.sent += 1;
    at.sent += 1;
    at.lastSent = number;
    return (outcome) => {
      if (outcome === "acknowledged") {
        this.acknowledged += 1;
        at.acknowledged += 1;
        at.lastAcknowledged = Math.max(at.lastAcknowledged, number);
        return;
      }
      if (outcome !== "NO_AUTHORITY") at.uncertain += 1;
      this.#failures.set(outcome, (this.#failures.get(outcome) ?? 0) + 1);
    };
  }

  toTold(): AccountTold {
    const { sent, acknowledged } = this;
    return { keys: Object.fromEntries(this.#keys), failures: Object.fromEntries(this.#failures), sent, acknowledged };
  }
}

/**
 * What became of the writes that settled since: of those that were under way then, too. Those to one key settle in their
 * order.
 */
export function accountSince(before: AccountTold | undefined, now: AccountTold): AccountTold {
  if (before === undefined) return now;
  const keys = Object.entries(now.keys).map(([key, at]): [string, KeyAccount] => {
    const was = before.keys[key] ?? { sent: 0, acknowledged: 0, uncertain: 0 };
    const acknowledged = at.acknowledged - was.acknowledged;
    const lastAcknowledged = acknowledged === 0 ? -1 : at.lastAcknowledged;
    const counts = { sent: at.sent - was.sent, acknowledged, uncertain: at.uncertain - was.uncertain };
    return [key, { ...at, ...counts, lastAcknowledged }];
  });
  const [sent, acknowledged] = [now.sent - before.sent, now.acknowledged - before.acknowledged];
  return { ...now, keys: Object.fromEntries(keys), sent, acknowledged };
}
