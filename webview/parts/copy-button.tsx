/** Copies a text, and shows for a moment that it did. */
import { useEffect, useState } from "preact/hooks";
import { copyText, type Host } from "../host.ts";
import { Icon } from "./icon.tsx";

interface CopyButtonProps {
  readonly host: Host;
  readonly label: string;
  readonly text: string;
  /** Shows the label beside the icon. */
  readonly isWide?: boolean;
}

export function CopyButton({ host, label, text, isWide = false }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"copied" | "failed">();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), 1_500);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = () => {
    host.request(copyText, { text }).then(
      () => setOutcome("copied"),
      () => setOutcome("failed"),
    );
  };
  const said = outcome === "copied" ? "Copied" : outcome === "failed" ? "Not copied" : label;
  return (
    <button type="button" class={isWide ? "link-button" : "icon-button"} aria-label={said} title={said} onClick={copy}>
      <Icon name={outcome === "copied" ? "check" : outcome === "failed" ? "error" : "copy"} />
      {isWide && <span>{said}</span>}
    </button>
  );
}
