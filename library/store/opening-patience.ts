/**
 * How long a handle waits for its first copy: as long as pieces of it come. A big store takes its time, and is no reason to
 * give up; silence is.
 */
import { SwitchyardError } from "../core/errors.ts";
import type { Node } from "../node.ts";

export class OpeningPatience {
  /** Resolves when the copy is whole. @throws SwitchyardError `NO_AUTHORITY` where none of it came, `TIMED_OUT`, `CLOSED` */
  readonly ended: Promise<void>;
  readonly #node: Pick<Node, "clock" | "closers">;
  readonly #topic: string;
  readonly #timeoutMs: number;
  #settle: (error?: SwitchyardError) => void = () => {};
  #cancel: () => void = () => {};
  #pages = 0;

  constructor(node: Pick<Node, "clock" | "closers">, topic: string, timeoutMs: number) {
    this.#node = node;
    this.#topic = topic;
    this.#timeoutMs = timeoutMs;
    const { closers } = node;
    const onClose = (): void => this.end(new SwitchyardError("CLOSED", `store ${topic}, before it was whole`));
    this.ended = new Promise((resolve, reject) => {
      this.#settle = (error) => {
        closers.delete(onClose);
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    closers.add(onClose);
    this.#begin();
  }

  /** The pieces before `page` have come. */
  came(page: number): void {
    if (page <= this.#pages) return;
    this.#pages = page;
    this.#cancel();
    this.#begin();
  }

  end(error?: SwitchyardError): void {
    this.#cancel();
    this.#settle(error);
  }

  #begin(): void {
    this.#cancel = this.#node.clock.after(this.#timeoutMs, () => this.end(this.#failure()));
  }

  #failure(): SwitchyardError {
    const late = `${this.#timeoutMs} ms`;
    if (this.#pages === 0) return new SwitchyardError("NO_AUTHORITY", `store ${this.#topic}, after ${late}`);
    return new SwitchyardError("TIMED_OUT", `copy of store ${this.#topic}: no more of it came for ${late}`);
  }
}
