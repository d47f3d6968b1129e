/** The time in a message's header: MessagePack's 64-bit timestamp, 30 bits of nanoseconds above 34 of seconds. */
import { SwitchyardError } from "../core/errors.ts";
import { Time } from "../core/values/index.ts";
import type { WireTime } from "./codec.ts";

const billion = 1_000_000_000n;
/** 2^34 seconds: until the year 2514. */
const maxSeconds = 17_179_869_184;

export function wireTimeOfMs(ms: number): WireTime {
  const seconds = Math.floor(ms / 1000);
  return pack(seconds, Math.floor((ms - seconds * 1000) * 1e6));
}

/** @throws SwitchyardError `OUT_OF_RANGE` before 1970 */
export function wireTimeOf(time: Time): WireTime {
  const seconds = Number(time.nanoseconds / billion);
  if (time.nanoseconds < 0n || seconds >= maxSeconds) {
    throw new SwitchyardError("OUT_OF_RANGE", `${time.toString()} as the time of a message, which begins in 1970`);
  }
  return pack(seconds, Number(time.nanoseconds % billion));
}

function pack(seconds: number, nanoseconds: number): WireTime {
  return { high: (nanoseconds * 4 + Math.floor(seconds / 2 ** 32)) | 0, low: seconds | 0 };
}

/** Whatever the bits are, the result is a time: nanoseconds beyond a billion count as more seconds. */
export function timeOfWire({ high, low }: WireTime): Time {
  const seconds = BigInt((high & 3) * 2 ** 32 + (low >>> 0));
  const nanoseconds = seconds * billion + BigInt(high >>> 2);
  return new Time(nanoseconds > maxNanoseconds ? maxNanoseconds : nanoseconds);
}

const maxNanoseconds = 2n ** 63n - 1n;
