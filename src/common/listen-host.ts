import { ConfigurationError } from '../errors.js';
import { shown } from './numbers.js';

/**
 * The address that a server is to listen on. An empty one, as of a variable that is not set, is not taken: Node would listen on all
 * addresses there are.
 *
 * @param setting whose it is and what it is called, for people: `App: http.host`.
 * @throws ConfigurationError
 */
export function listenHost(setting: string, host: unknown): string {
  if (host === '') throw new ConfigurationError(`${setting} is empty. Name the address to listen on.`);
  if (typeof host === 'string' && host.trim() === host) return host;
  throw new ConfigurationError(`${setting} must be an address to listen on and is ${shown(host)}.`);
}
