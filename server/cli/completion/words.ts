/** A command line so far, cut into words as a shell would. Knows nothing of commands. */

/** The words; the last one is what is being typed, empty behind a blank. Quotes and backslashes are taken off. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === quote) quote = "";
    else if (character === "\\" && quote !== "'" && i + 1 < line.length) word += line[++i]!;
    else if (quote !== "") word += character;
    else if (character === '"' || character === "'") quote = character;
    else if (/\s/.test(character)) {
      if (word !== "") words.push(word);
      word = "";
    } else word += character;
  }
  return [...words, word];
}
