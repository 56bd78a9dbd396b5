/** A property of something that may be a trap: undefined where looking at it throws. */
export function partOf(value: object, key: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[key];
  } catch {
    return undefined;
  }
}
