import { tellCallers } from './for-callers.js';
import { WaybillError } from './waybill-error.js';

/**
 * Why a message is not trusted: `unsigned` it has no signature; `malformed` what it has is none; `unknown key` nobody here knows the key;
 * `expired key` the key was over when it came; `no name` it does not tell who sent it; `another name` the key may not speak for whoever it
 * says has sent it; `altered` something of it is not as it was signed, or it came another way; `unsealed` it says that it was put aside
 * here, and nothing shows that; `too old` and `too early` it was signed too long before it came, or after; `replayed` it has come before.
 */
export type Distrust =
  | 'unsigned'
  | 'malformed'
  | 'unknown key'
  | 'expired key'
  | 'no name'
  | 'another name'
  | 'altered'
  | 'unsealed'
  | 'too old'
  | 'too early'
  | 'replayed';

/** What to do about each, for whoever reads the log. */
const advice: Readonly<Record<Distrust, string>> = {
  unsigned: 'Give its sender a key: identity: { sign }.',
  malformed: 'Its sender signs in another way than docs/identity.md says.',
  'unknown key': 'Put the public part, or the secret, of its key into the file of keys, then send it back.',
  'expired key': 'Have its sender sign with a newer key, or raise notAfter of this one.',
  'no name': 'Its sender must tell its name, in its fingerprint or in the header x-waybill-from.',
  'another name':
    "Add the name to the names of the key, if they are one and the same; else somebody uses another's name.",
  altered: 'Somebody has changed it, or has published it to another place than its sender did.',
  unsealed: 'It was put aside by a component that has no key (identity: { sign }), or by nobody.',
  'too old':
    'Raise identity.windowMs above the time that messages may wait here, then send it back; or look at the clocks.',
  'too early': 'The clock of its sender is ahead: set it.',
  replayed: 'Somebody has sent it a second time.',
};

/**
 * Stands in the dossier of a message that was refused because its signature does not hold (`identity: { verify: 'enforce' }`), and is the
 * error of a call whose answer is not trusted. A caller whose call is refused is told the code, and nothing more.
 *
 * What to do: `reason` says what is wrong, and docs/identity.md what mends it. What was parked can be sent back by `waybill failed` then.
 */
export class UntrustedError extends WaybillError {
  override readonly name = 'UntrustedError' as const;
  readonly code = 'UNTRUSTED' as const;
  /** What is wrong with its signature. */
  readonly reason: Distrust;

  /** @param what it is, for people: `The message`. */
  constructor(reason: Distrust, what: string) {
    super(`${what} is not trusted (${reason}). ${advice[reason]}`);
    this.reason = reason;
  }
}

/** The same for the caller, who may be anybody: no word of what was found. */
export function untrustedCall(reason: Distrust): UntrustedError {
  const error = new UntrustedError(reason, 'The call');
  error.message = error.code;
  return error;
}

tellCallers(UntrustedError);
