import { InvalidArgumentError, Option } from 'commander';

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads a port. @throws InvalidArgumentError */
export function port(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError(`Not a port: ${text || '(nothing)'}. A port is a number from 0 to 65535.`);
}

/** Reads an address to listen on, which is not empty: it would be all there are. @throws InvalidArgumentError */
export function address(text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new InvalidArgumentError('It is empty: name the address to listen on, or leave the option out.');
}

/** Reads a count. @throws InvalidArgumentError */
export function count(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`Not a count: ${text || '(nothing)'}. Write a whole number from 1 on.`);
}

/** Reads a time, `250ms`, `10s`, `5m`, `1h` or `2d`, into milliseconds. @throws InvalidArgumentError */
export function time(text: string): number {
  const ms = milliseconds(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError(`Not a time: ${text || '(nothing)'}. Write it as 250ms, 10s, 5m, 1h or 2d.`);
}

/** The same, undefined for what is none. */
export function milliseconds(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unitsMs[unit] ?? Number.NaN);
}

/** An option that takes a time, and tells its default as one would write it. */
export function timeOption(flags: string, description: string, usual: string): Option {
  return new Option(flags, description).argParser(time).default(time(usual), usual);
}

/** Reads a rate, `5/s`, `100/m` or `1000/h`, into the milliseconds between two. @throws InvalidArgumentError */
export function rate(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})\/(s|m|h)$/.exec(text) ?? [];
  if (Number(digits) > 0) return (unitsMs[unit] ?? Number.NaN) / Number(digits);
  throw new InvalidArgumentError(`Not a rate: ${text || '(nothing)'}. Write it as 5/s, 100/m or 1000/h.`);
}

/** Adds one more value of an option that may be given several times. */
export function another(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
