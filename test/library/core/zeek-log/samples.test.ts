import { describe, expect, it } from "vitest";
import {
  formatTsvHeader,
  formatTsvLine,
  jsonLinePrinter,
  LogReader,
  type LogRecord,
} from "../../../../library/core/zeek-log/index.ts";
import { dataLines, sampleFiles, sampleLines, withoutSamples } from "./samples.ts";

function readAll(file: string, lines: readonly string[]): LogRecord[] {
  const reader = new LogReader(file);
  const records = lines.map((line) => reader.read(line)).filter((record) => record !== undefined);
  reader.end();
  return records;
}

describe.skipIf(sampleFiles.length === 0)(`real logs (skipped where ${withoutSamples})`, () => {
  it.each(sampleFiles)("%s comes back byte for byte", (file) => {
    const lines = sampleLines(file);
    const records = readAll(file, lines);
    const printed = records.map(({ layout, values }) =>
      file.endsWith(".json.gz") ? jsonLinePrinter(layout.columns)(values) : formatTsvLine(values),
    );
    expect(printed).toEqual(dataLines(lines));
  });

  it.each(sampleFiles.filter((file) => file.endsWith(".log.gz")))("the header of %s comes back", (file) => {
    const lines = sampleLines(file);
    const [record] = readAll(file, lines);
    const { path, columns } = record!.layout;
    const open = lines.find((line) => line.startsWith("#open"))!.slice("#open\t".length);
    const header = lines.slice(0, 8).map((line) => `${line}\n`);
    expect(formatTsvHeader({ path: path!, columns, open })).toBe(header.join(""));
  });

  it("finds two layouts in weird.json, since Zeek leaves out what is unset", () => {
    const records = readAll("weird.json", sampleLines("weird.json.gz"));
    const layouts = [...new Set(records.map(({ layout }) => layout))];
    expect(layouts.map(({ path, columns }) => [path, columns.length])).toEqual([
      ["weird", 12],
      ["weird", 13],
    ]);
  });

  it("reads the same values from the TSV and the JSON of one log", () => {
    const tsv = readAll("notice.log", sampleLines("notice.log.gz"));
    const json = readAll("notice.json", sampleLines("notice.json.gz"));
    const shared = ["ts", "uid", "id.orig_h", "id.orig_p", "msg", "src", "p"];
    const pick = ({ layout, values }: LogRecord) =>
      shared.map((name) => values[layout.columns.findIndex((column) => column.name === name)]);
    expect(json.map(pick)).toEqual(tsv.map(pick));
  });
});
