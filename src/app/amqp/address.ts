import { urlOf } from '../../amqp/index.js';
import { ConfigurationError } from '../../errors.js';
import { readSettings } from '../common/settings.js';
import type { AmqpConnectionOptions } from './amqp-connection.js';

/**
 * The broker's address in one piece; undefined where nobody named one, so that the link takes its own defaults.
 * @throws ConfigurationError when it is told twice
 */
export function addressOf(options: AmqpConnectionOptions): string | readonly string[] | undefined {
  const { url, hostname, port, username, password } = options;
  const isInPieces = [hostname, port, username, password].some((each) => each !== undefined);
  if (url !== undefined && isInPieces) {
    throw new ConfigurationError(
      'Give an AMQP connection either its url, or hostname, port, username and password.',
    );
  }
  const isElsewhere = readSettings().amqpPort === undefined || process.env['WAYBILL_URL'];
  return url !== undefined || (!isInPieces && isElsewhere) ? url : fromPieces(options);
}

/** The virtual host, where it does not stand in the address. */
export function vhostOf({
  vhost,
  url = process.env['WAYBILL_URL'] ?? [],
}: AmqpConnectionOptions): string | undefined {
  const isInAddress = [url].flat().some((each) => /:\/\/[^/]+\/./.test(each));
  return vhost ?? (isInAddress ? undefined : readSettings().vhost);
}

function fromPieces({ hostname: host, port, username: user, password, tls }: AmqpConnectionOptions): string {
  return urlOf({ host, port: port ?? readSettings().amqpPort, user, password, tls });
}
