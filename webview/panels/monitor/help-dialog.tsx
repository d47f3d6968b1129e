/** The keys of the monitor, and what its counters mean. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "../../parts/icon.tsx";
import { counterTexts } from "./counter-texts.ts";
import { keyHelp } from "./keys.ts";

const noCounters = { received: 0, shown: 0, kept: 0, evicted: 0, dropped: 0, cleared: 0 };

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={onClose}>
      <header class="detail-head">
        <h2 id="help-title">Keys</h2>
        <IconButton icon="close" label="Close" keys="Escape" onClick={() => dialog.current?.close()} />
      </header>
      <dl class="help-list">
        {keyHelp.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <h2>Counters</h2>
      <dl class="help-list">
        {counterTexts(noCounters).map(({ id, label, meaning }) => (
          <div key={id}>
            <dt>{label}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet">received = shown + filtered out + evicted + cleared</p>
    </dialog>
  );
}
