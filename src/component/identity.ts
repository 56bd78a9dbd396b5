import { Fingerprint, type FingerprintLike, type FingerprintStamp, fingerprintStamp } from '../wire/index.js';

/** Who a component is: what it was given, else its class's name and the process's own values. */
export function identify(
  like: FingerprintLike | undefined,
  className: string,
  vhost?: string,
): FingerprintStamp {
  if (like instanceof Fingerprint) return fingerprintStamp(like, vhost);
  return fingerprintStamp({ name: className, ...like }, vhost);
}

/** The name that the broker's management page shows for a component's connections. */
export function connectionName({ name, host, pid }: FingerprintStamp): string {
  return `${name}@${host} ${pid}`;
}
