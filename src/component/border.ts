import {
  changeProperties,
  type Delivery,
  type Link,
  type Outgoing,
  type Received,
  type Seal,
} from '../amqp/index.js';
import { untrustedCall } from '../common/untrusted-error.js';
import { ConfigurationError, type Distrust, UntrustedError } from '../errors.js';
import { type ArrivedMessage, Identity, type IdentityOptions } from '../identity/index.js';
import type { Logger } from '../logger.js';
import type { CallRequest } from '../rpc/index.js';

/** Who a component is for others: its name, or its fingerprint, where the bodies of its messages tell that. */
export type Who = string | { readonly name: string };

/** Whose messages tell who has sent them in a header. */
const inHeader = new WeakSet<Identity>();

/** What was sent a second time: parked, it must be no better off than it was. */
const seenBefore = new WeakSet<Delivery>();

/** What signs and looks, as somebody has asked for it; undefined where nobody has. @throws ConfigurationError */
export function identityOf(options: IdentityOptions | undefined, who: Who): Identity | undefined {
  if (!options) return undefined;
  const identity = new Identity(options, typeof who === 'string' ? who : who.name);
  if (!identity.signs && identity.verifies === 'off' && !identity.userId) return undefined;
  if (typeof who === 'string') inHeader.add(identity);
  return identity;
}

/** A component that could not know again what it has put aside would refuse it. @throws ConfigurationError */
export function assertSeals(owner: string, { verifies, signs }: Identity): void {
  if (verifies !== 'enforce' || signs) return;
  throw new ConfigurationError(
    `${owner}: identity.verify 'enforce' needs a key of its own, by which it knows again what it has put aside: identity.sign. npx waybill key new --name ${owner} --keys keys.json`,
  );
}

/**
 * A message as it leaves: nothing is changed of it any more. One that is late is signed for the time at which it is due.
 * @throws ConfigurationError where no key may sign it now
 */
export function leaving(identity: Identity, link: Link): (message: Outgoing, inMs?: number) => Outgoing {
  const from = inHeader.has(identity) ? identity.name : undefined;
  return (message, inMs) => identity.sign(withUser(identity, link, message), from, inMs);
}

/** A call whose attempts are signed, and whose answers are looked at. */
export function guardedCall<Request extends CallRequest>(
  identity: Identity,
  link: Link,
  request: Request,
): Request {
  const examine = (reply: Received): string | undefined => examined(identity, link, request.name, reply);
  const guarded = { ...request, leaving: leaving(identity, link) };
  return identity.verifies === 'off' ? guarded : { ...guarded, examine };
}

/**
 * Looks at what has come before anybody else does, and has its answer signed. Gives why it is refused; undefined for what may be handled,
 * trusted or not.
 */
export function received(identity: Identity, link: Link, delivery: Delivery): UntrustedError | undefined {
  if (identity.signs || identity.userId)
    delivery.sign = (answer) => identity.sign(withUser(identity, link, answer), identity.name);
  if (identity.verifies === 'off') return undefined;
  const verdict = identity.verify(arrived(delivery));
  if (verdict.ok) {
    const { keyId, name, userId = delivery.properties.userId } = verdict;
    delivery.identity = { keyId, name, userId };
    return undefined;
  }
  delivery.isUntrusted = true;
  if (verdict.reason === 'replayed') seenBefore.add(delivery);
  const { queue, properties, sender } = delivery;
  const from = nameIn(sender) ?? properties.headers?.['x-waybill-from'];
  const told = { reason: verdict.reason, from, queue, id: properties.messageId };
  return refusal(identity, link.logger, told, 'The message');
}

/** What a call that is refused is answered with: nothing of what was found. */
export function answerFor({ reason }: UntrustedError): UntrustedError {
  return untrustedCall(reason);
}

/** Says of what is put aside how it had come. */
export function sealOf(identity: Identity | undefined): Seal | undefined {
  if (!identity?.signs) return undefined;
  return (delivery, home) =>
    seenBefore.has(delivery)
      ? undefined
      : identity.seal({ ...arrived(delivery), queue: delivery.queue, home });
}

function examined(identity: Identity, link: Link, name: string, reply: Received): string | undefined {
  const { properties, content, fields } = reply;
  const { exchange, routingKey } = fields;
  const verdict = identity.verify({
    exchange,
    routingKey,
    properties,
    content,
    isFirst: true,
    once: false,
  });
  if (verdict.ok) return verdict.name;
  const from = properties.headers?.['x-waybill-from'];
  const told = { reason: verdict.reason, from, queue: undefined, id: properties.correlationId };
  const error = refusal(identity, link.logger, told, `The answer to the call '${name}'`);
  if (error) throw error;
  return undefined;
}

function refusal(
  { verifies, untrusted }: Identity,
  logger: Logger,
  { reason, from, queue, id }: Told,
  what: string,
): UntrustedError | undefined {
  const refused = verifies === 'enforce';
  untrusted.add({ reason, from: textOf(from), queue, id: textOf(id), refused }, logger);
  return refused ? new UntrustedError(reason, what) : undefined;
}

/** What is told of a message that is not trusted. */
interface Told {
  readonly reason: Distrust;
  readonly from: unknown;
  readonly queue: string | undefined;
  readonly id: unknown;
}

function arrived(delivery: Delivery): ArrivedMessage & { readonly at: number } {
  const { fields, properties, content, queue, sender, isFirst, ageMs } = delivery;
  const { exchange, routingKey } = fields;
  const at = Math.round(Date.now() - ageMs);
  return { exchange, routingKey, properties, content, queue, name: nameIn(sender), isFirst, at };
}

/** What a fingerprint says; a name that is no text is one that no key speaks for. */
function nameIn(sender: unknown): string | undefined {
  const { name } = Object(sender) as { readonly name?: unknown };
  return name === undefined ? undefined : (textOf(name) ?? '');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** n.b. the broker refuses a `user_id` that is not that of the connection. */
function withUser({ userId }: Identity, link: Link, message: Outgoing): Outgoing {
  if (!userId) return message;
  const { name: user } = link.user;
  if (user === undefined)
    throw new ConfigurationError(
      'identity.userId needs to know who logs in: one user for all addresses, by name and password',
    );
  return { ...message, properties: changeProperties(message.properties, { userId: user }) };
}
