/** Values of options, read and checked; and the options that several commands share. */
import { InvalidArgumentError } from "commander";

/** `--count`: a whole number, 1 or more. */
export function readCount(text: string): number {
  const read = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(read) || read < 1) {
    throw new InvalidArgumentError("wanted a whole number of 1 or more.");
  }
  return read;
}

/** `--rate`: so many a second. */
export function readRate(text: string): number {
  const read = Number(text);
  if (text.trim() === "" || !Number.isFinite(read) || read <= 0) {
    throw new InvalidArgumentError("wanted a number above 0: how many a second.");
  }
  return read;
}

/** `--speed`: `10x` or `10` is ten times as fast as it was. */
export function readSpeed(text: string): number {
  const read = Number(text.replace(/x$/, ""));
  if (!/^[\d.]+x?$/.test(text) || !(read > 0)) {
    throw new InvalidArgumentError("wanted a factor such as 10x.");
  }
  return read;
}

/** `--timeout`: `2s`, `500ms`. */
export function readDurationMs(text: string): number {
  const [, number = "", unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const read = Number(number) * { ms: 1, s: 1000, m: 60_000 }[unit as "ms" | "s" | "m"];
  if (!(read > 0)) throw new InvalidArgumentError("wanted a time such as 2s or 500ms.");
  return read;
}

/** `--expire`: `30s`, `1h`, `7d`. */
export function readLifetimeMs(text: string): number {
  const [, number = "", unit] = /^(\d+(?:\.\d+)?)(h|d)$/.exec(text) ?? [];
  return unit === undefined ? readDurationMs(text) : readDurationMs(`${Number(number) * (unit === "h" ? 60 : 1_440)}m`);
}

/** `--max-bytes`: `1000000`, `512KiB`, `10MiB`, `2GiB`. */
export function readByteCount(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(|B|KiB|MiB|GiB)$/.exec(text) ?? [];
  const read = Math.floor(Number(number) * 1024 ** ["", "KiB", "MiB", "GiB"].indexOf(unit.replace(/^B$/, "")));
  if (!(read >= 1) || !Number.isSafeInteger(read)) {
    throw new InvalidArgumentError("wanted a number of bytes such as 1000000 or 10MiB.");
  }
  return read;
}

/** For an option that may be given more than once. */
export function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
