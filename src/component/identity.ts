import { Fingerprint, type FingerprintLike, type FingerprintStamp, fingerprintStamp } from '../wire/index.js';

/**
 * Who a component is: what it was given, else its class's name and the process's own values. `WAYBILL_NAME` and `WAYBILL_VERSION` stand
 * beside the six strings of Postage, as `service` and `version`, where they are set.
 */
export function identify(
  like: FingerprintLike | undefined,
  className: string,
  vhost?: string,
): FingerprintStamp {
  const named = like instanceof Fingerprint ? like : { name: className, ...like };
  return { ...serviceFields(), ...fingerprintStamp(named, vhost) };
}

function serviceFields(env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, string>> {
  const { WAYBILL_NAME: service, WAYBILL_VERSION: version } = env;
  return { ...(service && { service }), ...(version && { version }) };
}

/** The name that the broker's management page shows for a component's connections. */
export function connectionName({ name, host, pid }: FingerprintStamp): string {
  return `${name}@${host} ${pid}`;
}
