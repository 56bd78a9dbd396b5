import { management, type Owner, type TestVhost, uniqueName } from './broker.js';

/** What a user may configure, write and read, as regular expressions on names (RabbitMQ docs, Access Control). */
export interface Permissions {
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

const everything: Permissions = { configure: '.*', write: '.*', read: '.*' };

/** A user for one test, on one virtual host. */
export class TestUser {
  /** Where it logs in, with the password that it has at first. */
  readonly url: string;
  readonly name: string;
  readonly #path: string;

  private constructor(url: string, name: string, path: string) {
    this.url = url;
    this.name = name;
    this.#path = path;
  }

  /** Makes it, without permissions; it is deleted with `owner`. */
  static async create(owner: Owner, vhost: TestVhost): Promise<TestUser> {
    const name = uniqueName('user');
    await management('PUT', `/api/users/${name}`, { password: 'secret', tags: '' });
    owner.after(async () => void (await management('DELETE', `/api/users/${name}`)));
    const url = new URL(vhost.url);
    url.username = name;
    url.password = 'secret';
    return new TestUser(url.href, name, `/api/permissions/${encodeURIComponent(vhost.name)}/${name}`);
  }

  /** How much it may have at once; -1 for no limit. */
  async mayHave(limit: 'max-channels' | 'max-connections', value: number): Promise<void> {
    await management('PUT', `/api/user-limits/${this.name}/${limit}`, { value });
  }

  /** What it may do, where that is not everything. */
  async may(permissions: Partial<Permissions>): Promise<void> {
    await management('PUT', this.#path, { ...everything, ...permissions });
  }

  /** Gives it another password. */
  async setPassword(password: string): Promise<void> {
    await management('PUT', `/api/users/${this.name}`, { password, tags: '' });
  }
}
