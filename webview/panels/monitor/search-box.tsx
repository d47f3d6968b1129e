/** The search: a text, its two switches, and what is wrong with it. */
import type { Ref } from "preact";
import type { Search } from "../../../server/protocol/monitor.ts";

interface SearchBoxProps {
  readonly inputRef: Ref<HTMLInputElement>;
  readonly search: Search;
  readonly problem: string | undefined;
  readonly onChange: (search: Search) => void;
  /** The person goes on to the rows. */
  readonly onDone: () => void;
}

export function SearchBox({ inputRef, search, problem, onChange, onDone }: SearchBoxProps) {
  return (
    <div class={problem === undefined ? "search" : "search search-wrong"}>
      <div class="input-box">
        <input
          ref={inputRef}
          type="text"
          aria-label="Search topic, event and arguments"
          placeholder="Search"
          spellcheck={false}
          autocomplete="off"
          maxLength={1_024}
          value={search.text}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : "search-problem"}
          aria-keyshortcuts="Control+F Meta+F"
          onInput={(event) => onChange({ ...search, text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter" && event.key !== "ArrowDown") return;
            event.preventDefault();
            onDone();
          }}
        />
        <Switch
          icon="case-sensitive"
          label="Match case"
          isOn={search.matchCase}
          onToggle={() => onChange({ ...search, matchCase: !search.matchCase })}
        />
        <Switch
          icon="regex"
          label="Use regular expression"
          isOn={search.isRegex}
          onToggle={() => onChange({ ...search, isRegex: !search.isRegex })}
        />
      </div>
      {problem !== undefined && (
        <p id="search-problem" class="input-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

interface SwitchProps {
  readonly icon: string;
  readonly label: string;
  readonly isOn: boolean;
  readonly onToggle: () => void;
}

function Switch({ icon, label, isOn, onToggle }: SwitchProps) {
  return (
    <button type="button" class="switch" aria-label={label} title={label} aria-pressed={isOn} onClick={onToggle}>
      <span class={`codicon codicon-${icon}`} aria-hidden="true" />
    </button>
  );
}
