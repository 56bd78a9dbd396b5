// Mutual TLS with a RabbitMQ node of its own, and what a person sees where it does not work.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { ConnectError, Exchange, GenericProducer, MessageProcessor, silentLogger } from 'waybill';
import { type Identity, TestAuthority } from '../../support/certificates.js';
import { Program } from '../../support/child.js';
import { freePort } from '../../support/free-port.js';
import { RabbitNode } from '../../support/rabbit-node.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

class Greeter extends MessageProcessor {
  static override readonly eqks = [[Exchange, [['greetings', 'greetings']]]] as const;
}
Greeter.handle('command', 'greet', () => 'hello', { category: 'rpc' });

class Guest extends GenericProducer {
  static override readonly eks = [[Exchange, 'greetings']] as const;
}

/** All certificates of this file. */
interface Papers {
  readonly broker: Identity;
  readonly brokerExpired: Identity;
  readonly client: Identity;
  readonly clientExpired: Identity;
  /** Of another CA. */
  readonly stranger: Identity;
}

describe('TLS', () => {
  let node: RabbitNode;
  let papers: Papers;
  before(async () => {
    papers = await makePapers();
    node = await RabbitNode.start({ tls: papers.broker });
  });
  after(() => node.close());

  /** What a client needs to be let in. */
  const good = (): TlsOptions => papers.client;
  const plain = (url: string): string => url.replace('amqps:', 'amqp:');
  const encrypted = (url: string): string => url.replace('amqp:', 'amqps:');

  describe('with a certificate on both sides', () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`connects, sends, consumes and calls: ${version}`, async (t) => {
        const options = { url: node.tlsUrl, tls: { ...good(), minVersion: version, maxVersion: version } };
        const greeter = await new Greeter(options).start();
        t.after(() => greeter.close());
        const guest = await Guest.connect(options);
        t.after(() => guest.close());
        assert.equal((await guest.rpc('greet')).unwrap(), 'hello');
        assert.equal((await guest.health()).ok, true);
        const connections = await node.ctl('rabbitmqctl', ['-q', 'list_connections', 'ssl', 'ssl_protocol']);
        // The guest's, and two of the greeter, which takes calls on one and sends its first answer to somebody on the other.
        assert.deepEqual(
          connections.match(/^true\ttlsv1\.\d$/gm),
          Array(3).fill(`true\t${version.toLowerCase()}`),
        );
      });
    }

    it('connects where the certificate has another name than the URL, if told to expect that', async (t) => {
      const byName = node.tlsUrl.replace('127.0.0.1', 'localhost');
      const guest = await Guest.connect({ url: byName, tls: { ...good(), servername: 'broker.test' } });
      t.after(() => guest.close());
      assert.equal((await guest.health()).publishing.state, 'up');
    });

    it('comes back after a cut, encrypted again', async (t) => {
      const proxy = await TcpProxy.forUrl(node.tlsUrl);
      t.after(() => proxy.close());
      const options = { url: proxy.urlFor(node.tlsUrl), tls: good(), logger: silentLogger };
      const greeter = await new Greeter(options).start();
      t.after(() => greeter.close());
      const guest = await Guest.connect(options);
      t.after(() => guest.close());
      proxy.cut();
      assert.equal((await guest.with({ timeoutMs: 5_000 }).rpc('greet')).unwrap(), 'hello');
    });
  });

  interface Case {
    readonly title: string;
    readonly url: (t: TestContext) => string | Promise<string>;
    readonly tls: () => TlsOptions;
    readonly says: RegExp;
  }

  const cases: readonly Case[] = [
    {
      title: 'the broker has a certificate of a CA that we do not know',
      url: () => node.tlsUrl,
      tls: () => ({ ...good(), ca: papers.stranger.ca }),
      says: /TLS failed: the broker's certificate is signed by nobody we trust\..* tls: \{ ca \}/,
    },
    {
      title: 'no CA was given at all',
      url: () => node.tlsUrl,
      tls: () => ({ cert: papers.client.cert, key: papers.client.key }),
      says: /signed by nobody we trust\..*NODE_EXTRA_CA_CERTS/,
    },
    {
      title: "the URL has a name that is not the certificate's",
      url: () => node.tlsUrl.replace('127.0.0.1', 'localhost'),
      tls: good,
      says: /TLS failed: the broker's certificate is not for the name 'localhost'\..* tls: \{ servername \}/,
    },
    {
      title: "the broker's certificate has expired",
      url: async (t) => {
        await node.present(papers.brokerExpired);
        t.after(() => node.present(papers.broker));
        return node.tlsUrl;
      },
      tls: good,
      says: /TLS failed: the broker's certificate is out of date\. Renew it, or check the clock/,
    },
    {
      title: 'our certificate has expired',
      url: () => node.tlsUrl,
      tls: () => papers.clientExpired,
      says: /TLS failed: the broker says that our certificate, tls: \{ cert \}, is out of date/,
    },
    {
      title: 'our certificate is of a CA that the broker does not know',
      url: () => node.tlsUrl,
      tls: () => ({ ...papers.stranger, ca: papers.broker.ca }),
      says: /TLS failed: the broker does not accept our certificate/,
    },
    ...(['TLSv1.2', 'TLSv1.3'] as const).map((maxVersion) => ({
      title: `we have no certificate, by ${maxVersion}`,
      url: () => node.tlsUrl,
      tls: () => ({ ca: papers.client.ca, maxVersion }),
      says: /TLS failed: the broker asks for a certificate of ours\. Give one as tls: \{ cert, key \}/,
    })),
    {
      title: 'our key is of another certificate',
      url: () => node.tlsUrl,
      tls: () => ({ ...good(), key: papers.stranger.key }),
      says: /TLS failed\..*cert, key \} belong together/,
    },
    {
      title: 'the URL is plain and the port speaks TLS',
      url: () => plain(node.tlsUrl),
      tls: () => ({}),
      says: /closed while logging in\. Check that .* plain or TLS as the URL says/,
    },
    {
      title: 'the URL says TLS and the port is plain',
      url: () => encrypted(node.url),
      tls: good,
      says: /TLS failed: the port does not speak TLS\..*5671.*amqp:\/\/ instead of amqps:\/\//,
    },
    {
      title: 'the peer accepts and says nothing',
      url: async (t) => `amqps://guest:guest@127.0.0.1:${await silentPort(t)}`,
      tls: good,
      says: /no answer in time/,
    },
  ];

  for (const { title, url, tls, says } of cases) {
    it(`is refused with one clear error when ${title}`, async (t) => {
      const options = { url: await url(t), tls: tls(), connectTimeoutMs: 2_000, logger: silentLogger };
      await assert.rejects(Guest.connect(options), (error) => {
        assert.ok(error instanceof ConnectError);
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /guest:guest|PRIVATE KEY|\n/);
        assert.ok(error.cause instanceof Error);
        return true;
      });
    });
  }

  it('receive-ping ends with code 1 and says what is missing', async (t) => {
    const end = async (env: Readonly<Record<string, string>>): Promise<string> => {
      const program = Program.run('examples/ping/receive-ping.ts', {
        env: { WAYBILL_URL: node.tlsUrl, ...env },
      });
      t.after(() => program.close());
      assert.deepEqual(await program.waitForEnd(), { code: 1, signal: null });
      return program.stderr;
    };
    assert.match(await end({}), /amqps:\/\/guest:\*\*\*@.*signed by nobody we trust/);
    const folder = mkdtempSync(join(tmpdir(), 'waybill-tls-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), papers.broker.ca);
    assert.match(
      await end({ NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') }),
      /asks for a certificate of ours/,
    );
  });
});

async function makePapers(): Promise<Papers> {
  using authority = await TestAuthority.create();
  using other = await TestAuthority.create();
  const names = ['IP:127.0.0.1', 'DNS:broker.test'];
  return {
    broker: await authority.issue({ names }),
    brokerExpired: await authority.issue({ names, expired: true }),
    client: await authority.issue(),
    clientExpired: await authority.issue({ expired: true }),
    stranger: await other.issue(),
  };
}

/** A port that takes connections and sends nothing. */
async function silentPort(t: TestContext): Promise<number> {
  const server = createServer((socket) => t.after(() => socket.destroy()));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => server.close());
  return port;
}
