/** Raising events from the editor, and asking by them. */
import type { ClusterId } from "./clusters.ts";
import { request } from "./descriptors.ts";

/** A mistake in what a person typed, with its place in that text. */
export interface TextProblem {
  readonly message: string;
  /** Offset in UTF-16 units. */
  readonly position: number;
}

/**
 * Checks arguments as a person types them: values in their text form, comma separated.
 * Resolves with the types read, or with what is wrong and where.
 */
export const checkArguments = request<
  { readonly text: string },
  { readonly types: readonly string[] } | { readonly problem: TextProblem }
>("switchyard/events/checkArguments");

/** Who has a matching subscription, as far as the last look at the cluster knows: names of nodes. */
export const findReceivers = request<
  { readonly cluster: ClusterId; readonly topic: string },
  { readonly receivers: readonly string[]; readonly known: boolean }
>("switchyard/events/findReceivers");

/**
 * Raises an event. `peers` counts the direct peers it went out to.
 * Fails with `BAD_TOPIC`, `BAD_VALUE`, `CLOSED`.
 */
export const raiseEvent = request<
  { readonly cluster: ClusterId; readonly topic: string; readonly name: string; readonly args: string },
  { readonly peers: number }
>("switchyard/events/raise");

/** What one node said. Texts are cut for a table. */
export interface SurveyAnswer {
  readonly node: string;
  readonly nodeId: string;
  readonly hops: number;
  /** After the question was raised. */
  readonly afterMs: number;
  /** The question's, unless the node chose another. */
  readonly name: string;
  /** Values in text form, comma separated. */
  readonly text: string;
}

/**
 * Raises an event as a question to all nodes that handle it. Resolves at its deadline, with the first answer of each
 * node, in the order they came: at most 1000, the others are counted.
 * Fails with `BAD_TOPIC`, `BAD_VALUE`, `BAD_ARGUMENT`, `CLOSED`.
 */
export const askSurvey = request<
  {
    readonly cluster: ClusterId;
    readonly topic: string;
    readonly name: string;
    readonly args: string;
    /** From 1 to 20,000. */
    readonly timeoutMs: number;
  },
  { readonly answers: readonly SurveyAnswer[]; readonly leftOut: number }
>("switchyard/events/ask");
