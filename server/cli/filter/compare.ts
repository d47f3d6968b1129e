/**
 * How a filter compares: like Zeek's own values, but forgiving where a person cannot know which of two types a value has.
 *
 * Counts, ints, doubles and the number of a port compare by number; strings and enums by text. Whatever else differs in
 * type is neither equal nor ordered.
 */
import {
  type Address,
  Count,
  compare,
  Enum,
  equal,
  formatValue,
  Port,
  Subnet,
  typeOf,
  type Value,
  ValueSet,
  ValueTable,
} from "../../../library/index.ts";

export function isSame(a: Value, b: Value): boolean {
  if (typeOf(a) === typeOf(b)) return equal(a, b);
  return orderOf(a, b) === 0;
}

/** Negative, 0 or positive; `undefined` where the two have no order. */
export function orderOf(a: Value, b: Value): number | undefined {
  if (a instanceof Port && b instanceof Port) return compare(a, b);
  const [numberA, numberB] = [numberOf(a), numberOf(b)];
  if (numberA !== undefined && numberB !== undefined) return orderOfNumbers(numberA, numberB);
  const [textA, textB] = [wordOf(a), wordOf(b)];
  if (textA !== undefined && textB !== undefined) return compare(textA, textB);
  return typeOf(a) === typeOf(b) && a !== null ? compare(a, b) : undefined;
}

/** Numbers and bigints compare exactly; NaN has no order. */
function orderOfNumbers(a: number | bigint, b: number | bigint): number | undefined {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? undefined : 0;
}

/** Whether `part` is in `whole`: an address in a subnet, an element in a container, a text in a text. */
export function isIn(part: Value, whole: Value): boolean {
  if (whole instanceof Subnet) return isInSubnet(part, whole);
  if (whole instanceof ValueSet) return whole.has(part) || isAmong(part, whole);
  if (whole instanceof ValueTable) return whole.has(part) || [...whole].some(([key]) => isElement(part, key));
  if (Array.isArray(whole)) return isAmong(part, whole as readonly Value[]);
  const [word, text] = [wordOf(part), wordOf(whole)];
  return word !== undefined && text?.includes(word) === true;
}

/** The values that `in` can look into. */
export function isContainer(value: Value): boolean {
  return value instanceof Subnet || ["set", "table", "vector", "string"].includes(typeOf(value));
}

function isAmong(part: Value, elements: Iterable<Value>): boolean {
  for (const element of elements) if (isElement(part, element)) return true;
  return false;
}

/** A subnet among the elements stands for its addresses. */
function isElement(part: Value, element: Value): boolean {
  return isSame(part, element) || (element instanceof Subnet && isInSubnet(part, element));
}

function isInSubnet(part: Value, whole: Subnet): boolean {
  if (part instanceof Subnet) return part.length >= whole.length && whole.contains(part.address);
  return typeOf(part) === "addr" && whole.contains(part as Address);
}

/** Whether `text` is like `pattern`, in which each `*` stands for any text. Time is bounded by the product of both. */
export function isLike(text: string, pattern: string): boolean {
  let [at, to] = [0, 0];
  let [star, retry] = [-1, 0]; // the last `*`, and where in the text what follows it was tried
  while (at < text.length) {
    if (pattern[to] === "*") {
      star = to++;
      retry = at;
    } else if (pattern[to] === text[at]) {
      at++;
      to++;
    } else if (star >= 0) {
      to = star + 1;
      at = ++retry;
    } else return false;
  }
  while (pattern[to] === "*") to++;
  return to === pattern.length;
}

/** What `~` looks at; `undefined` for none. */
export function textOf(value: Value): string | undefined {
  if (value === null) return undefined;
  if (typeOf(value) === "addr") return (value as Address).text;
  return wordOf(value) ?? formatValue(value);
}

function numberOf(value: Value): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Count) return value.value;
  return value instanceof Port ? value.number : undefined;
}

function wordOf(value: Value): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Enum ? value.name : undefined;
}
