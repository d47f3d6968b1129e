/**
 * Reads a filter such as `name == "conn_opened" && args[0] in 10.0.0.0/8`; docs/cli.md has the grammar.
 *
 * Invariant: whatever the text, the answer is an expression or one `BAD_FILTER` with the column; time and depth are
 * bounded. Knows the names of fields only where it is told them.
 */
import { readValue, SwitchyardError, type Value } from "../../../library/index.ts";
import { nearest } from "../nearest.ts";
import { printable } from "../style.ts";
import { isContainer } from "./compare.ts";
import { type Expression, type Field, type Operand, type Operator, operators } from "./expression.ts";

/** Longer filters are refused. */
const longest = 4_096;
/** Parentheses and `!` inside one another; more are refused. */
const deepest = 32;

/**
 * @param known names of fields, where there are no others
 * @throws SwitchyardError `BAD_FILTER`
 */
export function parseFilter(text: string, known?: readonly string[]): Expression {
  if (text.length > longest) throw new SwitchyardError("BAD_FILTER", `${text.length} characters, at most ${longest}`);
  const parser = new Parser(text, known);
  return parser.whole();
}

const words: Readonly<Record<"all" | "any" | "not", readonly string[]>> = {
  all: ["&&", "and"],
  any: ["||", "or"],
  not: ["!", "not"],
};

const reserved: ReadonlySet<string> = new Set(["and", "or", "not", "in", "contains"]);

class Parser {
  #at = 0;
  readonly #text: string;
  readonly #known: readonly string[] | undefined;

  constructor(text: string, known: readonly string[] | undefined) {
    this.#text = text;
    this.#known = known;
  }

  whole(): Expression {
    const expression = this.#chain("any", 0);
    if (this.#isBehindBlanks()) throw this.#fail('expected the end, "&&" or "||"');
    return expression;
  }

  #chain(kind: "all" | "any", depth: number): Expression {
    const terms: Expression[] = [];
    do terms.push(kind === "any" ? this.#chain("all", depth) : this.#term(depth));
    while (this.#takes(words[kind]));
    return terms.length === 1 ? terms[0]! : { kind, terms };
  }

  #term(depth: number): Expression {
    if (depth > deepest) throw this.#fail(`expected at most ${deepest} parentheses inside one another`);
    if (this.#takes(words.not)) return { kind: "not", term: this.#term(depth + 1) };
    if (!this.#takes(["("])) return this.#comparison();
    const inner = this.#chain("any", depth + 1);
    if (!this.#takes([")"])) throw this.#fail('expected ")", "&&" or "||"');
    return inner;
  }

  #comparison(): Expression {
    const field = this.#field();
    const operator = operators.find((each) => this.#takes([each]));
    if (operator === undefined) return { kind: "holds", field };
    return { kind: "compares", field, operator, operand: this.#operand(operator) };
  }

  #operand(operator: Operator): Operand {
    if (this.#isBehindBlanks() && this.#text[this.#at] === "$") return { kind: "field", field: this.#field() };
    const start = this.#at;
    const value = this.#value();
    const wanted = wantedBy(operator, value);
    if (wanted === undefined) return { kind: "value", value };
    this.#at = start;
    throw this.#fail(`expected ${wanted} behind "${operator}"`);
  }

  #field(): Field {
    const start = this.#isBehindBlanks() ? this.#at : this.#text.length;
    const name = this.#name();
    if (this.#known !== undefined && !this.#known.includes(name)) {
      this.#at = start;
      const [near] = nearest(name, this.#known);
      const hint = near === undefined ? `known are ${this.#known.join(", ")}` : `did you mean ${near}`;
      throw this.#fail(`no field ${JSON.stringify(name)}, ${hint}`);
    }
    const keys: Value[] = [];
    while (this.#text[this.#at] === "[") keys.push(this.#key());
    return { name, keys };
  }

  /** A word, dots included, or whatever `$"…"` holds. */
  #name(): string {
    if (this.#text[this.#at] === "$") {
      this.#at++;
      if (this.#text[this.#at] === '"') return this.#quoted();
    }
    const word = this.#match(/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y);
    if (word === undefined || (reserved.has(word) && this.#text[this.#at - 1] !== "$")) {
      throw this.#fail("expected the name of a field");
    }
    this.#at += word.length;
    return word;
  }

  #quoted(): string {
    const value = this.#value();
    if (typeof value === "string" && value !== "") return value;
    throw this.#fail("expected the name of a field, as text");
  }

  #key(): Value {
    this.#at++;
    const key = this.#value();
    if (!this.#takes(["]"])) throw this.#fail('expected "]"');
    return key;
  }

  #value(): Value {
    const read = readValue(this.#text, this.#at);
    if ("error" in read) {
      this.#at = Math.min(read.position, this.#text.length);
      throw this.#fail(read.error);
    }
    this.#at = read.end;
    return read.value;
  }

  /** Moves over the first of these that comes next. A word ends where no letter follows. */
  #takes(tokens: readonly string[]): boolean {
    this.#isBehindBlanks();
    const found = tokens.find((token) => {
      const end = this.#at + token.length;
      return this.#text.startsWith(token, this.#at) && !(/\w$/.test(token) && /[\w.]/.test(this.#text.charAt(end)));
    });
    this.#at += found?.length ?? 0;
    return found !== undefined;
  }

  /** Moves over blanks; whether anything comes behind them. */
  #isBehindBlanks(): boolean {
    this.#at += this.#match(/\s*/y)?.length ?? 0;
    return this.#at < this.#text.length;
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    return sticky.exec(this.#text)?.[0];
  }

  #fail(expected: string): SwitchyardError {
    const where = `column ${this.#at + 1}, at the ^ in ${pointed(this.#text, this.#at)}`;
    return new SwitchyardError("BAD_FILTER", `${where}: ${expected}`);
  }
}

/** What else should stand behind the operator; `undefined` where the value fits. */
function wantedBy(operator: Operator, value: Value): string | undefined {
  if (operator.endsWith("~")) return typeof value === "string" ? undefined : 'a text such as "zeek.*"';
  if (!operator.endsWith("in")) return undefined;
  return isContainer(value) ? undefined : "a subnet, set, vector, table or text";
}

/** Characters shown on either side of the place. */
const shown = 32;

function pointed(text: string, at: number): string {
  const before = at > shown ? `…${text.slice(at - shown, at)}` : text.slice(0, at);
  const after = text.length > at + shown ? `${text.slice(at, at + shown)}…` : text.slice(at);
  return `${printable(before)}^${printable(after)}`; // whatever it is, it stays on one line
}
