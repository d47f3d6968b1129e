/** A number that grows each time the function beside it is called: draws a component again. */
import { useCallback, useState } from "preact/hooks";

export function useRounds(): readonly [number, () => void] {
  const [round, setRound] = useState(0);
  const next = useCallback(() => setRound((before) => before + 1), []);
  return [round, next];
}
