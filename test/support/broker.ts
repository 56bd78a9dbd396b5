import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { DevBroker } from '../../src/devbroker/index.js';
import { isEmbedded } from './broker-version.js';
import { profileOfRun } from './embedded-profile.js';
import { SideChannel } from './side-channel.js';

/** Where a test registers what must be closed: its `TestContext`, or a `suiteOwner()`. */
export interface Owner {
  /** Called with what to do when the owner is over. */
  after(close: () => Promise<void>): void;
}

/**
 * The owner of what `before` hooks open, closed after the last test in reverse order. Call it in `describe` or
 * directly in the file: inside a hook, node would take `after` for the end of that hook.
 */
export function suiteOwner(): Owner {
  const closings: (() => Promise<void>)[] = [];
  after(async () => {
    for (const close of closings.reverse()) await close();
  });
  return { after: (close) => void closings.push(close) };
}

/** A virtual host made for one test or one file. */
export interface TestVhost {
  /** Connects to it. */
  readonly url: string;
  /** Its name; with a foreign broker the name of the vhost it gave us. */
  readonly name: string;
  /** Whether nobody else uses it. False on a foreign broker: use `uniqueName` for all you declare. */
  readonly isolated: boolean;
}

/**
 * The broker of this run.
 *
 * @throws Error when there is none, saying how to get one.
 */
export function brokerUrl(): string {
  const url = process.env['WAYBILL_TEST_URL'];
  if (url) return url;
  throw new Error('This test needs a broker: run it by `npm run test:broker`, or set WAYBILL_TEST_URL.');
}

/** A name that no other test, run or machine uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** The same broker and credentials, on another vhost. */
function onVhost(url: string, vhost: string): string {
  const moved = new URL(url);
  moved.pathname = `/${encodeURIComponent(vhost)}`;
  return moved.href;
}

/**
 * A vhost of its own on the node that run-tests started, deleted when `owner` is over; where tests run on the embedded
 * broker, one of those. A foreign WAYBILL_TEST_URL is used as it is: we do not administrate other people's brokers.
 */
export async function freshVhost(owner: Owner): Promise<TestVhost> {
  const url = brokerUrl();
  if (isEmbedded()) return await embeddedVhost(owner);
  if (process.env['WAYBILL_TEST_MANAGEMENT_URL'] === undefined) {
    return { url, name: decodeURIComponent(new URL(url).pathname.slice(1)) || '/', isolated: false };
  }
  const name = uniqueName('vhost');
  const path = `/api/vhosts/${encodeURIComponent(name)}`;
  await management('PUT', path);
  owner.after(async () => void (await management('DELETE', path)));
  const user = decodeURIComponent(new URL(url).username);
  const everything = { configure: '.*', write: '.*', read: '.*' };
  await management('PUT', `/api/permissions/${encodeURIComponent(name)}/${user}`, everything);
  return { url: onVhost(url, name), name, isolated: true };
}

async function embeddedVhost(owner: Owner): Promise<TestVhost> {
  const name = uniqueName('vhost');
  const broker = await DevBroker.start({ port: 0, virtualHosts: [name], profile: profileOfRun() });
  owner.after(() => broker.close());
  return { url: broker.url, name, isolated: true };
}

/** A connection beside the one under test, to look into queues and to send raw bytes; closed with `owner`. */
export async function sideChannel(owner: Owner, url: string = brokerUrl()): Promise<SideChannel> {
  const side = await SideChannel.connect(url);
  owner.after(() => side.close());
  return side;
}

/**
 * Asks the HTTP API of the node that run-tests started; gives the answer's JSON, `undefined` when it is empty.
 * Its statistics lag some seconds behind; definitions and deletions do not.
 *
 * @example await management('DELETE', `/api/connections/${encodeURIComponent(name)}`);
 * @throws Error on an answer that is not 2xx, and where the broker is a foreign one.
 */
export async function management(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const base = process.env['WAYBILL_TEST_MANAGEMENT_URL'];
  if (base === undefined)
    throw new Error(`No management API to ask for ${path}: the broker is a foreign one`);
  const { username, password, origin } = new URL(base);
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
