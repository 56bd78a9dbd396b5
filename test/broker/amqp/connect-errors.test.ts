// What a person sees whose settings are wrong: programs of the examples, each in a process of its own.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { brokerUrl } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { freePort } from '../../support/free-port.js';

const PASSWORD = 'hunter2%21';
const secrets = ['hunter2!', 'hunter2%21'];

/** Listens on a free port and gives its URL; whoever connects is closed at the end. */
async function listening(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  server.listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `amqp://ann:${PASSWORD}@127.0.0.1:${address.port}`;
}

/** The broker of this run, asked for otherwise. */
function brokerWith(change: (url: URL) => void): string {
  const url = new URL(brokerUrl());
  change(url);
  return url.href;
}

interface Case {
  readonly title: string;
  readonly url: (t: TestContext) => string | Promise<string>;
  /** What the text must say, beside the address. */
  readonly says: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    title: 'nothing listens there',
    url: async () => `amqp://ann:${PASSWORD}@127.0.0.1:${await freePort()}/orders`,
    says: [
      /amqp:\/\/ann:\*\*\*@127\.0\.0\.1:\d+\/orders: nothing listens there \(ECONNREFUSED\)/,
      /Start RabbitMQ/,
    ],
  },
  {
    title: 'none of two addresses answers',
    url: async () =>
      `amqp://ann:${PASSWORD}@127.0.0.1:${await freePort()},amqp://127.0.0.1:${await freePort()}`,
    says: [/none of 2 addresses/, /ann:\*\*\*@/, /guest:\*\*\*@/],
  },
  {
    title: 'the password is wrong',
    url: () => brokerWith((url) => Object.assign(url, { password: PASSWORD })),
    says: [/refused user 'guest' \(403\)/, /wrong password/],
  },
  {
    title: 'the user is unknown',
    url: () => brokerWith((url) => Object.assign(url, { username: 'nobody', password: PASSWORD })),
    says: [/refused user 'nobody' \(403\)/],
  },
  {
    title: 'the virtual host does not exist',
    url: () => brokerWith((url) => Object.assign(url, { pathname: '/no-such-vhost' })),
    says: [/virtual host 'no-such-vhost'/, /add_vhost/],
  },
  {
    title: 'the port speaks TLS, the URL does not',
    url: (t) => listening(t, createTlsServer()),
    says: [/closed while logging in/, /plain or TLS as the URL says/],
  },
  {
    title: 'the URL speaks TLS, the port does not',
    url: () => brokerWith((url) => Object.assign(url, { href: url.href.replace('amqp:', 'amqps:') })),
    says: [/^.*amqps:.*: TLS failed/m],
  },
  {
    title: 'a peer accepts and never answers',
    url: (t) => listening(t, createServer()),
    says: [/no answer in time/],
  },
  {
    title: 'a peer answers byte by byte, for ever',
    url: (t) =>
      listening(
        t,
        createServer((socket) => {
          const frame = Buffer.from([1, 0, 0, 0, 0, 4, 0, ...Array<number>(1_000).fill(0)]);
          let at = 0;
          const drip = setInterval(() => socket.write(frame.subarray(at, ++at)), 500);
          socket.on('close', () => clearInterval(drip));
        }),
      ),
    says: [/no answer in time/],
  },
  {
    title: 'a peer speaks HTTP',
    url: (t) =>
      listening(
        t,
        createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')),
      ),
    says: [/does not speak AMQP 0-9-1/],
  },
  {
    title: 'a peer speaks AMQP 1.0',
    url: (t) =>
      listening(
        t,
        createServer((socket) => socket.end(Buffer.from('AMQP\0\x01\0\0', 'latin1'))),
      ),
    says: [/does not speak AMQP 0-9-1/],
  },
  {
    title: 'the URL is none',
    url: () => `127.0.0.1:5672:${PASSWORD}`,
    says: [/cannot be read: it is no URL/, /amqp:\/\/user:password@host:5672\/vhost/],
  },
  {
    title: 'the URL is of something else',
    url: () => `https://ann:${PASSWORD}@127.0.0.1`,
    says: [/begins with 'https:'/],
  },
];

/** Each is a process of its own, which mostly waits. */
const inParallel = { concurrency: 3 };

describe('receive-ping ends with code 1 and one readable error', inParallel, () => {
  for (const each of cases) it(`when ${each.title}`, (t) => check(t, 'receive-ping', each));
});

describe('send-ping ends with code 1 and one readable error', inParallel, () => {
  const some = cases.filter(({ title }) =>
    /password|virtual host|nothing listens|never answers|is none/.test(title),
  );
  for (const each of some) it(`when ${each.title}`, (t) => check(t, 'send-ping', each));
});

async function check(t: TestContext, name: string, { url, says }: Case): Promise<void> {
  const program = Program.run(`examples/ping/${name}.ts`, { env: { WAYBILL_URL: await url(t) } });
  t.after(() => program.close());
  const end = await program.waitForEnd(30_000);
  const output = program.stdout + program.stderr;
  assert.deepEqual(end, { code: 1, signal: null }, output);
  for (const text of says) assert.match(program.stderr, text);
  assertReadable(output);
}

function assertReadable(output: string): void {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  assert.ok(lines.length >= 1 && lines.length <= 3, output);
  assert.doesNotMatch(output, /^\s+at |node:internal|\[cause\]|Error: /m);
  for (const secret of secrets) assert.ok(!output.includes(secret), output);
}
