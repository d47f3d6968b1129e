/**
 * Which paths of remote writes may become files, whatever system we are on.
 *
 * Invariant: segments that come out of here, joined by either kind of slash beneath a folder, name something in that
 * folder on every system, and nothing that a system treats in a way of its own. Knows nothing of disks and links.
 */
import { limits } from "./limits.ts";
import { textFault } from "./topic.ts";
import { utf8Length } from "./values/utf8.ts";

/** The segments, or what is wrong: ready to follow the path in a message. */
export type PathDecision = { readonly segments: readonly string[] } | { readonly fault: string };

/** Reads a path such as `logs/2026/dns.log`. A segment `.` is passed over; nothing else is changed. */
export function decidePath(path: string): PathDecision {
  const fault = textFault(path);
  if (fault !== undefined) return { fault };
  if (path.startsWith("/")) return { fault: "is absolute" };
  const segments = path.split("/").filter((segment) => segment !== ".");
  if (segments.length === 0) return { fault: "names no file" };
  if (path.endsWith("/.")) return { fault: "names a folder" };
  if (segments.length > limits.pathDepth) return { fault: `has more than ${limits.pathDepth} segments` };
  for (const segment of segments) {
    const wrong = segmentFault(segment);
    if (wrong !== undefined) return { fault: wrong };
  }
  return { segments };
}

/** Some systems take a look-alike for the character itself, so both must pass. */
function segmentFault(segment: string): string | undefined {
  return faultAsWritten(segment) ?? (segment === segment.normalize("NFKC") ? undefined : lookAlikeFault(segment));
}

function lookAlikeFault(segment: string): string | undefined {
  const plain = segment.normalize("NFKC");
  if (plain.includes("/")) return "has a look-alike of a slash";
  const fault = faultAsWritten(plain);
  return fault === undefined ? undefined : `${fault}, in look-alikes`;
}

/** Control characters, and what does not show: it hides what a name is, and some systems pass over it. */
const invisible = /[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;
/** The backslash parts segments on Windows, the colon names drives and streams, the others are refused there. */
const reserved = /[\\:<>"|?*]/;
/** With any extension, and blanks before it, these are devices on Windows, whatever the folder. */
const device = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]*(?:\.|$)/i;

function faultAsWritten(segment: string): string | undefined {
  if (segment === "") return "has an empty segment";
  if (segment === "." || segment === "..") return "has a segment of dots";
  if (utf8Length(segment) > limits.pathSegmentBytes) {
    return `has a segment of more than ${limits.pathSegmentBytes} bytes`;
  }
  if (invisible.test(segment)) return "has a character that does not show";
  if (reserved.test(segment)) return `has one of \\ : < > " | ? *`;
  if (/[. ]$/.test(segment)) return "has a segment that ends with a dot or a space";
  return device.test(segment) ? "has the name of a device" : undefined;
}
