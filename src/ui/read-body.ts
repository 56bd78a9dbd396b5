import type { IncomingMessage } from 'node:http';
import { Refused } from './refused.js';

/** A body that somebody has edited; what is larger is not edited in a page. */
const mostBytes = 4 * 1024 * 1024;

/** The object of JSON in a request. @throws Refused for what is too large, or none */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    throw new Refused(415, 'A body of JSON is wanted.');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > mostBytes) throw new Refused(413, 'This is more than 4 MiB: use `waybill failed edit`.');
    parts.push(part);
  }
  return parsed(Buffer.concat(parts).toString());
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new Refused(400, 'The body is no object of JSON.');
}

/** A text in a request. @throws Refused where there is none */
export function textIn(body: Readonly<Record<string, unknown>>, key: string): string {
  const value = Object.hasOwn(body, key) ? body[key] : undefined;
  if (typeof value !== 'string') throw new Refused(400, `'${key}' must be a text.`);
  return value;
}
