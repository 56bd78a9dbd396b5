import { settle } from '../amqp/index.js';
import { toError } from '../errors.js';
import { isRecord } from '../wire/index.js';
import { CommandError, UsageError } from './command-error.js';

/** How long the API may take to answer. */
const limitMs = 10_000;

/** What the API tells of something. */
export type Told = Readonly<Record<string, unknown>>;

/** RabbitMQ's management API, for one virtual host, as the user that connects. */
export class ManagementApi {
  /** Where it is, without a password. */
  readonly origin: string;
  /** The virtual host, as it stands in a path. */
  readonly vhost: string;
  readonly #base: URL;
  readonly #login: string;

  /**
   * @param address `http://host:15672`, where another user may stand: `http://user:password@host:15672`.
   * @param url the address of the broker, whose user and virtual host are taken.
   * @throws UsageError for what is no address
   */
  constructor(address: string, url: string | undefined) {
    if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
      throw new UsageError('--management wants an address as http://localhost:15672.');
    const { addresses, vhost } = settle({ url });
    const base = new URL(address);
    const [{ credentials }] = addresses;
    const own = typeof credentials === 'object' ? credentials : { username: '', password: '' };
    const username = decodeURIComponent(base.username) || own.username;
    const password = decodeURIComponent(base.password) || (base.username === '' ? own.password : '');
    this.#login = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    this.origin = base.origin;
    this.vhost = encodeURIComponent(vhost);
    base.username = '';
    base.password = '';
    this.#base = base;
  }

  /** A list of what is there: `queues/%2F`. @throws CommandError that says why there is none */
  async list(path: string): Promise<readonly Told[]> {
    const response = await this.#ask(path);
    if (!response.ok)
      throw new CommandError(`${this.origin} answers ${response.status} ${response.statusText}.`);
    const list: unknown = await response.json().catch(() => undefined);
    if (!Array.isArray(list)) throw new CommandError(`${this.origin} answers with no list.`);
    return list.filter(isRecord);
  }

  async #ask(path: string): Promise<Response> {
    try {
      return await fetch(new URL(`api/${path}`, this.#base), {
        headers: { authorization: this.#login },
        signal: AbortSignal.timeout(limitMs),
      });
    } catch (cause) {
      // fetch says no more than that it has failed; its cause says why.
      const { cause: why = cause } = cause as Error;
      throw new CommandError(`${this.origin} does not answer: ${toError(why).message}.`, { cause });
    }
  }
}
