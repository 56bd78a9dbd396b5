import { AmqpError } from '../../protocol/index.js';

/** A kind of right, as RabbitMQ has them. */
export type Right = 'configure' | 'write' | 'read';

/** A user of the broker. */
export interface UserSettings {
  /** The name with which it logs in. */
  readonly name: string;
  /** The password with which it logs in. */
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
    if (!this.#has(right, name)) throw this.#refused(kind, name);
  }

  /** @throws AmqpError 403 when the user has no right at all. */
  checkAny(kind: 'queue' | 'exchange', name: string): void {
    const rights = ['configure', 'write', 'read'] as const;
    if (!rights.some((right) => this.#has(right, name))) throw this.#refused(kind, name);
  }

  #has(right: Right, name: string): boolean {
    const pattern = this.#permissions[right];
    return pattern === undefined || pattern.test(name === '' ? 'amq.default' : name);
  }

  #refused(kind: 'queue' | 'exchange', name: string): AmqpError {
    const what = `${kind} '${name === '' ? 'amq.default' : name}' in vhost '${this.#virtualHost}'`;
    return new AmqpError('ACCESS_REFUSED', `access to ${what} refused for user '${this.user}'`);
  }
}
