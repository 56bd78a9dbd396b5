import { asItIs, type Binding, ownQueue, type Source } from './source.js';

/** What somebody wants to hear of an exchange. */
export interface ExchangeWish {
  readonly exchange: string;
  /** Routing keys or patterns; none for all. */
  readonly keys: readonly string[];
  /** For exchanges of the type headers: those that a message must have. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Copies of what an exchange gets, by a queue of the listener's own. */
export function exchangeSource({ exchange, keys, headers }: ExchangeWish): Source {
  const bindings = (keys.length > 0 ? keys : ['#']).map(
    (key): Binding => ({ exchange, key, arguments: { ...headers, 'x-match': 'all' } }),
  );
  const note = 'That is all of a topic, fanout or headers exchange; of a direct one name keys by --key.';
  return {
    title: `exchange '${exchange}' with ${bindings.map(({ key }) => `'${key}'`).join(', ')}`,
    ...(keys.length === 0 && { note }),
    open: (link) => ownQueue(link, bindings),
    heard: asItIs,
  };
}
