/** Every text that a person reads goes through `l10n.t` or the manifest's own table, and is there in German. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Literal, literalsOf } from "./literals.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readJson = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8")) as Record<string, unknown>;

const sources = readdirSync(join(root, "extension"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => join(entry.parentPath, entry.name))
  .map((path) => ({ path: path.slice(root.length), literals: literalsOf(readFileSync(path, "utf8")) }));

const isTranslated = ({ use }: Literal) => use === "l10n.t";
/** Written for whoever reads the log, or for whoever programs a panel. */
const isForEngineers = ({ use }: Literal) => /^log\.|^channel\.|^why:$/.test(use);
/** Two words in a row, or a capital at the beginning of one; neither markup nor script nor our name. */
const readsLikeWords = ({ text }: Literal) =>
  (/[a-z]{2,} [a-z]{2,}/i.test(text) || /^[A-Z][a-z]+( |…|$)/.test(text)) && !/^(<|\{\n|Switchyard$)/.test(text);

const translated = new Set(sources.flatMap(({ literals }) => literals.filter(isTranslated).map(({ text }) => text)));

/** `{0}` and the like. */
const placeholders = (text: unknown) => new Set(String(text).match(/\{\d+\}|\$\{\d+|\(command:[^)]+\)|`#[^`]+`/g));

describe("texts in code", () => {
  it("are translated, all that read like words", () => {
    const forgotten = sources.flatMap(({ path, literals }) =>
      literals
        .filter((literal) => readsLikeWords(literal) && !isTranslated(literal) && !isForEngineers(literal))
        .map(({ text }) => `${path}: ${text}`),
    );
    expect(forgotten).toEqual([]);
  });

  it("are never put together inside l10n.t, where no translator finds them", () => {
    expect([...translated].filter((text) => text.includes("{}"))).toEqual([]);
  });

  it("are there in German, and nothing else is", () => {
    expect(new Set(Object.keys(readJson("extension/l10n/bundle.l10n.de.json")))).toEqual(translated);
  });

  it("keep their placeholders in German", () => {
    for (const [english, german] of Object.entries(readJson("extension/l10n/bundle.l10n.de.json"))) {
      expect(placeholders(german)).toEqual(placeholders(english));
    }
  });
});

describe("texts of the manifest", () => {
  const manifest = readFileSync(join(root, "package.json"), "utf8");
  const named = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));

  it("are all in the table, and the table has no other", () => {
    expect(new Set(Object.keys(readJson("package.nls.json")))).toEqual(named);
  });

  it("are all in German, with their links and settings", () => {
    const english = readJson("package.nls.json");
    const german = readJson("package.nls.de.json");
    expect(Object.keys(german)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(german)) expect(placeholders(text)).toEqual(placeholders(english[key]));
  });

  it("have no title or description of their own", () => {
    const texts: string[] = [];
    JSON.stringify(readJson("package.json")["contributes"], (key, value: unknown) => {
      if (typeof value === "string" && /title|description|message|name|contents|label/i.test(key)) texts.push(value);
      return value;
    });
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter((text) => !/^%.+%$|^Switchyard$|^\$\{1:name\}$/.test(text))).toEqual([]);
  });
});

describe("literalsOf", () => {
  it("finds texts with what they are used for", () => {
    const source = `log.info("a b"); x = { why: \`c \${l10n.t("d", "e")} f\` }; // "no"\n r = /["']/;`;
    expect(literalsOf(source)).toEqual([
      { text: "a b", use: "log.info" },
      { text: "c {} f", use: "why:" },
      { text: "d", use: "l10n.t" },
      { text: "e", use: "" },
    ]);
  });
});
