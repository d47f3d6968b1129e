/**
 * The Raise Event form: what to raise and under which topic, checked while it is typed, and who would receive it.
 *
 * Sends nothing but when told to. Knows values only as text; the server reads them.
 */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { checkArguments, findReceivers, raiseEvent } from "../../../server/protocol/events.ts";
import { getTopology, topologyChanged } from "../../../server/protocol/topology.ts";
import { type Host, RequestFailed } from "../../host.ts";
import type { RaiseArguments } from "../../panel-arguments.ts";
import { Icon } from "../../parts/icon.tsx";
import { useAnswer } from "../../parts/use-answer.ts";
import { statusText, useClusterStatus } from "../../parts/use-cluster-status.ts";
import { useNow } from "../../parts/use-now.ts";
import { useRounds } from "../../parts/use-rounds.ts";
import { Answers } from "./answers.tsx";
import { ArgumentProblem } from "./argument-problem.tsx";
import { Field } from "./field.tsx";
import { History } from "./history.tsx";
import { type Draft, type Raised, readForm, remember } from "./raised.ts";
import { receiversText, sentText } from "./receivers-text.ts";
import { deadlineMs, useAsking } from "./use-asking.ts";

const checkDelayMs = 150;
/** Topics offered while typing. */
const maxTopics = 500;

type Outcome =
  | { readonly kind: "sent"; readonly peers: number; readonly timeMs: number }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

export function RaisePanel({ host, cluster, clusterName, topic, name, args }: RaiseArguments & { host: Host }) {
  const [draft, setDraft] = useState<Draft>(() => ({
    ...{ topic: topic ?? "", name: name ?? "", args: args ?? "" },
    ...readForm(host.state.get()).draft,
  }));
  const [history, setHistory] = useState<readonly Raised[]>(() => readForm(host.state.get()).history ?? []);
  const [outcome, setOutcome] = useState<Outcome>();
  const [isSending, setSending] = useState(false);
  const status = useClusterStatus(host, cluster);
  const nowMs = useNow(status?.state === "retrying");
  const round = useTopologyRound(host, cluster);
  const topics = useTopics(host, cluster);
  const check = useAnswer({ host, type: checkArguments, params: { text: draft.args }, delayMs: checkDelayMs });
  const receivers = useAnswer({
    host,
    type: findReceivers,
    params: { cluster, topic: draft.topic },
    delayMs: checkDelayMs,
    round,
  });
  const form = useRef<HTMLFormElement>(null);
  const topicsId = useId();

  useEffect(() => host.state.set({ draft, history }), [host, draft, history]);
  // The first thing that is missing has the focus.
  useEffect(() => form.current?.querySelector<HTMLElement>(firstEmpty(draft))?.focus(), []);

  const change = (part: Partial<Draft>) => {
    setDraft({ ...draft, ...part });
    setOutcome(undefined);
  };
  const problem = check.result !== undefined && "problem" in check.result ? check.result.problem : undefined;
  const types = check.result !== undefined && "types" in check.result ? check.result.types : undefined;
  const isReady = draft.topic !== "" && draft.name !== "" && !(check.isCurrent && problem !== undefined);

  const { asked, ask } = useAsking(host, cluster);
  const send = async (how: () => Promise<void>) => {
    if (!isReady || isSending) return;
    setSending(true);
    try {
      await how();
    } catch (error) {
      const code = error instanceof RequestFailed ? error.code : "INTERNAL";
      setOutcome({ kind: "failed", code, message: error instanceof Error ? error.message : String(error) });
    } finally {
      setSending(false);
    }
  };
  const raise = () =>
    send(async () => {
      const { peers } = await host.request(raiseEvent, { cluster, ...draft });
      setOutcome({ kind: "sent", peers, timeMs: Date.now() });
      setHistory((before) => remember(before, { ...draft, peers, timeMs: Date.now() }));
    });
  const onKeyDown = (event: KeyboardEvent) => {
    const isEverywhere = event.ctrlKey || event.metaKey;
    const isInForm = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (event.key !== "Enter" || event.isComposing || !(isEverywhere || (isInForm && !event.shiftKey))) return;
    event.preventDefault();
    void raise();
  };
  const wrong = (code: string) => (outcome?.kind === "failed" && outcome.code === code ? outcome.message : undefined);

  return (
    <main class="panel raise" onKeyDown={onKeyDown}>
      <form ref={form} onSubmit={(event) => event.preventDefault()} aria-label={`Raise event in ${clusterName}`}>
        <h1>
          Raise event <span class="quiet">in {clusterName}</span>
        </h1>
        {status !== undefined && status.state !== "up" && (
          <p class="notice notice-warning">
            <Icon name="debug-disconnect" />
            <span>
              {clusterName} is not connected. {statusText(status, nowMs)}
            </span>
          </p>
        )}
        <Field
          label="Topic"
          value={draft.topic}
          placeholder="zeek.conn.new"
          problem={wrong("BAD_TOPIC")}
          listId={topicsId}
          onInput={(text) => change({ topic: text })}
        />
        <datalist id={topicsId}>
          {topics.map((known) => (
            <option key={known} value={known} />
          ))}
        </datalist>
        <Field
          label="Event"
          value={draft.name}
          placeholder="connection_established"
          problem={wrong("BAD_NAME")}
          onInput={(text) => change({ name: text })}
        />
        <Field
          label="Arguments"
          value={draft.args}
          placeholder="10.0.0.1, 443/tcp, &quot;text&quot;, 5 min"
          problem={wrong("BAD_VALUE")}
          hint={types === undefined ? undefined : typesText(types)}
          isMultiline
          describedBy={problem === undefined ? undefined : "arguments-problem"}
          onInput={(text) => change({ args: text })}
        >
          {problem !== undefined && <ArgumentProblem text={draft.args} problem={problem} />}
        </Field>
        <div class="raise-line">
          <button
            type="button"
            class="button raise-button"
            aria-keyshortcuts="Control+Enter Meta+Enter"
            title="Enter; Ctrl+Enter or ⌘Enter from anywhere"
            disabled={!isReady || isSending}
            onClick={() => void raise()}
          >
            <Icon name="broadcast" />
            Raise
          </button>
          <button
            type="button"
            class="button button-secondary ask-button"
            title={`Raise it as a question, and list what each node answers within ${deadlineMs / 1_000} s`}
            disabled={!isReady || isSending}
            onClick={() => {
              setOutcome(undefined);
              void send(() => ask(draft));
            }}
          >
            <Icon name="question" />
            Ask
          </button>
          <p class="receivers" role="status">
            {draft.topic !== "" && receivers.result !== undefined && <ReceiversLine receivers={receivers.result} />}
          </p>
        </div>
        <OutcomeLine outcome={outcome} />
      </form>
      <Answers asked={asked} />
      <History history={history} onRefill={(raised) => change(raised)} />
    </main>
  );
}

