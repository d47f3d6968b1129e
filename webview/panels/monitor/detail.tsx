/** A row in full, beside the table: where it came from, each value, its JSON and its bytes. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { MonitorInfo, Row, RowDetail } from "../../../server/protocol/monitor.ts";
import { type Host, raiseAgain } from "../../host.ts";
import { CopyButton } from "../../parts/copy-button.tsx";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { LongText } from "../../parts/long-text.tsx";
import { bytesText, counted } from "../../parts/number-text.ts";
import { hexDump } from "./hex-dump.ts";
import { useRowDetail } from "./use-row-detail.ts";

interface DetailProps {
  readonly host: Host;
  readonly monitor: MonitorInfo;
  /** As the table shows it: drawn at once, the rest follows. */
  readonly row: Row;
  readonly wraps: boolean;
  readonly onWrap: () => void;
  readonly onClose: () => void;
}

export function Detail({ host, monitor, row, wraps, onWrap, onClose }: DetailProps) {
  const state = useRowDetail(host, monitor.monitor, row.row);
  const detail = state.kind === "here" ? state.detail : undefined;
  return (
    <section class={wraps ? "detail wraps" : "detail"} aria-label={`Row ${row.row}`}>
      <header class="detail-head">
        <h2>
          <Icon name={row.kind === "event" ? "symbol-event" : "list-unordered"} />
          {row.name}
        </h2>
        <IconButton icon="word-wrap" label="Wrap long lines" isPressed={wraps} onClick={onWrap} />
        <IconButton icon="close" label="Close" keys="Escape" onClick={onClose} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keys too */}
      <div class="detail-body" tabIndex={0}>
        {detail !== undefined && <Actions host={host} monitor={monitor} detail={detail} />}
        {state.kind === "gone" && (
          <p class="notice">
            <Icon name="history" />
            This row has left the buffer. What the table knows of it:
          </p>
        )}
        {state.kind === "failed" && (
          <p class="notice notice-error">
            <Icon name="error" />
            The row cannot be read: {state.message}
          </p>
        )}
        <Facts row={row} detail={detail} host={host} />
        {detail !== undefined && <Values key={row.row} detail={detail} host={host} />}
        {(state.kind === "gone" || state.kind === "failed") && <p class="detail-text">{row.text}</p>}
        {detail !== undefined && <Forms key={`forms-${row.row}`} detail={detail} host={host} />}
      </div>
    </section>
  );
}

function Actions({ host, monitor, detail }: { host: Host; monitor: MonitorInfo; detail: RowDetail }) {
  const [problem, setProblem] = useState<string>();
  const isWhole = detail.values.every(({ text, length }) => text.length === length);
  const raise = () => {
    const { topic, name, values } = detail;
    const args = values.map(({ text }) => text).join(", ");
    host.request(raiseAgain, { cluster: monitor.cluster, topic, name, args }).then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <div class="detail-actions">
      {detail.kind === "event" && (
        <button
          type="button"
          class="link-button"
          disabled={!isWhole}
          title={isWhole ? "Open the Raise Event form with this event" : "A value is too long to be shown whole"}
          onClick={raise}
        >
          <Icon name="debug-restart" />
          <span>Raise again</span>
        </button>
      )}
      {detail.json !== undefined && <CopyButton host={host} label="Copy as JSON" text={detail.json} isWide />}
      {problem !== undefined && (
        <span>
          <Icon name="error" /> Not raised: {problem}
        </span>
      )}
    </div>
  );
}

function Facts({ row, detail, host }: { row: Row; detail: RowDetail | undefined; host: Host }) {
  return (
    <dl class="facts">
      <Fact name="Time">{detail?.time ?? new Date(row.timeMs).toISOString()}</Fact>
      <Fact name="Arrived">{delayText(row)}</Fact>
      <Fact name="Topic">
        <span class="code">{row.topic}</span>
        <CopyButton host={host} label="Copy topic" text={row.topic} />
      </Fact>
      <Fact name={row.kind === "event" ? "Event" : "Log"}>
        <span class="code">{row.name}</span>
      </Fact>
      <Fact name="Sender">
        {row.sender}
        {detail !== undefined && <span class="quiet"> {detail.senderId}</span>}
      </Fact>
      <Fact name="Hops">{row.hops}</Fact>
    </dl>
  );
}

function delayText({ timeMs, receivedMs }: Row): string {
  const delayMs = receivedMs - timeMs;
  // The clocks of two machines differ: a negative delay says that, not more.
  if (delayMs < 0) return "before it was raised, by our clock: the clocks differ";
  if (delayMs < 1) return "within the same millisecond";
  return delayMs < 10_000 ? `${Math.round(delayMs)} ms later` : new Date(receivedMs).toISOString();
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Values({ detail, host }: { detail: RowDetail; host: Host }) {
  const isNamed = detail.values.some(({ name }) => name !== undefined);
  if (detail.values.length === 0) return <p class="quiet">No arguments.</p>;
  return (
    <table class="values">
      <caption class="visually-hidden">{counted(detail.values.length, "value")}</caption>
      <thead>
        <tr>
          <th scope="col">{isNamed ? "Name" : "No."}</th>
          <th scope="col">Type</th>
          <th scope="col">Value</th>
          <th scope="col">
            <span class="visually-hidden">Copy</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {detail.values.map(({ name, type, text, length }, index) => (
          <tr key={index}>
            <td class="value-name">{name ?? index + 1}</td>
            <td class="value-type">{type}</td>
            <td class="value-text">
              <LongText text={text} length={length} />
            </td>
            <td class="value-copy">
              <CopyButton host={host} label={`Copy value ${name ?? index + 1}`} text={text} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** JSON and bytes: folded until somebody wants them. */
function Forms({ detail, host }: { detail: RowDetail; host: Host }) {
  const { json, raw } = detail;
  return (
    <>
      <Form title="JSON" size={json?.length} text={json} missing="over 1 MiB" host={host} copyLabel="Copy JSON" />
      <Form
        title="Raw bytes"
        size={raw === undefined ? undefined : raw.length / 2}
        text={raw}
        draw={hexDump}
        missing="over 64 KiB, or not kept"
        host={host}
        copyLabel="Copy bytes as hex"
      />
    </>
  );
}

interface FormProps {
  readonly title: string;
  readonly size: number | undefined;
  readonly text: string | undefined;
  readonly draw?: (text: string) => string;
  readonly missing: string;
  readonly host: Host;
  readonly copyLabel: string;
}

function Form({ title, size, text, draw, missing, host, copyLabel }: FormProps) {
  const [isOpen, setOpen] = useState(false);
  if (text === undefined || size === undefined) {
    return (
      <p class="quiet form-missing">
        {title}: {missing}
      </p>
    );
  }
  return (
    <div class="form">
      <div class="form-head">
        <button type="button" class="link-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? "chevron-down" : "chevron-right"} />
          <span>{title}</span> <span class="quiet">{bytesText(size)}</span>
        </button>
        <CopyButton host={host} label={copyLabel} text={text} />
      </div>
      {isOpen && (
        <pre class={draw === undefined ? "form-text" : "form-text form-fixed"}>
          <LongText text={draw === undefined ? text : draw(text)} startChars={4_000} />
        </pre>
      )}
    </div>
  );
}
