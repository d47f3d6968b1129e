/** A labelled input with what is wrong with it, or what it means, below. */
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onInput: (text: string) => void;
  readonly problem: string | undefined;
  readonly hint?: string | undefined;
  readonly isMultiline?: boolean;
  readonly listId?: string;
  /** Element that says more of what is wrong. */
  readonly describedBy?: string | undefined;
  readonly children?: ComponentChildren;
}

export function Field(props: FieldProps) {
  const { label, value, problem, hint, isMultiline = false, describedBy, children } = props;
  const id = useId();
  const isWrong = problem !== undefined || describedBy !== undefined;
  const shared = {
    id,
    value,
    placeholder: props.placeholder,
    spellcheck: false,
    autocomplete: "off",
    "aria-invalid": isWrong,
    "aria-describedby": describedBy ?? (problem === undefined ? undefined : `${id}-problem`),
  } as const;
  return (
    <div class={isWrong ? "field field-wrong" : "field"}>
      <label for={id}>{label}</label>
      <div class="input-box">
        {isMultiline ? (
          <textarea
            {...shared}
            rows={Math.min(8, Math.max(2, value.split("\n").length))}
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
        ) : (
          <input
            {...shared}
            type="text"
            list={props.listId}
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
        )}
      </div>
      {problem !== undefined && (
        <p class="input-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
      {children}
      {!isWrong && hint !== undefined && <p class="field-hint">{hint}</p>}
    </div>
  );
}
