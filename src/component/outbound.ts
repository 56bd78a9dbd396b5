import type { Outgoing } from '../amqp/index.js';
import { ConfigurationError } from '../errors.js';
import { isResult, type Result } from '../wire/index.js';
import type { Chain } from './chain.js';
import { type HoldLimits, whileHeld } from './held.js';
import type { ComponentInfo, Outbound } from './middleware.js';

/** What of a message middleware may see and change. */
type Addressed = Pick<Outgoing, 'exchange' | 'routingKey' | 'content' | 'properties'>;

/** One message as it leaves, to one destination or to several with the same bytes. */
export interface Post<Copy extends Addressed = Outgoing> {
  readonly kind: Outbound['kind'];
  /** @see Outbound.name */
  readonly name: string | null;
  readonly copies: readonly Copy[];
}

/**
 * Takes a message through the middleware of a component to what sends it, with the headers that were put on it. Gives what that
 * gives, and ends within the limits whatever a middleware does.
 */
export function sendThrough<Copy extends Addressed>(
  chain: Chain<'send'>,
  component: ComponentInfo,
  { kind, name, copies }: Post<Copy>,
  send: (copies: readonly Copy[]) => Promise<unknown>,
  limits: HoldLimits,
): Promise<unknown> {
  const [{ content: bytes, properties } = { content: Buffer.alloc(0), properties: {} }] = copies;
  const destinations = copies.map(({ exchange, routingKey }) => ({ exchange, routingKey }));
  const message = { component, kind, name, destinations, bytes, headers: { ...properties.headers } };
  const leave = (): Promise<unknown> => send(copies.map((copy) => withHeaders(copy, message.headers)));
  return whileHeld(
    (leaving) =>
      chain.pass(message, () => {
        leaving();
        return leave();
      }),
    limits,
  );
}

/** No headers at all where there are none: an empty table costs its bytes. */
function withHeaders<Copy extends Addressed>(copy: Copy, headers: Outbound['headers']): Copy {
  const some = Object.keys(headers).length > 0 ? headers : undefined;
  return { ...copy, properties: { ...copy.properties, headers: some } };
}

/** What a middleware has given for a call. @throws ConfigurationError where that is no result */
export function asResult(given: unknown): Result {
  if (isResult(given)) return given;
  throw new ConfigurationError(
    'A middleware must give the Result of a call: return what next gives, or a MessageResult of its own.',
  );
}

/** What a message ends with that a middleware has held for too long. */
export function heldTooLong(timeoutMs: number, hasLeft: boolean): string {
  const fate = hasLeft ? 'whether it arrived is unknown' : 'nothing was sent';
  return `A middleware has held it for more than ${timeoutMs} ms; ${fate}.`;
}
