import type { FailedMessage } from '../amqp/index.js';
import { messageName, readableBody, senderName } from './body.js';

/** A parked message as a document, without its stack and its body. */
export function summaryOf(message: FailedMessage): object {
  const { id, dossier, origin, editedAt, content } = message;
  const { stack: _stack, ...story } = dossier ?? {};
  return {
    id,
    message: messageName(message),
    sender: senderName(message),
    origin,
    dossier: dossier && story,
    editedAt,
    bytes: content.length,
  };
}

/** All that is known of it, its body included: as JSON where it is some, for whoever wants to see why it failed. */
export function documentOf(message: FailedMessage): object {
  const { id, dossier, origin, editedAt, properties } = message;
  const { headers = {}, ...others } = properties;
  // n.b. those with which it was parked stand above.
  const sent = Object.entries(headers).filter(([name]) => !name.startsWith('x-waybill-'));
  const shown = { ...others, headers: Object.fromEntries(sent) };
  return { id, origin, dossier, editedAt, properties: shown, body: readableBody(message) };
}
