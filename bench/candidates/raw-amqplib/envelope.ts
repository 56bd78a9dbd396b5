import { hostname, userInfo } from 'node:os';
import type { Options } from 'amqplib';

/** The same envelope as Waybill's, built by hand. */
export interface RawEnvelope {
  readonly category: string;
  readonly type: string;
  readonly name: string;
  readonly content: { readonly parameters: unknown };
}

const fingerprint = {
  name: 'bench',
  type: 'None',
  pid: String(process.pid),
  host: hostname(),
  user: userInfo().username,
  vhost: '/',
};

/** The body of one command. */
export function encode(category: 'message' | 'rpc', name: string, parameters: unknown): Buffer {
  const content = { parameters };
  return Buffer.from(
    JSON.stringify({ type: 'command', name, category, version: '2', fingerprint, content, _reserved: {} }),
  );
}

/** A body taken apart. */
export function decode(bytes: Buffer): RawEnvelope {
  return JSON.parse(bytes.toString()) as RawEnvelope;
}

/** The key by which handlers are found. */
export function keyOf({ category, type, name }: RawEnvelope): string {
  return `${category}/${type}/${name}`;
}

/** Few properties: each costs encoding. */
export const persistent: Options.Publish = { contentType: 'application/json', deliveryMode: 2 };
