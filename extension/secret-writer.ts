/**
 * Keeps secrets out of everything that the language client may write down, such as its trace.
 *
 * Invariant: the client is handed a placeholder; the secret is put in its place as the message leaves for the server, and
 * is forgotten with its request. Knows nothing of what secrets are for.
 */
import type { ChildProcess } from "node:child_process";
import { IPCMessageWriter, type Message } from "vscode-languageclient/node";
import { isRecord } from "./failure.ts";

/** The one parameter of the contract that is secret. */
const secretField = "token";

export class Secrets {
  readonly #byPlaceholder = new Map<string, string>();
  #count = 0;

  /** The parameters with a placeholder, and what forgets the secret. */
  hide(params: unknown): { readonly params: unknown; readonly forget: () => void } {
    const secret = isRecord(params) ? params[secretField] : undefined;
    if (!isRecord(params) || typeof secret !== "string") return { params, forget: () => undefined };
    this.#count += 1;
    const placeholder = `[secret ${this.#count}]`;
    this.#byPlaceholder.set(placeholder, secret);
    return {
      params: { ...params, [secretField]: placeholder },
      forget: () => void this.#byPlaceholder.delete(placeholder),
    };
  }

  /** The message as the server is to read it. */
  reveal(message: Message): Message {
    const params: unknown = "params" in message ? message.params : undefined;
    const secret = isRecord(params) ? this.#byPlaceholder.get(String(params[secretField])) : undefined;
    return isRecord(params) && secret !== undefined
      ? Object.assign({}, message, { params: { ...params, [secretField]: secret } })
      : message;
  }
}

export class SecretWriter extends IPCMessageWriter {
  readonly #secrets: Secrets;

  constructor(child: ChildProcess, secrets: Secrets) {
    super(child);
    this.#secrets = secrets;
  }

  override write(message: Message): Promise<void> {
    return super.write(this.#secrets.reveal(message));
  }

  /** Who hears of the error gets no message with it. */
  protected override fireError(error: unknown, _message?: Message, count?: number): void {
    super.fireError(error, undefined, count);
  }
}
