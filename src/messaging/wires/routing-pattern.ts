/** Whether a topic exchange would route this key by this pattern: `*` is one word, `#` any number. */
export function matchesKey(pattern: string, key: string): boolean {
  return matches(pattern.split('.'), key.split('.'));
}

function matches(pattern: readonly string[], key: readonly string[]): boolean {
  const [word, ...others] = pattern;
  if (word === undefined) return key.length === 0;
  if (word === '#') return matches(others, key) || (key.length > 0 && matches(pattern, key.slice(1)));
  return key.length > 0 && (word === '*' || word === key[0]) && matches(others, key.slice(1));
}
