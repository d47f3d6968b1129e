/**
 * Schemas: which events may be raised under a topic, and the types of their arguments, in Zeek's words.
 *
 * Invariant: what `check` lets through has the declared types, to the innermost element. A topic's schemas are looked up
 * once; while there is no schema nobody calls it. Knows nothing of how events travel.
 */
import { SwitchyardError } from "./errors.ts";
import { limits } from "./limits.ts";
import { PatternIndex } from "./pattern-index.ts";
import { type DeclaredType, parseDeclaredType, typeFault } from "./schema-type.ts";
import { quoted, textFault } from "./topic.ts";
import type { Value } from "./values/index.ts";

/** What may be raised under the topics of a pattern. */
export interface TopicSchema {
  /**
   * By the event's name, the type of each argument: `count`, `vector[string]`, `table[addr] of count`, `any`. Behind a
   * type `&optional` lets none take its place; such arguments at the end may be left out.
   */
  readonly events: Readonly<Record<string, readonly string[]>>;
  /** Refuses events that are not named. Default false. */
  readonly strict?: boolean;
}

interface DeclaredEvent {
  readonly types: readonly DeclaredType[];
  /** How many must be given: those behind may be left out. */
  readonly least: number;
}

interface Compiled {
  readonly events: ReadonlyMap<string, DeclaredEvent>;
  readonly isStrict: boolean;
}

export class SchemaTable {
  readonly #schemas = new PatternIndex<Compiled>();
  /** What matches each topic, worked out when it was first asked for. */
  readonly #byTopic = new Map<string, readonly Compiled[]>();

  get isEmpty(): boolean {
    return this.#schemas.size === 0;
  }

  /** `pattern` is taken as checked. Returns what takes it away again. @throws SwitchyardError `BAD_ARGUMENT` */
  add(pattern: string, schema: TopicSchema): () => void {
    const compiled = compile(schema);
    this.#schemas.add(pattern, compiled);
    this.#byTopic.clear();
    return () => {
      this.#schemas.remove(pattern, compiled);
      this.#byTopic.clear();
    };
  }

  /** @throws SwitchyardError `SCHEMA_MISMATCH`, which names event, argument, expected and given type */
  check(topic: string, name: string, args: readonly Value[]): void {
    for (const { events, isStrict } of this.#matching(topic)) {
      const declared = events.get(name);
      if (declared !== undefined) checkArguments(topic, name, args, declared);
      else if (isStrict) throw unnamed(topic, name, events);
    }
  }

  #matching(topic: string): readonly Compiled[] {
    const known = this.#byTopic.get(topic);
    if (known !== undefined) return known;
    if (this.#byTopic.size >= limits.schemaTopics) this.#byTopic.clear();
    const found = this.#schemas.match(topic);
    this.#byTopic.set(topic, found);
    return found;
  }
}

function compile({ events, strict = false }: TopicSchema): Compiled {
  if (typeof events !== "object" || events === null) throw new SwitchyardError("BAD_ARGUMENT", "a schema needs events");
  const compiled = new Map<string, DeclaredEvent>();
  for (const [name, types] of Object.entries(events)) {
    const fault = textFault(name);
    if (fault !== undefined) throw new SwitchyardError("BAD_ARGUMENT", `event ${quoted(name)} of a schema ${fault}`);
    if (!Array.isArray(types)) throw new SwitchyardError("BAD_ARGUMENT", `the types of ${name} must be an array`);
    compiled.set(name, declare((types as readonly string[]).map(parseDeclaredType)));
  }
  return { events: compiled, isStrict: strict };
}

function declare(types: readonly DeclaredType[]): DeclaredEvent {
  return { types, least: types.findLastIndex(({ isOptional }) => !isOptional) + 1 };
}

function checkArguments(topic: string, name: string, args: readonly Value[], { types, least }: DeclaredEvent): void {
  if (args.length < least || args.length > types.length) {
    const wanted = types.map(({ text }) => text).join(", ");
    throw mismatch(`${name} under ${topic} takes (${wanted}), and was given ${args.length} of them`);
  }
  for (let i = 0; i < args.length; i++) {
    const fault = typeFault(types[i]!, args[i]!);
    if (fault !== undefined) throw mismatch(`${name} under ${topic}: argument ${i + 1}${fault}`);
  }
}

function unnamed(topic: string, name: string, events: Compiled["events"]): SwitchyardError {
  return mismatch(
    `${quoted(name)} under ${topic} is none of the events of its schema: ${[...events.keys()].join(", ")}`,
  );
}

function mismatch(what: string): SwitchyardError {
  return new SwitchyardError("SCHEMA_MISMATCH", what);
}
