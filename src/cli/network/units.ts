/** A time for people, in the two largest units that say something: `3d 4h`, `12m 5s`, `0.8s`, `40ms`. */
export function ago(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** The time since something that was told as ISO 8601; `-` where that is none. */
export function since(told: string, now: number = Date.now()): string {
  const at = Date.parse(told);
  return Number.isNaN(at) ? '-' : ago(now - at);
}

/** Bytes for people. */
export function bytes(count: number): string {
  return `${(count / 1024 / 1024).toFixed(0)} MiB`;
}

/** A share for people. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`;
}
