/**
 * What a message of the editor protocol is: a method's name with its types. No framework appears here.
 *
 * Everything that travels is plain JSON: a value is its text form, a 64-bit number a decimal string.
 */
export interface RequestType<Params, Result> {
  readonly kind: "request";
  readonly method: string;
  /** Never present at run time: carries the types. */
  readonly types?: (params: Params) => Result;
}

export interface NotificationType<Params> {
  readonly kind: "notification";
  readonly method: string;
  /** Never present at run time: carries the type. */
  readonly types?: (params: Params) => void;
}

export function request<Params, Result>(method: string): RequestType<Params, Result> {
  return { kind: "request", method };
}

export function notification<Params>(method: string): NotificationType<Params> {
  return { kind: "notification", method };
}

/** The data of a failed request: what a person may read, and the library's stable code. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}
