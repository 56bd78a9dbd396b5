import type { Network } from '../network/index.js';
import { componentPage, type Sources } from './component-page.js';
import type { Mending } from './mending.js';
import { giveOrder } from './ordering.js';
import { Refused } from './refused.js';
import { documentWithText, type Shelf } from './shelf.js';
import { trailOf } from './trail.js';

/** Answers a question with what becomes JSON. */
export type Reading = (query: URLSearchParams) => Promise<unknown>;
/** Changes something. */
export type Writing = (body: Readonly<Record<string, unknown>>) => unknown;

/** What may be asked, by its path. */
export function readings(sources: Sources, shelf: Shelf): ReadonlyMap<string, Reading> {
  const { observation } = sources;
  return new Map<string, Reading>([
    ['/api/component', (query) => componentPage(wanted(query, 'name'), sources)],
    ['/api/failed', () => shelf.overview(observation.queues)],
    ['/api/failed/queue', (query) => shelf.list(wanted(query, 'queue'))],
    [
      '/api/failed/message',
      async (query) => documentWithText(shelf.message(wanted(query, 'queue'), query.get('id') ?? '')),
    ],
    ['/api/call', (query) => trailOf(wanted(query, 'id'), sources, shelf)],
  ]);
}

/** What changes something, by its path. Who may do that is decided before any of it is called. */
export function writings(mending: Mending, network: Network): ReadonlyMap<string, Writing> {
  return new Map<string, Writing>([
    ['/api/failed/replay', (body) => mending.replay(body)],
    ['/api/failed/stop', (body) => mending.stop(body)],
    ['/api/failed/drop', (body) => mending.drop(body)],
    ['/api/failed/edit', (body) => mending.edit(body)],
    ['/api/order', (body) => giveOrder(network, body)],
  ]);
}

const longestName = 1_000;

function wanted(query: URLSearchParams, key: string): string {
  const value = query.get(key) ?? '';
  if (value !== '' && value.length <= longestName) return value;
  throw new Refused(400, `'${key}' is missing, or too long.`);
}
