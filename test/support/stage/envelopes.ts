/** Bodies as a peer writes them (seeds 1.2), by hand: the code under test has no part in them. */
export interface RawBody {
  readonly type: string;
  readonly name: string | null;
  readonly category: string;
  readonly version: string;
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly content: unknown;
  readonly _reserved: Readonly<Record<string, unknown>>;
}

/** Who the peer says it is. */
export const peer: RawBody['fingerprint'] = {
  name: 'peer',
  type: 'test',
  pid: '4711',
  host: 'elsewhere',
  user: 'somebody',
  vhost: '/',
};

/** A message of any type. */
export function message(type: string, name: string | null, content: unknown): RawBody {
  return { type, name, category: 'message', version: '2', fingerprint: peer, content, _reserved: {} };
}

/** A command. */
export function command(name: string | null, parameters: unknown = {}): RawBody {
  return message('command', name, { parameters });
}

/** A call. */
export function rpc(name: string | null, parameters: unknown = {}): RawBody {
  return { ...command(name, parameters), category: 'rpc' };
}
