/**
 * What one value may cost while it is built: nesting and elements.
 *
 * Invariant: asked on entering each container, before its elements are looked at.
 */
import { SwitchyardError } from "../errors.ts";
import { limits } from "../limits.ts";

export class Budget {
  #elements: number = limits.valueElements;

  /**
   * Enters a container with `elements` in it, inside of `depth` others.
   * @throws SwitchyardError `TOO_LARGE` (nesting), `TOO_MANY` (elements)
   */
  enter(elements: number, depth: number): void {
    const { valueDepth, valueElements } = limits;
    if (depth >= valueDepth) throw new SwitchyardError("TOO_LARGE", `value nested deeper than ${valueDepth}`);
    this.#elements -= elements;
    if (this.#elements < 0) throw new SwitchyardError("TOO_MANY", `value of more than ${valueElements} elements`);
  }
}
