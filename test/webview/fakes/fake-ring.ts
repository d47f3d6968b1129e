/**
 * A monitor as the contract describes it, made up: row n is a function of n, so a ring of any size costs nothing.
 *
 * The oracle of the panel tests. Invariant: received = kept + evicted + cleared. Knows nothing of time or messages.
 */
import type { Counters, LossCause, LossLine, Page, Row, RowDetail, Search } from "../../../server/protocol/monitor.ts";

const topics = ["zeek.conn.new", "zeek.dns.request", "zeek.http.reply", "zeek.ssl.established", "zeek.logs.dns"];
const names = ["connection_established", "dns_request", "http_reply", "ssl_established", "DNS::LOG"];
const senders = ["sensor-1", "sensor-2", "router"];
const hosts = ["www.example.net", "mail.example.org", "cdn.example.com", "ns1.example.edu"];

export interface ReadParams {
  readonly first: number;
  readonly limit: number;
  readonly search?: Search;
  readonly upTo?: number;
}

export class FakeRing {
  readonly maxRows: number;
  readonly #startMs: number;
  readonly #msPerRow: number;
  #oldest = 0;
  #next = 0;
  #cleared = 0;
  readonly #losses: LossLine[] = [];
  version = 0;
  /** Rows from this one on come so much later: the connection was down before it. */
  readonly #pauses: { readonly row: number; readonly ms: number }[] = [];
  #gaps: Page["gaps"] = [];
  #search: { readonly key: string; readonly matches: (row: Row) => boolean; rows: number[]; from: number } | undefined;

  constructor(maxRows: number, startMs: number, msPerRow = 7) {
    this.maxRows = maxRows;
    this.#startMs = startMs;
    this.#msPerRow = msPerRow;
  }

  push(count: number): void {
    this.#next += count;
    this.#oldest = Math.max(this.#oldest, this.#next - this.maxRows);
    this.version++;
  }

  clear(): void {
    this.#cleared += this.#next - this.#oldest;
    this.#oldest = this.#next;
    this.version++;
  }

  /** The connection goes down after the newest row, for that long. */
  disconnect(ms: number): void {
    const fromMs = this.#timeOf(this.#next - 1) + 4;
    this.#pauses.push({ row: this.#next, ms: ms + 1_000 });
    this.#gaps = [...this.#gaps, { fromMs, toMs: fromMs + ms }];
    this.version++;
  }

  /** Goes down and stays so. */
  lose(): void {
    this.#gaps = [...this.#gaps, { fromMs: this.#timeOf(this.#next - 1) + 4 }];
    this.version++;
  }

  /** So many messages of sensor-1 are lost after the newest row. */
  lostMessages(messages: number, cause: LossCause = "slow"): void {
    const loss = { sender: "sensor-1", topic: "demo.conn", cause, messages };
    this.#losses.push({ beforeRow: this.#next, fromMs: this.#timeOf(this.#next - 1), messages, losses: [loss] });
    this.version++;
  }

  row(number: number): Row {
    const kind = number % topics.length;
    const timeMs = this.#timeOf(number);
    return {
      row: number,
      kind: kind === 4 ? "log" : "event",
      timeMs,
      receivedMs: timeMs + 3,
      topic: topics[kind] ?? "",
      name: names[kind] ?? "",
      text: `10.0.${number % 200}.${number % 251}, ${1_024 + (number % 60_000)}/tcp, "${hosts[number % hosts.length]}", ${number}, [a, b, c], T`,
      sender: senders[number % senders.length] ?? "",
      hops: 1 + (number % 3),
    };
  }

