/** Whether a topic exchange would route this key by this pattern: `*` is one word, `#` any number. */
export function matchesKey(pattern: string, key: string): boolean {
  const [parts, words] = [wordsOf(pattern), wordsOf(key)];
  let [part, word] = [0, 0];
  // The last `#`, and the word up to which it reaches: one more each time when what follows it does not fit.
  let many: { readonly at: number; end: number } | undefined;
  while (word < words.length) {
    const wanted = parts[part];
    if (wanted === '#') many = { at: part++, end: word };
    else if (wanted === '*' || wanted === words[word]) [part, word] = [part + 1, word + 1];
    else if (many) [part, word] = [many.at + 1, ++many.end];
    else return false;
  }
  return parts.slice(part).every((rest) => rest === '#');
}

/** As a topic exchange sees it: the empty key has none, and not an empty one. */
function wordsOf(key: string): readonly string[] {
  return key === '' ? [] : key.split('.');
}
