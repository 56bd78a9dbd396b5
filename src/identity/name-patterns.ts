/** Longer ones no component has, and RabbitMQ's short strings no room for. */
const longest = 255;

/** Whether a name is one of these: written out, or with one `*` in it that stands for any text, as in `billing-*`. */
export function isNamed(name: string, patterns: readonly string[]): boolean {
  return name.length <= longest && patterns.some((pattern) => matches(name, pattern));
}

function matches(name: string, pattern: string): boolean {
  const star = pattern.indexOf('*');
  if (star === -1) return name === pattern;
  const [before, behind] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return name.length >= before.length + behind.length && name.startsWith(before) && name.endsWith(behind);
}
