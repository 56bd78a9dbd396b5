import { choice } from '../../common/choices.js';
import { listenHost } from '../../common/listen-host.js';
import { type Bounds, duration, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import type { UserSettings } from '../common/access.js';
import type { Interceptor } from '../common/interceptor.js';
import type { DeprecatedFeature, ProfileName } from '../common/profile.js';
import type { ListenAddress } from './listener.js';

/** How an embedded broker is started. */
export interface DevBrokerOptions {
  /** The version of RabbitMQ to behave like. @default '4.3' */
  readonly profile?: ProfileName;
  /**
   * Deprecated features to refuse, besides those that the profile refuses: as if RabbitMQ was configured with
   * `deprecated_features.permit.<feature> = false`. A declaration that needs one closes its connection with 541.
   *
   * @default none
   */
  readonly deniedFeatures?: readonly DeprecatedFeature[];
  /** How many milliseconds a consumer may take to settle a message, unless its queue says otherwise; `Infinity` for no limit. @default 30 minutes */
  readonly consumerTimeoutMs?: number;
  /** The TCP port, from 0 to 65,535; 0 takes a free one. @default 5672 */
  readonly port?: number;
  /** The address to listen on. Other than loopback needs `exposeToNetwork`. @default '127.0.0.1', and '::1' where it can be had */
  readonly host?: string;
  /** True allows other machines to reach this broker. @default false */
  readonly exposeToNetwork?: boolean;
  /** Who may log in. @default guest with password guest */
  readonly users?: readonly UserSettings[];
  /** The virtual hosts there are. @default ['/'] */
  readonly virtualHosts?: readonly string[];
  /** Publishers are blocked while messages in queues take more than about this; `Infinity` for no limit. @default 512 MiB */
  readonly memoryLimitBytes?: number;
  /** The heartbeat proposed to clients, up to 65,535; 0 proposes none. @default 60 */
  readonly heartbeatSeconds?: number;
  /** The largest frame, in bytes, from 8,192, the least that RabbitMQ 4.3 takes of clients, to 4,294,967,295. @default 131072 */
  readonly frameMax?: number;
  /** How many channels a connection may have, from 1 to 65,535. @default 2047 */
  readonly channelMax?: number;
  /** Changes the fate of single messages. */
  readonly interceptor?: Interceptor;
}

/** What a restart keeps: `durable` queues, exchanges and persistent messages, or `nothing`. */
export interface RestartOptions {
  /** What is kept. @default 'durable' */
  readonly keep?: 'durable' | 'nothing';
  /** How many milliseconds the port stays closed. @default 0 */
  readonly downMs?: number;
}

/** Who may log in unless told otherwise, as with RabbitMQ. */
export const guest: UserSettings = { name: 'guest', password: 'guest' };

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Where to listen. Who asks for `localhost` may come to either address of loopback. */
export function addressOf({ host, port = 5672 }: DevBrokerOptions): ListenAddress {
  return host === undefined ? { host: '127.0.0.1', also: '::1', port } : { host, port };
}

type NumericOption =
  | 'consumerTimeoutMs'
  | 'port'
  | 'memoryLimitBytes'
  | 'heartbeatSeconds'
  | 'frameMax'
  | 'channelMax';

/** What fits AMQP's fields; `endless` ones may be `Infinity`. */
const bounds: Readonly<Record<NumericOption, Partial<Bounds> & { readonly endless?: boolean }>> = {
  consumerTimeoutMs: { min: 1, endless: true },
  port: { max: 65_535 },
  memoryLimitBytes: { endless: true },
  heartbeatSeconds: { max: 65_535 },
  frameMax: { min: 8_192, max: 2 ** 32 - 1 },
  channelMax: { min: 1, max: 65_535 },
};

/** @throws ConfigurationError for a number that cannot be, naming it */
export function checkNumbers(options: DevBrokerOptions): void {
  for (const name of Object.keys(bounds) as NumericOption[]) {
    const value = options[name];
    const { endless = false, ...allowed } = bounds[name];
    if (value === undefined) continue;
    if (endless) duration(`DevBroker: ${name}`, value, allowed);
    else wholeNumber(`DevBroker: ${name}`, value, allowed);
  }
}

/** @throws ConfigurationError for what is no way to restart */
export function checkRestart({ keep, downMs }: RestartOptions): void {
  if (keep !== undefined) choice('DevBroker.restart: keep', keep, ['durable', 'nothing']);
  if (downMs !== undefined) duration('DevBroker.restart: downMs', downMs);
}

/** @throws ConfigurationError for what is no address, and for one that other machines reach, unless that is wanted. */
export function checkHost(host: string, exposeToNetwork: boolean): void {
  listenHost('DevBroker: host', host);
  if (loopback.has(host) || exposeToNetwork) return;
  throw new ConfigurationError(
    `${host} can be reached by other machines: say exposeToNetwork: true if that is wanted`,
  );
}