function ReceiversLine({
  receivers,
}: {
  receivers: { readonly receivers: readonly string[]; readonly known: boolean };
}) {
  const isNobody = receivers.known && receivers.receivers.length === 0;
  return (
    <>
      <Icon name={isNobody ? "warning" : receivers.known ? "type-hierarchy-sub" : "question"} />
      <span>{receiversText(receivers)}</span>
    </>
  );
}

function OutcomeLine({ outcome }: { outcome: Outcome | undefined }) {
  return (
    <div class="outcome" role="status">
      {outcome?.kind === "sent" && (
        <p>
          <Icon name={outcome.peers === 0 ? "warning" : "pass"} />
          <span>
            {sentText(outcome.peers)} at {new Date(outcome.timeMs).toLocaleTimeString()}
          </span>
        </p>
      )}
      {outcome?.kind === "failed" && (
        <p>
          <Icon name="error" />
          <span>Not sent: {outcome.message}</span>
        </p>
      )}
    </div>
  );
}

function typesText(types: readonly string[]): string {
  return types.length === 0 ? "No arguments" : types.join(", ");
}

function firstEmpty({ topic, name }: Draft): string {
  if (topic === "") return "input";
  return name === "" ? "datalist + .field input" : "textarea";
}

/** Grows when the cluster was looked at again, and when the person comes back to the form. */
function useTopologyRound(host: Host, cluster: string): number {
  const [round, next] = useRounds();
  useEffect(() => {
    const stop = host.on(topologyChanged, (changed) => {
      if (changed.cluster === cluster) next();
    });
    window.addEventListener("focus", next);
    return () => {
      stop();
      window.removeEventListener("focus", next);
    };
  }, [host, cluster, next]);
  return round;
}

/** Topics that live in the cluster, asked for once: they only help with typing. */
function useTopics(host: Host, cluster: string): readonly string[] {
  const [topics, setTopics] = useState<readonly string[]>([]);
  useEffect(() => {
    const aborting = new AbortController();
    host.request(getTopology, { cluster }, aborting.signal).then(
      (topology) => setTopics(topology.topics.map(({ topic }) => topic).slice(0, maxTopics)),
      () => undefined, // Typing works without.
    );
    return () => aborting.abort();
  }, [host, cluster]);
  return topics;
}
