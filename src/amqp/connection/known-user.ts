import type { Credentials, CredentialsSource } from './credentials.js';
import type { Settings } from './settings.js';

/** Knows who has logged in: the name alone, which `user_id` must have. */
export class KnownUser {
  #name: string | undefined;

  /** Undefined before anybody has, where a certificate says it, and where several addresses have users of their own. */
  get name(): string | undefined {
    return this.#name;
  }

  /** The settings, of which it is seen who logs in by them. */
  watch(settings: Settings): Settings {
    const names = new Set(settings.addresses.map(({ credentials }) => nameIn(credentials)));
    if (names.size === 1) [this.#name] = names;
    const [first, ...others] = settings.addresses;
    return { ...settings, addresses: [this.#watched(first), ...others.map((each) => this.#watched(each))] };
  }

  #watched<Address extends { readonly credentials: CredentialsSource }>(address: Address): Address {
    const { credentials: source } = address;
    if (typeof source !== 'function') return address;
    const credentials = async (): Promise<Credentials> => {
      const given = await source();
      this.#name = nameIn(given);
      return given;
    };
    return { ...address, credentials };
  }
}

/** n.b. a function may give anything: that is looked at by whoever logs in. */
function nameIn(credentials: CredentialsSource): string | undefined {
  return typeof credentials === 'object' ? credentials?.username : undefined;
}
