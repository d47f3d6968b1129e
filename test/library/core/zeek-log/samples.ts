/** Real logs, which lie beside the repository where there are any; tests that need them say so in words where not. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const folder = fileURLToPath(new URL("../../../../../shared/data/zeek-logs/", import.meta.url));

/** Their file names; empty where the folder is absent. */
export const sampleFiles: readonly string[] = existsSync(folder)
  ? readdirSync(folder).filter((file) => /\.(log|json)\.gz$/.test(file))
  : [];

export const withoutSamples = "the real logs of ../shared/data/zeek-logs are not here";

export function samplePath(file: string): string {
  return folder + file;
}

export function sampleLines(file: string): string[] {
  const lines = gunzipSync(readFileSync(samplePath(file)))
    .toString("utf8")
    .split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The lines that hold records: all but those of a header. */
export function dataLines(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith("#"));
}
