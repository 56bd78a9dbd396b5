import { cut } from '../../common/foreign-text.js';

/** What a told value must be like: text, a number, true or false, or a list or an object of such; `optional` what may be left out. */
export type Shape =
  | 'text'
  | 'number'
  | 'boolean'
  | 'anything'
  | { readonly list: Shape }
  | { readonly optional: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

/** Texts of others are kept, and shown: so long they may be. */
const longestText = 1_000;
const longestList = 5_000;

/**
 * What somebody has told, as far as it is like it must be: what is not is left out, or is nothing (`''`, 0, false, an empty list). So
 * whoever shows it need not doubt it.
 */
export function conform(told: unknown, shape: Shape): unknown {
  if (shape === 'text') return typeof told === 'string' ? cut(told, longestText) : '';
  if (shape === 'number') return typeof told === 'number' && Number.isFinite(told) ? told : 0;
  if (shape === 'boolean') return told === true;
  if (shape === 'anything') return told;
  if ('optional' in shape)
    return told === undefined || told === null ? undefined : conform(told, shape.optional);
  if ('list' in shape) {
    const list = Array.isArray(told) ? told.slice(0, longestList) : [];
    return list.map((each) => conform(each, shape.list));
  }
  const object = Object(told) as Readonly<Record<string, unknown>>;
  const fields = Object.entries(shape.fields).map(([name, field]) => {
    return [name, conform(Object.hasOwn(object, name) ? object[name] : undefined, field)] as const;
  });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}
