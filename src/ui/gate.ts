import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refused } from './refused.js';

/**
 * Lets in nobody but the page that was opened with the token. The token comes in the fragment of the address, which no browser sends
 * anywhere, and goes back in a header that no other page can set: so it is in no log and no referrer. No cookie: those of 127.0.0.1 go
 * to every port of it.
 */
export class Gate {
  /** 192 random bits, anew for each server. */
  readonly token: string = randomBytes(24).toString('base64url');
  readonly #hosts: readonly string[];

  constructor(port: number) {
    this.#hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  }

  /**
   * A page elsewhere whose name has begun to mean 127.0.0.1 is told by the name that it asks for (DNS rebinding).
   * @throws Refused for what was not meant for this server
   */
  checkHost({ headers }: IncomingMessage): void {
    if (!this.#hosts.includes(headers.host ?? '')) throw new Refused(421, 'This server has another name.');
  }

  /** @throws Refused for a request without the token */
  checkToken({ headers }: IncomingMessage): void {
    const [, given = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
    if (!timingSafeEqual(digest(given), digest(this.token)))
      throw new Refused(
        401,
        'The token is missing or wrong: open the address that `waybill ui` has printed.',
      );
  }

  /** What changes something comes from the page itself. @throws Refused */
  checkOrigin({ headers }: IncomingMessage): void {
    const { origin = '', 'sec-fetch-site': site = 'same-origin' } = headers;
    const isOurs = this.#hosts.some((host) => origin === `http://${host}`);
    if (!isOurs || site !== 'same-origin') throw new Refused(403, 'This was asked by another page.');
  }
}

/** Of one length, as comparing in constant time needs it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
