import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate with its key and the certificate of the CA that signed it, all as PEM: what node:tls takes. */
export interface Identity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface Request {
  /** Whom it names (CN). @default one that nobody else has */
  readonly subject?: string;
  /** Whom it is for, as `DNS:…` or `IP:…`. @default none, which is enough for a client */
  readonly names?: readonly string[];
  /** Makes one whose time is over. @default false */
  readonly expired?: boolean;
}

const CONFIGURATION = `
[ca]
default_ca = tests
[tests]
dir = .
database = index.txt
new_certs_dir = .
rand_serial = yes
unique_subject = no
default_md = sha256
policy = anything
copy_extensions = copy
[anything]
commonName = supplied
[req]
distinguished_name = subject
[subject]
`;

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const THE_PAST = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];

/**
 * A certificate authority for one test, made by the program `openssl` in a temporary folder. Its certificates are
 * good for nothing else.
 */
export class TestAuthority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'waybill-certificates-'));
  #count = 0;

  private constructor() {
    writeFileSync(join(this.#folder, 'openssl.cnf'), CONFIGURATION);
    writeFileSync(join(this.#folder, 'index.txt'), '');
  }

  /** @throws Error where there is no program `openssl`, or it fails. */
  static async create(): Promise<TestAuthority> {
    const authority = new TestAuthority();
    try {
      const subject = ['-subj', '/CN=the CA of a test', '-addext', 'basicConstraints=critical,CA:true'];
      const files = ['-keyout', 'ca.key', '-out', 'ca.pem'];
      await authority.#openssl(['req', '-x509', ...NEW_KEY, ...subject, ...files]);
      return authority;
    } catch (error) {
      authority[Symbol.dispose]();
      throw error;
    }
  }

  /** Makes a key and signs a certificate for it. */
  async issue({ subject, names = [], expired = false }: Request = {}): Promise<Identity> {
    const name = `certificate-${++this.#count}`;
    const alternatives = names.length > 0 ? ['-addext', `subjectAltName=${names.join(',')}`] : [];
    const request = ['req', '-new', ...NEW_KEY, '-subj', `/CN=${subject ?? name}`, ...alternatives];
    await this.#openssl([...request, '-keyout', `${name}.key`, '-out', `${name}.csr`]);
    const life = expired ? THE_PAST : ['-days', '2'];
    const sign = ['ca', '-batch', '-notext', '-cert', 'ca.pem', '-keyfile', 'ca.key', ...life];
    await this.#openssl([...sign, '-in', `${name}.csr`, '-out', `${name}.pem`]);
    return { ca: this.#read('ca.pem'), cert: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) };
  }

  /** Removes its folder. */
  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #openssl([command = '', ...args]: readonly string[]): Promise<void> {
    const whole = [command, '-config', 'openssl.cnf', ...args];
    await promisify(execFile)('openssl', whole, { cwd: this.#folder }).catch((cause) => {
      const words =
        cause.code === 'ENOENT' ? 'This test needs the program openssl: install it.' : String(cause);
      throw new Error(words, { cause });
    });
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8');
  }
}
