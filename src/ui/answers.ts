import type { ServerResponse } from 'node:http';
import { cut, withoutPasswords } from '../common/foreign-text.js';
import { isWaybillError, toError } from '../errors.js';
import { Refused } from './refused.js';

/** With every answer, whatever it is. */
const headers: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Sets what every answer has. */
export function prepare(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** Answers with a document. */
export function answerJson(response: ServerResponse, document: unknown, status: number = 200): void {
  const text = JSON.stringify(document, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  response.writeHead(status, { 'content-type': 'application/json' }).end(text);
}

/** Answers that something could not be done, and why. */
export function answerRefusal(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) return void response.destroy();
  const status = thrown instanceof Refused ? thrown.status : statusOf(thrown);
  // What is left of a body that nobody reads must not be taken for the next request.
  if (status === 413) response.setHeader('connection', 'close');
  const error = withoutPasswords(cut(toError(thrown).message, 1_000));
  answerJson(response, { error }, status);
}

/** The broker said no, or was not there, or we are at fault. */
function statusOf(thrown: unknown): number {
  if (isWaybillError(thrown, 'TOPOLOGY_REFUSED'))
    return (thrown as { replyCode?: number }).replyCode === 404 ? 404 : 502;
  return isWaybillError(thrown) ? 502 : 500;
}
