import { cut, cutLines } from '../../common/foreign-text.js';
import { causesOf, storyOf, tell } from '../../common/told-error.js';
import type { Delivery } from '../consuming/delivery.js';

/** Why a message failed. */
export interface Failure {
  readonly error: Error;
  /** Which handler failed; undefined where it did not get that far. */
  readonly handler?: string | undefined;
}

/** Where it came from first: `{ exchange, routing_key, queue }`. */
export const originHeader = 'x-waybill-origin';
/** The whole story of a parked message. */
export const dossierHeader = 'x-waybill-dossier';

/** When a person has changed the body of a parked message, in ISO 8601. */
export const editedHeader = 'x-waybill-edited';

type Headers = Readonly<Record<string, unknown>>;

/** What stands in the dossier of a parked message. */
export interface Dossier {
  readonly error: string;
  readonly message: string;
  readonly code?: string;
  /** With the stacks of all that led to it. */
  readonly stack?: string;
  /** All that led to it, its `cause` and the `errors` in it, each in one line; left out where nothing is known. */
  readonly causes?: readonly string[];
  readonly handler?: string;
  /** How many runs failed. */
  readonly attempts: number;
  readonly queue: string;
  /** The fingerprint of the component that gave up. */
  readonly component: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly failedAt: string;
}

/** Where the message was published to, kept from the first failure on. */
export function originOf({ fields, properties, queue }: Delivery): Readonly<Record<string, unknown>> {
  const known: Readonly<Record<string, unknown>> = properties.headers?.[originHeader] ?? {};
  const { exchange, routing_key, queue: first } = known;
  const isOurs = [exchange, routing_key, first].every(
    (each) => typeof each === 'string' && each.length <= 255,
  );
  if (isOurs) return { exchange, routing_key, queue: first };
  return { exchange: fields.exchange, routing_key: fields.routingKey, queue };
}

/**
 * Where a delivery was published to first. What a header tells of that is believed only of what came by the default exchange, as what was
 * tried again does, and what was parked and sent back.
 */
export function publishedTo(delivery: Delivery): Pick<Delivery['fields'], 'exchange' | 'routingKey'> {
  const { exchange, routingKey } = delivery.fields;
  if (exchange !== '') return { exchange, routingKey };
  const origin = originOf(delivery);
  return { exchange: String(origin['exchange']), routingKey: String(origin['routing_key']) };
}

/** The dossier as headers. Texts are cut: a table of headers may have 64 KiB. */
export function dossierOf(
  delivery: Delivery,
  attempts: number,
  { error, handler }: Failure,
  component: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Dossier>> {
  const told = tell(error);
  const { name, message, code } = told;
  const causes = causesOf(told).map((cause) => cut(cause, 250));
  const dossier: Dossier = {
    error: name,
    message,
    ...(code !== undefined && { code }),
    stack: storyOf(error),
    ...(causes.length > 0 && { causes }),
    ...(handler !== undefined && { handler }),
    attempts,
    queue: delivery.queue,
    component,
    failedAt: new Date().toISOString(),
  };
  return { [dossierHeader]: dossier };
}

/** The same in less than 2 KiB, for a connection whose frames are so small that there is no room for the rest. */
export function shortened(headers: Headers): Headers {
  const dossier = headers[dossierHeader] as Dossier | undefined;
  if (!dossier) return headers;
  const { stack: _stack, causes: _causes, component, ...kept } = dossier;
  const less = {
    ...kept,
    error: cut(dossier.error),
    message: cutLines(dossier.message, 300),
    component: { name: cut(component['name']) },
  };
  return { ...headers, [dossierHeader]: less };
}
