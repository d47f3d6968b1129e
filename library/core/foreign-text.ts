/**
 * Text that a peer chose, made fit to be shown: short, and without anything that a terminal or a log would obey.
 *
 * Knows nothing of where it is shown.
 */

/** Control characters, those that turn the direction of writing, and halves of surrogate pairs. */
const unfit = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** At most so many characters of it, what cannot be shown replaced. */
export function shownText(text: string, most: number): string {
  return text.slice(0, most).replaceAll(unfit, "\ufffd");
}
