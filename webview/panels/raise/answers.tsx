/** What each node said to the question that was asked last. */
import { Icon } from "../../parts/icon.tsx";
import { counted, groupDigits } from "../../parts/number-text.ts";
import { type Asked, deadlineMs } from "./use-asking.ts";

const within = `within ${deadlineMs / 1_000} s`;

export function Answers({ asked }: { readonly asked: Asked | undefined }) {
  if (asked === undefined) return null;
  const { question } = asked;
  return (
    <section class="answers" aria-labelledby="answers-title">
      <h2 id="answers-title">
        Answers to <span class="code">{question.name}</span>
      </h2>
      <p class="quiet" role="status">
        {asked.kind === "waiting" && <Icon name="loading" isSpinning />}
        {summaryOf(asked)}
      </p>
      {asked.kind === "answered" && asked.answers.length > 0 && (
        <table class="answer-table">
          <thead class="visually-hidden">
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Time</th>
              <th scope="col">Values</th>
            </tr>
          </thead>
          <tbody>
            {asked.answers.map(({ node, nodeId, afterMs, name, text }) => (
              <tr key={nodeId}>
                <th scope="row" title={node}>
                  {node}
                </th>
                <td class="answer-time quiet">{groupDigits(Math.round(afterMs))} ms</td>
                <td class="code" title={text}>
                  {name === question.name ? text : `${name}(${text})`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function summaryOf(asked: Asked): string {
  if (asked.kind === "waiting") return `Answers are taken until ${new Date(asked.untilMs).toLocaleTimeString()}`;
  const { answers, leftOut } = asked;
  if (answers.length === 0) return `Nobody answered ${within}`;
  const more = leftOut === 0 ? "" : `; ${groupDigits(leftOut)} are not shown`;
  return `${counted(answers.length + leftOut, "node")} answered ${within}${more}`;
}
