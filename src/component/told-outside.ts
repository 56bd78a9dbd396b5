import {
  changeProperties,
  type Link,
  type Outgoing,
  type PublishOptions,
  type Sending,
  sendWatched,
  type Watched,
} from '../amqp/index.js';
import { throwHere } from '../common/call-site.js';
import type { Due, LateSender } from '../delaying/index.js';
import type { Identity } from '../identity/index.js';
import { type OutboxSettings, putInOutbox } from '../once/index.js';
import { type CallRequest, watchedCall } from '../rpc/index.js';
import { type Headers, passedOn, telemetryNow, tracedBy } from '../telemetry/index.js';
import type { Result } from '../wire/index.js';
import { allOf } from './all-of.js';
import { guardedCall, leaving } from './border.js';
import type { Chain } from './chain.js';
import { handledHeaders, scopedByTrace } from './scope.js';

/** Who may not want to be told of, and may sign. */
type Told = Pick<Chain<'send'>, 'isTold' | 'identity' | 'isEmpty'>;

/** When a message is due that is to arrive later, and what sends it. */
interface LatePost {
  readonly due: Due;
  readonly sender: LateSender;
}

/**
 * Publishes a message to all its destinations, and tells of it where anybody traces or measures; else its trace is that of the message
 * that is handled. Errors lead to the line that has sent. n.b. where there is one destination no promises are made but the publisher's
 * own and the one for that.
 */
export function publishTold(
  link: Link,
  chain: Told,
  name: string | null,
  copies: readonly Outgoing[],
  options: (PublishOptions & OutboxSettings) | undefined,
  late?: LatePost,
): Promise<void> {
  const telemetry = telemetryNow(chain);
  const publish = options?.outbox
    ? outboxWay(options.outbox, name, late?.due)
    : late
      ? lateWay(link, chain, options, late)
      : wayOut(link, chain, options);
  const leave = (copy: Outgoing): Promise<void> =>
    telemetry
      ? sendWatched(passing(telemetry.publishing(link.server, name, copy), handledHeaders()), publish)
      : publish(inTrace(copy)).then(undefined, throwHere);
  const [only] = copies;
  return only && copies.length === 1 ? leave(only) : allOf(copies.map(leave)).then(undefined, throwHere);
}

type Way = (message: Outgoing) => Promise<void>;

function wayOut(link: Link, { identity }: Told, options: PublishOptions | undefined): Way {
  const sending = identity ? signing(identity, link, options) : options;
  return (message) => link.publish(message, sending);
}

function lateWay(
  link: Link,
  { identity }: Told,
  options: PublishOptions | undefined,
  { due, sender }: LatePost,
): Way {
  const sign = identity && leaving(identity, link);
  const publish = sender.way(due);
  return (message) => publish(message, options, sign);
}

/** n.b. it is signed by whoever sends it: a signature tells the time. */
function outboxWay(
  outbox: NonNullable<OutboxSettings['outbox']>,
  name: string | null,
  due: Due | undefined,
): Way {
  return (message) => {
    const dueAt = due && Math.ceil(Date.now() + due.restMs);
    return putInOutbox(outbox, { name, dueAt, ...message });
  };
}

function signing(identity: Identity, link: Link, options: PublishOptions = {}): Sending {
  const { timeoutMs, signal, sendAgain } = options;
  return { timeoutMs, signal, sendAgain, leaving: leaving(identity, link) };
}

/** Makes a call, and tells of it and of each attempt. */
export function callTold(
  link: Link,
  chain: Told,
  asked: CallRequest,
  call: (request: CallRequest) => Promise<Result>,
): Promise<Result> {
  const { server } = link;
  const request = chain.identity ? guardedCall(chain.identity, link, asked) : asked;
  const telemetry = telemetryNow(chain);
  if (!telemetry) return call(inTrace(request));
  const handled = handledHeaders();
  return telemetry.calling(server, request.name, (watch, within) => {
    const watched = watchedCall(request, (message, attempt) => passing(watch(message, attempt), handled));
    // What a middleware sends and calls is part of the call. n.b. Node 20 pays for a context with each promise that is made there.
    return chain.isEmpty ? call(watched) : within(() => call(watched));
  });
}

/** A request for more than one answer, of whose attempts is told. */
export function attemptsTold<Request extends CallRequest>(link: Link, chain: Told, asked: Request): Request {
  const { server } = link;
  const request = chain.identity ? guardedCall(chain.identity, link, asked) : asked;
  const watch = telemetryNow(chain)?.attempts(server, request.name);
  if (!watch) return inTrace(request);
  const handled = handledHeaders();
  return { ...request, watch: (message, attempt) => passing(watch(message, attempt), handled) };
}

/** Answers a request over HTTP, so that what it sends and calls goes on in the trace that the request brings along. */
export function withinTraceOf<T>(
  request: Pick<Request, 'headers'>,
  told: Pick<Chain<'send'>, 'isTold'>,
  answer: () => T,
): T {
  const headers = tracedBy(request.headers);
  if (!headers) return answer();
  const telemetry = telemetryNow(told);
  return scopedByTrace(headers, () => (telemetry ? telemetry.within(headers, answer) : answer()));
}

/** What is measured only goes on in the trace of what is handled. */
function passing(watched: Watched, handled: Headers | undefined): Watched {
  const message = inTrace(watched.message, handled);
  return message === watched.message ? watched : { message, end: (thrown) => watched.end(thrown) };
}

/** n.b. most messages are handled, and sent, in no trace: nothing is made for them. */
function inTrace<Message extends Pick<Outgoing, 'properties'>>(
  message: Message,
  handled: Headers | undefined = handledHeaders(),
): Message {
  const { properties } = message;
  const headers = passedOn(handled, properties.headers);
  return headers ? { ...message, properties: changeProperties(properties, { headers }) } : message;
}
