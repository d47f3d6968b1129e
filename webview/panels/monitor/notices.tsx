/**
 * What the person must know of the picture: that it is paused, old, cut off, or that something is missing after it.
 *
 * They stand below the table, so that none of them moves a row. What changes often in them is left to the announcer.
 */

import type { LossLine } from "../../../server/protocol/monitor.ts";
import { Icon } from "../../parts/icon.tsx";
import { groupDigits } from "../../parts/number-text.ts";
import { type KnownStatus, statusText } from "../../parts/use-cluster-status.ts";
import type { FeedProblem } from "./feed.ts";
import type { Gap } from "./gap-lines.ts";
import { lossDetails, lossSentence } from "./loss-lines.ts";
import { gapText } from "./table-row.tsx";
import type { Pause } from "./use-pause.ts";

interface NoticesProps {
  readonly pause: Pause;
  readonly maxRows: number;
  readonly isEvicted: boolean;
  readonly problem: FeedProblem | undefined;
  readonly status: KnownStatus | undefined;
  readonly gap: Gap | undefined;
  /** What was lost after the newest row. */
  readonly loss: LossLine | undefined;
  readonly nowMs: number;
  readonly onOldest: () => void;
}

export function Notices(props: NoticesProps) {
  const { pause, maxRows, isEvicted, problem, status, gap, loss, nowMs } = props;
  return (
    <div class="notices">
      {problem !== undefined && (
        <p class="notice notice-error" role="alert">
          <Icon name="error" />
          <span>
            {problem.kind === "closed" ? "This monitor is closed: " : "The server does not answer, trying again: "}
            {problem.message}
          </span>
        </p>
      )}
      <Connection status={status} gap={gap} nowMs={nowMs} />
      {loss !== undefined && (
        <p class="notice notice-warning" title={lossDetails(loss)}>
          <Icon name="warning" />
          <span>{lossSentence(loss)}.</span>
        </p>
      )}
      {isEvicted && (
        <p class="notice">
          <Icon name="history" />
          <span>The rows here have left the buffer, which keeps the newest {groupDigits(maxRows)}.</span>
          <button type="button" class="link-button" onClick={props.onOldest}>
            Go to the oldest kept
          </button>
        </p>
      )}
      {pause.newRows !== undefined && (
        <p class="notice notice-paused">
          <Icon name="debug-pause" />
          <b>Paused</b>
          {pause.isByFullBuffer && (
            <span>as the buffer of {groupDigits(maxRows)} rows is full: the oldest leave as new ones arrive</span>
          )}
          <span class="new-rows" data-count={pause.newRows}>
            +{groupDigits(pause.newRows)} new
          </span>
          <button type="button" class="button" onClick={pause.toggle}>
            Resume
          </button>
        </p>
      )}
    </div>
  );
}

function Connection({ status, gap, nowMs }: Pick<NoticesProps, "status" | "gap" | "nowMs">) {
  const isDown = status !== undefined && status.state !== "up";
  if (!isDown && gap === undefined) return null;
  const since = gap === undefined ? "" : ` ${gapText(gap, nowMs)}`;
  return (
    <p class="notice notice-warning">
      <Icon name="debug-disconnect" />
      <span>
        <b>Disconnected</b>
        {since}. {status === undefined ? "" : statusText(status, nowMs)}
      </span>
    </p>
  );
}
