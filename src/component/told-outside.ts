import {
  changeProperties,
  type Link,
  type Outgoing,
  type PublishOptions,
  sendWatched,
} from '../amqp/index.js';
import type { CallRequest } from '../rpc/index.js';
import { type Headers, passedOn, telemetryNow } from '../telemetry/index.js';
import type { Result } from '../wire/index.js';
import { allOf } from './all-of.js';
import type { Chain } from './chain.js';
import { handledHeaders } from './scope.js';

/** Who may not want to be told of. */
type Told = Pick<Chain<'send'>, 'isTold'>;

/**
 * Publishes a message to all its destinations, and tells of it where anybody traces or measures; else its trace is that of the message
 * that is handled. n.b. where there is one destination no promise is made but the publisher's own.
 */
export function publishTold(
  link: Link,
  chain: Told,
  name: string | null,
  copies: readonly Outgoing[],
  options: PublishOptions | undefined,
): Promise<void> {
  const telemetry = telemetryNow(chain);
  const publish = (message: Outgoing): Promise<void> => link.publish(message, options);
  const leave = (copy: Outgoing): Promise<void> =>
    telemetry ? sendWatched(telemetry.publishing(link.server, name, copy), publish) : publish(inTrace(copy));
  const [only] = copies;
  return only && copies.length === 1 ? leave(only) : allOf(copies.map(leave));
}

/** Makes a call, and tells of it and of each attempt. */
export function callTold(
  { server }: Link,
  chain: Told,
  request: CallRequest,
  call: (request: CallRequest) => Promise<Result>,
): Promise<Result> {
  const telemetry = telemetryNow(chain);
  if (!telemetry) return call(inTrace(request));
  return telemetry.calling(server, request.name, (watch) => call({ ...request, watch }));
}

/** A request for more than one answer, of whose attempts is told. */
export function attemptsTold<Request extends CallRequest>(
  { server }: Link,
  chain: Told,
  request: Request,
): Request {
  const watch = telemetryNow(chain)?.attempts(server, request.name);
  return watch ? { ...request, watch } : inTrace(request);
}

/** n.b. most messages are handled, and sent, in no trace: nothing is made for them. */
function inTrace<Message extends Pick<Outgoing, 'properties'>>(message: Message): Message {
  const { properties } = message;
  const headers: Headers | undefined = passedOn(handledHeaders(), properties.headers);
  return headers ? { ...message, properties: changeProperties(properties, { headers }) } : message;
}
