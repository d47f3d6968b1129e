/**
 * Times, intervals and doubles as Zeek's logs write them.
 *
 * Invariant: what Zeek wrote is printed back byte for byte, and what it could not have written loses nothing: times
 * finer than a microsecond get nine decimals, doubles as many as they need.
 * Knows nothing of columns; a time is nanoseconds since 1970 here, an interval nanoseconds.
 */

const nanosecondsMin = -(2n ** 63n);
const nanosecondsMax = 2n ** 63n - 1n;

/** Beyond what fits 32 bits, Zeek turns to an exponent. */
const plainSecondsMax = 2 ** 31 - 1;

/** `1521911720.865716`, `-0.5`, `4.294967296e+09`: the nanoseconds they are, or `undefined` for anything else. */
export function parseSeconds(text: string): bigint | undefined {
  const point = text.length - 7;
  if (point > 0 && point < 11 && text.charCodeAt(point) === 46) {
    // What nearly every cell is: six decimals, and few enough digits to be in range.
    if (isPlainDecimal(text)) return BigInt(text.slice(0, point) + text.slice(point + 1)) * 1000n;
  }
  return parseAnySeconds(text);
}

/** Digits and one point: no sign, no exponent. */
function isPlainDecimal(text: string): boolean {
  let points = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) points++;
    else if (code < 48 || code > 57) return false;
  }
  return points === 1;
}

function parseAnySeconds(text: string): bigint | undefined {
  const [, sign, whole, fraction = "", exponentText = "0"] =
    /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  if (whole === undefined || text.length > 400) return undefined;

  const exponent = Number(exponentText) + 9 - fraction.length;
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0n;
  if (digits.length + exponent > 19) return undefined;
  const magnitude = exponent >= 0 ? BigInt(digits) * 10n ** BigInt(exponent) : rounded(digits, -exponent);
  const nanoseconds = sign === "-" ? -magnitude : magnitude;
  return nanoseconds < nanosecondsMin || nanoseconds > nanosecondsMax ? undefined : nanoseconds;
}

/** `digits` without the last `places`, rounded half up. */
function rounded(digits: string, places: number): bigint {
  if (places > digits.length) return 0n;
  const kept = BigInt(digits.slice(0, digits.length - places) || "0");
  return (digits[digits.length - places] ?? "0") >= "5" ? kept + 1n : kept;
}

/** Nanoseconds as Zeek's TSV has them: `1521911720.865716`, `-2.1504318496896954e+09`. */
export function formatSeconds(nanoseconds: bigint): string {
  const rest = Number(nanoseconds % 1000n);
  const microseconds = Number(nanoseconds / 1000n);
  if (rest !== 0) return formatNanoseconds(nanoseconds);

  const magnitude = Math.abs(microseconds);
  const seconds = Math.floor(magnitude / 1e6);
  if (seconds >= plainSecondsMax) return formatLarge(nanoseconds);
  const fraction = String(magnitude - seconds * 1e6 + 1e6).slice(1);
  return `${microseconds < 0 ? "-" : ""}${seconds}.${fraction}`;
}

function formatNanoseconds(nanoseconds: bigint): string {
  const text = decimalText(nanoseconds);
  return Math.abs(Number(text)) > plainSecondsMax ? formatLarge(nanoseconds) : text;
}

/** All nine decimals of a number of seconds. */
function decimalText(nanoseconds: bigint): string {
  const digits = String(nanoseconds < 0n ? -nanoseconds : nanoseconds).padStart(10, "0");
  return `${nanoseconds < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** The shortest decimal that is the same double, with an exponent where no double is exactly that nanosecond, too. */
function formatLarge(nanoseconds: bigint): string {
  const text = decimalText(nanoseconds);
  const seconds = Number(text);
  if (Math.abs(seconds) <= plainSecondsMax) return text.replace(/000$/, "");
  const short = withExponent(seconds);
  return parseAnySeconds(short) === nanoseconds ? short : text;
}

/** `4.294967296e+09`: C's way, in which an exponent has two digits at least. */
function withExponent(value: number): string {
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** A double as Zeek's TSV has it: `37.751`, `2.0`, `nan`. */
export function formatTsvDouble(value: number): string {
  if (!Number.isFinite(value)) return formatUnbounded(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return Object.is(value, -0) ? "-0.0" : `${value}.0`;
  const text = String(value);
  return text.includes("e") ? withExponent(value) : text;
}

function formatUnbounded(value: number): string {
  if (Number.isNaN(value)) return "nan";
  return value > 0 ? "inf" : "-inf";
}

/** The double that `text` is, or `undefined`. */
export function parseDouble(text: string): number | undefined {
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  const [, sign, word] = /^([+-]?)(inf|nan)$/i.exec(text) ?? [];
  if (word === undefined) return undefined;
  if (word.toLowerCase() === "nan") return Number.NaN;
  return sign === "-" ? -Infinity : Infinity;
}

/** A double as Zeek's JSON has it: `3600.0`, `0.00087`, `1e-7`; JSON has no word for the infinite, so that is `null`. */
export function formatJsonDouble(value: number): string {
  if (!Number.isFinite(value)) return "null";
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return Object.is(value, -0) ? "-0.0" : `${value}.0`;
  return String(value).replace("e+", "e");
}

/** An interval as Zeek's JSON has it: a double of seconds. Not a nanosecond is lost: long ones keep all their digits. */
export function formatJsonSeconds(nanoseconds: bigint): string {
  const text = decimalText(nanoseconds);
  const short = formatJsonDouble(Number(text));
  return parseAnySeconds(short) === nanoseconds ? short : text.replace(/0+$/, "");
}
