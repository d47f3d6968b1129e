/** Who raised a message: a node, in one of its lives. */
export interface Origin {
  readonly name: string;
  /** Its node life: 32 hex digits. */
  readonly id: string;
}