  detail(number: number): RowDetail | null {
    if (number < this.#oldest || number >= this.#next) return null;
    const row = this.row(number);
    const long = "0123456789abcdef ".repeat(400);
    const raw = [...new TextEncoder().encode(`${row.topic}\0${row.name}\0${row.text}`)];
    return {
      ...row,
      senderId: `0f3a5c7e-${number % 3}`,
      time: `${new Date(row.timeMs).toISOString().slice(0, -1)}456789Z`,
      values: [
        { type: "addr", text: `10.0.${number % 200}.${number % 251}`, length: 10 },
        { type: "port", text: `${1_024 + (number % 60_000)}/tcp`, length: 8 },
        { type: "string", text: `"${hosts[number % hosts.length]}"`, length: 17 },
        { type: "count", text: String(number), length: String(number).length },
        { type: "vector of string", text: long, length: long.length },
      ].map((value, index) => ({
        ...value,
        length: value.text.length,
        ...(row.kind === "log" ? { name: ["id.orig_h", "id.orig_p", "query", "rtt", "answers"][index] ?? "" } : {}),
      })),
      json: JSON.stringify({ topic: row.topic, event: row.name, args: row.text, sender: row.sender, row: number }),
      raw: raw.map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    };
  }

  /** Throws for a bad regular expression. */
  read({ first, limit, search, upTo = Number.POSITIVE_INFINITY }: ReadParams): Page {
    const matches = search === undefined ? undefined : this.#matching(search);
    const end = Math.min(this.#next, upTo + 1);
    const total = matches === undefined ? Math.max(0, end - this.#oldest) : lowerBound(matches, end);
    const from = Math.min(first < 0 ? Math.max(0, total + first) : first, total);
    const rows: Row[] = [];
    for (let index = from; index < Math.min(total, from + limit); index++) {
      rows.push(this.row(matches === undefined ? this.#oldest + index : (matches[index] ?? 0)));
    }
    const kept = this.#next - this.#oldest;
    const counters: Counters = {
      received: this.#next,
      kept,
      evicted: this.#oldest - this.#cleared,
      cleared: this.#cleared,
      dropped: this.#lost(),
      shown: matches?.length ?? kept,
    };
    return {
      version: this.version,
      counters,
      total,
      first: from,
      rows,
      newest: kept === 0 ? -1 : this.#next - 1,
      gaps: this.#gaps,
      losses: {
        byCause: { slow: this.#lost("slow"), connection: this.#lost("connection"), unknown: this.#lost("unknown") },
        lines: [...this.#losses],
      },
    };
  }

  #lost(cause?: LossCause): number {
    const counted = this.#losses
      .flatMap(({ losses }) => losses)
      .filter((loss) => cause === undefined || loss.cause === cause);
    return counted.reduce((sum, { messages }) => sum + messages, 0);
  }

  #timeOf(number: number): number {
    const downMs = this.#pauses.reduce((sum, { row, ms }) => (number >= row ? sum + ms : sum), 0);
    return this.#startMs + number * this.#msPerRow + downMs;
  }

  /** Numbers of the rows that match, oldest first; grown and trimmed, not made anew. */
  #matching(search: Search): readonly number[] {
    const key = JSON.stringify(search);
    if (this.#search?.key !== key) this.#search = { key, matches: matcherOf(search), rows: [], from: this.#oldest };
    const { matches, rows, from } = this.#search;
    for (let number = Math.max(from, this.#oldest); number < this.#next; number++) {
      if (matches(this.row(number))) rows.push(number);
    }
    this.#search.from = this.#next;
    const evicted = lowerBound(rows, this.#oldest);
    if (evicted > 0) rows.splice(0, evicted);
    return rows;
  }
}

function matcherOf({ text, matchCase, isRegex }: Search): (row: Row) => boolean {
  if (isRegex) {
    const pattern = new RegExp(text, matchCase ? "u" : "iu");
    return (row) => pattern.test(row.topic) || pattern.test(row.name) || pattern.test(row.text);
  }
  const fold = (given: string) => (matchCase ? given : given.toLowerCase());
  const sought = fold(text);
  return (row) => [row.topic, row.name, row.text].some((each) => fold(each).includes(sought));
}

/** Index of the first number that is not below `limit`. */
function lowerBound(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
