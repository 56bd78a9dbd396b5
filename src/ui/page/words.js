// Numbers and times for people.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Puts names in the order in which people look for them: 2 before 10. */
export const byName = new Intl.Collator('en', { numeric: true }).compare;

/** What stands where nothing is known. */
export const nothing = '–';

/** @param {number | undefined} count */
export function number(count) {
  return count === undefined ? nothing : whole.format(count);
}

/** Messages a second. @param {number | undefined} perSecond */
export function rate(perSecond) {
  if (perSecond === undefined) return nothing;
  return perSecond < 10 ? tenths.format(perSecond) : whole.format(perSecond);
}

/** A share from 0 to 1. @param {number | undefined} of */
export function percent(of) {
  if (of === undefined) return nothing;
  if (of === 0) return '0 %';
  return of < 0.001 ? '<0.1 %' : `${tenths.format(of * 100)} %`;
}

/** In the two largest units that say something: `3d 4h`, `12m 5s`, `0.8 s`, `40 ms`. @param {number | undefined} ms */
export function ago(ms) {
  if (ms === undefined || Number.isNaN(ms)) return nothing;
  if (ms < 1_000) return `${ms > 0 && ms < 10 ? tenths.format(ms) : Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${tenths.format(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  /** @type {[number, string][]} */
  const all = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = all.findIndex(([count]) => count > 0);
  return all
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** The time since something. @param {string | undefined} told in ISO 8601 */
export function since(told, now = Date.now()) {
  return ago(told === undefined ? undefined : now - Date.parse(told));
}

/** @param {string | undefined} told in ISO 8601 */
export function timeOfDay(told) {
  const at = Date.parse(told ?? '');
  return Number.isNaN(at) ? nothing : clock.format(at);
}

/** @param {string | undefined} told in ISO 8601 */
export function dayAndTime(told) {
  const at = Date.parse(told ?? '');
  return Number.isNaN(at) ? nothing : day.format(at);
}

/** @param {number | undefined} count */
export function bytes(count) {
  if (count === undefined) return nothing;
  if (count < 1_024) return `${count} B`;
  const kilo = count / 1_024;
  return kilo < 1_024 ? `${tenths.format(kilo)} KiB` : `${tenths.format(kilo / 1_024)} MiB`;
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${whole.format(count)} ${count === 1 ? one : many}`;
}

/** So much of a text as there is room for. @param {string} text @param {number} most */
export function shortened(text, most) {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Anything that somebody else has written, as text. @param {unknown} told */
export function plain(told) {
  if (typeof told === 'string') return told;
  return told === undefined ? nothing : JSON.stringify(told);
}
