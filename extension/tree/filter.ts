/** What a person types to find topics and nodes: a part of the name, or a pattern when there is a `*` in it. */

/** Upper and lower case are the same. */
export function matches(filter: string, name: string): boolean {
  const wanted = filter.toLowerCase();
  const text = name.toLowerCase();
  return wanted.includes("*") ? matchesPattern(wanted.split("*"), text) : text.includes(wanted);
}

/** The parts must follow each other, the first at the beginning and the last at the end. */
function matchesPattern(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > end) return false;
    from = found + part.length;
  }
  return true;
}
