import { senderOf } from '../../amqp/index.js';
import { cut } from '../../common/foreign-text.js';
import { jsonBody, messageName, readableBody } from '../../parked/index.js';
import { isRecord } from '../../wire/index.js';
import { jsonText, shownText } from '../output.js';
import type { Heard } from './source.js';

/** A message in a line that is no longer than `width`; with `isWhole` its body stands below it, all of it. */
export function lineOf(
  heard: Heard,
  at: Date,
  { width, isWhole }: { readonly width: number; readonly isWhole: boolean },
): string {
  const { exchange, key, content } = heard;
  const head = [
    at.toISOString().slice(11, 23),
    exchange === '' ? '(default)' : cut(exchange, 255),
    cut(key, 255),
    cut(messageName(heard) ?? '-'),
    cut(sender(heard) ?? '-', 255),
    `${content.length} B`,
  ].join('  ');
  if (isWhole) return `${head}\n${wholeBody(heard)}`;
  const room = width - head.length - 2;
  return room > 1 ? `${head}  ${cut(shortBody(heard, room), room)}` : head;
}

/** All that is known of a message, as a document. */
export function documentOf(heard: Heard, at: Date): object {
  const { exchange, key, queue, content, properties } = heard;
  return {
    at: at.toISOString(),
    exchange,
    key,
    queue,
    name: messageName(heard),
    sender: sender(heard),
    bytes: content.length,
    properties,
    body: readableBody(heard),
  };
}

/** `name@host pid` of the envelope, else the `app_id`. */
function sender(heard: Heard): string | undefined {
  const body = jsonBody(heard);
  const told = isRecord(body) ? senderOf(body['fingerprint']) : undefined;
  const { appId } = heard.properties;
  return told ?? (typeof appId === 'string' ? appId : undefined);
}

function wholeBody(heard: Heard): string {
  const body = readableBody(heard);
  return typeof body === 'string' ? shownText(body) : jsonText(body, 2);
}

/** On one line. Of an envelope only what its sender has said. */
function shortBody(heard: Heard, room: number): string {
  const body = readableBody(heard);
  const isEnvelope = isRecord(body) && isRecord(body['fingerprint']) && isRecord(body['content']);
  const said = isEnvelope ? body['content'] : body;
  const text = typeof said === 'string' ? said.slice(0, 2 * room) : JSON.stringify(said);
  return text.replaceAll(/\s+/g, ' ');
}
