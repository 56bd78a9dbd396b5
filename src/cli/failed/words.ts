import type { FailedMessage } from '../../amqp/index.js';
import { cut } from '../../common/foreign-text.js';
import { messageName } from '../../parked/index.js';

/** A parked message in a line. */
export function lineOf(message: FailedMessage): string {
  const { id, dossier, editedAt } = message;
  const type = cut(messageName(message) ?? '?');
  if (!dossier) return `${cut(id, 255)}  ${type}  (not parked by Waybill)`;
  const { failedAt, attempts, error, message: text } = dossier;
  const [firstLine] = String(text).split('\n');
  const edited = editedAt === undefined ? '' : '  (edited)';
  const what = `${cut(failedAt)}  ${type}  ${cut(attempts)} x ${cut(error)}`;
  return `${cut(id, 255)}  ${what}: ${cut(firstLine, 500)}${edited}`;
}
