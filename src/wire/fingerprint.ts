import { hostname, userInfo } from 'node:os';

/** Who sent a message: six strings, as in Postage. */
export interface FingerprintFields {
  /** The component, for example `ping_sender`; `None` where it has no name, as Postage sends it. */
  readonly name: string;
  /** The kind of component, for example `application`; `None` where none was given. */
  readonly type: string;
  /** The id of the process, as text. */
  readonly pid: string;
  /** The name of the machine, or of the container. */
  readonly host: string;
  /** The user of the operating system, or its id where that has no name. */
  readonly user: string;
  /** The virtual host that it is connected to. */
  readonly vhost: string;
}

/** Either a {@link Fingerprint} or any plain object: known keys replace the defaults, others travel along. */
export type FingerprintLike = Fingerprint | Readonly<Record<string, unknown>>;

/** What a component says of itself on every message. All values are strings; missing ones are filled in once per process. */
export class Fingerprint implements FingerprintFields {
  readonly name: string;
  readonly type: string;
  readonly pid: string;
  readonly host: string;
  readonly user: string;
  readonly vhost: string;

  constructor(fields: { readonly [Field in keyof FingerprintFields]?: string | number | undefined } = {}) {
    const process = processFields();
    this.name = String(fields.name ?? 'None');
    this.type = String(fields.type ?? 'None');
    this.pid = String(fields.pid ?? process.pid);
    this.host = String(fields.host ?? process.host);
    this.user = String(fields.user ?? process.user);
    this.vhost = String(fields.vhost ?? process.vhost);
  }

  /** The six fields as a plain object, in the order of the wire. */
  asObject(): FingerprintFields {
    const { name, type, pid, host, user, vhost } = this;
    return { name, type, pid, host, user, vhost };
  }

  /** The six values in the order name, type, pid, host, user, vhost. */
  asTuple(): readonly [name: string, type: string, pid: string, host: string, user: string, vhost: string] {
    return [this.name, this.type, this.pid, this.host, this.user, this.vhost];
  }
}

/** What is stamped on messages: the six strings, and whatever else a plain object brought along. */
export type FingerprintStamp = FingerprintFields & Readonly<Record<string, unknown>>;

/**
 * The stamp for a component: the process's own values, then what `like` says. `vhost` is the one connected to.
 * The six known keys become strings whatever they were; other keys are kept as they are.
 */
export function fingerprintStamp(like: FingerprintLike = {}, vhost?: string): FingerprintStamp {
  if (like instanceof Fingerprint) return { ...like.asObject() };
  const known = new Fingerprint({ ...(vhost === undefined ? {} : { vhost }), ...like });
  return { ...like, ...known.asObject() };
}

let cached: Pick<FingerprintFields, 'pid' | 'host' | 'user' | 'vhost'> | undefined;

/** hostname() and userInfo() cost about 9 µs together, so they are asked once. */
function processFields(): Pick<FingerprintFields, 'pid' | 'host' | 'user' | 'vhost'> {
  cached ??= {
    pid: String(process.pid),
    host: hostname(),
    user: userName(),
    vhost: process.env['POSTAGE_VHOST'] || '/',
  };
  return cached;
}

/** A container may run under a uid that has no name: then userInfo() throws. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? String(process.getuid?.() ?? 'unknown');
  }
}
