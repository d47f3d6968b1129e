/** A clock whose wall time somebody sets: monotonic time goes on as if nothing had happened. */
import { SkippingClock } from "./skipping-clock.ts";

export class JumpingClock extends SkippingClock {
  #setByMs = 0;

  override wallMs(): number {
    return super.wallMs() + this.#setByMs;
  }

  /** Forward, or back where it is negative. */
  jump(byMs: number): void {
    this.#setByMs += byMs;
  }
}
