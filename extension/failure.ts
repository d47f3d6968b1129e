/**
 * How a request to the server fails, as the rest of the extension sees it: a stable code and one sentence.
 *
 * Knows nothing of the language client: it reads the `Failure` that the contract puts into an error's data.
 */
import type { Failure } from "../server/protocol/descriptors.ts";

/** Codes of our own, beside those of the library. */
export type ClientCode = "SERVER_STOPPED" | "TIMED_OUT" | "CANCELLED" | "INTERNAL";

export class RequestFailure extends Error implements Failure {
  override readonly name = "RequestFailure";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Of whatever a request threw. A failure passes through unchanged. */
export function toFailure(error: unknown): RequestFailure {
  if (error instanceof RequestFailure) return error;
  if (isRecord(error) && isFailure(error["data"])) {
    const { code, message } = error["data"];
    return new RequestFailure(code, message, { cause: error });
  }
  if (error instanceof Error) return new RequestFailure("INTERNAL", error.message, { cause: error });
  return new RequestFailure("INTERNAL", String(error));
}

function isFailure(data: unknown): data is Failure {
  return isRecord(data) && typeof data["code"] === "string" && typeof data["message"] === "string";
}

/** A JSON object: neither null nor an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
