import { AmqpError } from '../../protocol/index.js';

/** A kind of right, as RabbitMQ has them. */
export type Right = 'configure' | 'write' | 'read';

/** A user of the broker. */
export interface UserSettings {
  readonly name: string;
  readonly password: string;
  /** The virtual hosts the user may open. @default all */
  readonly virtualHosts?: readonly string[];
  /** What the user may touch, by patterns of names. The default exchange counts as `amq.default`. @default all */
  readonly permissions?: Readonly<Partial<Record<Right, RegExp>>>;
}

/** What one user may do in one virtual host. */
export class Access {
  readonly user: string;
  readonly #virtualHost: string;
  readonly #permissions: Readonly<Partial<Record<Right, RegExp>>>;

  constructor(user: UserSettings, virtualHost: string) {
    this.user = user.name;
    this.#virtualHost = virtualHost;
    this.#permissions = user.permissions ?? {};
  }

  /** @throws AmqpError 403 when the user lacks the right. */
  check(right: Right, kind: 'queue' | 'exchange', name: string): void {
    const pattern = this.#permissions[right];
    if (pattern === undefined || pattern.test(name === '' ? 'amq.default' : name)) return;
    const what = `${kind} '${name === '' ? 'amq.default' : name}' in vhost '${this.#virtualHost}'`;
    throw new AmqpError('ACCESS_REFUSED', `access to ${what} refused for user '${this.user}'`);
  }
}
