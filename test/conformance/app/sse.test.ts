import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  App,
  SseConnection,
  type SseConnectionOptions,
  type SseEvent,
  type SseRouteOptions,
} from 'waybill/app';
import { z } from 'zod';
import { Gate } from '../../support/stage/gate.js';
import { until } from '../../support/until.js';
import { type Log, recordingLog, waitForLength } from './app-stage.js';
import { EventServer, open } from './event-server.js';

interface Following {
  readonly app: App;
  readonly server: EventServer;
  readonly log: Log;
  /** The batches, each as names and bodies. */
  readonly batches: (readonly (readonly [name: string, body: unknown])[])[];
}

async function follow(
  t: TestContext,
  options: SseRouteOptions = {},
  connection: Partial<SseConnectionOptions> = {},
  route = '/events',
): Promise<Following> {
  const server = await EventServer.start(t);
  const log = recordingLog();
  const app = new App({ logger: log, connections: [new SseConnection({ url: server.url, ...connection })] });
  t.after(() => app.close());
  const batches: Following['batches'] = [];
  app.sse.consume(route, { retryDelayMs: 30, ...options })((events) => {
    batches.push(events.map(({ name, body }) => [name, body] as const));
  });
  await app.start();
  await server.waitForRequests(1);
  return { app, server, log, batches };
}

describe('event streams that an app follows', () => {
  it('AW-C37: an event with its data, blank lines around it, is one event with its name and its parsed body', async (t) => {
    const { server, batches } = await follow(t);
    server.send(
      '\n\nevent: event_stream_attached\ndata: {"remoteAddress":"172.18.0.1","eventType":"event_stream_attached"}\n\n\n',
    );
    await waitForLength(batches, 1);
    const body = { remoteAddress: '172.18.0.1', eventType: 'event_stream_attached' };
    assert.deepEqual(batches, [[['event_stream_attached', body]]]);
    assert.equal(server.requests[0]?.headers.accept, 'text/event-stream');
  });

  it('AW-C38: two make a batch; the third goes out when the stream ends', async (t) => {
    const { server, batches } = await follow(t, { bulkSize: 2, flushIntervalMs: 600_000 });
    server.send('data: 1\n\ndata: 2\n\ndata: 3\n\n');
    await waitForLength(batches, 1);
    assert.deepEqual(batches, [
      [
        ['message', 1],
        ['message', 2],
      ],
    ]);
    server.end();
    await waitForLength(batches, 2);
    assert.deepEqual(batches[1], [['message', 3]]);
  });

  it('AW-C38: an event goes out in a batch that is not full when it has waited long enough', async (t) => {
    const { server, batches } = await follow(t, { bulkSize: 2, flushIntervalMs: 50 });
    server.send('data: 1\n\n');
    await waitForLength(batches, 1);
    assert.deepEqual(batches, [[['message', 1]]]);
  });

  it('AW-C39: asks again after the delay when the stream ends, breaks, or is refused; it logs why, and tells its health', async (t) => {
    const { app, server, log, batches } = await follow(t);
    const trouble: readonly (readonly [make: () => void, words: RegExp])[] = [
      [() => server.end(), /the server has ended it/],
      [() => server.cut(), /terminated/],
      [() => answerNext((response) => response.writeHead(500).end()), /it answers with status 500/],
      [
        () => answerNext((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>')),
        /'text\/html' instead/,
      ],
    ];
    const answerNext = (answer: EventServer['answer']): void => {
      server.answer = answer;
      server.end();
    };
    for (const [make, words] of trouble) {
      await until(async () => (await app.health()).ok, { what: 'the stream is there' });
      const asked = server.requests.length;
      log.warnings.length = 0;
      make();
      await until(() => log.warnings.some((line) => words.test(line)), { what: `somebody reads ${words}` });
      server.answer = (response) => open(response);
      await server.waitForRequests(asked + 1);
    }
    await until(async () => (await app.health()).ok, { what: 'the stream is there' });
    server.send('data: "still here"\n\n');
    await waitForLength(batches, 1);
    assert.match(log.warnings.join(), /asked for again in 30 ms/);
  });

  it('AW-C39: silence ends it, too; comments are no silence', async (t) => {
    const { app, server, log } = await follow(t, { silenceTimeoutMs: 700 });
    const begun = performance.now();
    while (performance.now() - begun < 1_500) {
      server.send(': still here\n');
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    assert.equal(server.requests.length, 1);
    await server.waitForRequests(2);
    assert.match(log.warnings.join(), /it has said nothing for 700 ms/);
    await app.close();
  });

  it('S-F2: silence of any length may be allowed, Infinity included', async (t) => {
    for (const silenceTimeoutMs of [Infinity, 30 * 86_400_000]) {
      const { server, batches } = await follow(t, { silenceTimeoutMs });
      const begun = performance.now();
      await until(() => performance.now() - begun > 200, { what: 'some time has passed' });
      server.send('data: 1\n\n');
      await waitForLength(batches, 1);
      assert.equal(server.requests.length, 1);
    }
  });

  it('S-F2: a server can delay the next request for an hour at most, and for no less than 100 ms', async (t) => {
    for (const [retry, rest] of [
      ['0', 100],
      ['3000000000', 3_600_000],
      ['9'.repeat(400), 3_600_000],
    ] as const) {
      const { server, log } = await follow(t);
      server.send(`retry: ${retry}\n\n`);
      server.end();
      await waitForLength(log.warnings, 1);
      assert.match(String(log.warnings[0]), new RegExp(`It is asked for again in ${rest} ms`));
    }
  });

  it('S-F2: is not asked for again with retryDelayMs: Infinity, and says so', async (t) => {
    const { app, server, log } = await follow(t, { retryDelayMs: Infinity });
    server.end();
    await waitForLength(log.warnings, 1);
    assert.match(String(log.warnings[0]), /the server has ended it\. It is not asked for again\.$/);
    assert.equal((await app.health()).ok, false);
    assert.equal(server.requests.length, 1);
  });

  it('AW-C39: sends the login, the headers and, when it comes again, the id of the last event', async (t) => {
    const headers = { 'x-route': 'route' };
    const { server, batches } = await follow(
      t,
      { headers },
      { user: 'me', password: 'wörd', headers: { 'x-connection': 'c' } },
    );
    const [first] = server.requests;
    assert.equal(first?.headers.authorization, `Basic ${Buffer.from('me:wörd').toString('base64')}`);
    assert.deepEqual([first?.headers['x-route'], first?.headers['x-connection']], ['route', 'c']);
    assert.equal(first?.headers['last-event-id'], undefined);
    server.send('id: 7é\ndata: 1\n\nid: 8\ndata: 2\n\ndata: 3\n\n');
    await waitForLength(batches, 3);
    server.cut();
    await server.waitForRequests(2);
    assert.equal(server.requests[1]?.headers['last-event-id'], '8');
  });

  it('AW-C40: reads as the WHATWG has it: several lines, comments, CRLF, ids, retry, any cut of the bytes', async (t) => {
    const { server, batches } = await follow(t);
    const stream = Buffer.from(
      '\uFEFF: a comment\r\nevent: é\r\ndata: {"a":\r\ndata: "ü"}\r\nid: 1\r\nunknown: field\r\n\r\n' +
        'data:2\r\rdata\n\nevent: nobody hears of it\n\nretry: 120\n\ndata: "last"\n\n',
    );
    for (const byte of stream) server.send(Buffer.from([byte]));
    await waitForLength(batches, 3);
    assert.deepEqual(batches, [[['é', { a: 'ü' }]], [['message', 2]], [['message', 'last']]]);
    const cut = performance.now();
    server.end();
    await server.waitForRequests(2);
    assert.ok(performance.now() - cut >= 110, 'retry: was not heard');
  });

  it('gives events with their data and ids, typed as the route says', async (t) => {
    const server = await EventServer.start(t);
    const app = new App({ logger: recordingLog(), connections: [new SseConnection({ url: server.url })] });
    t.after(() => app.close());
    const typed: Date[] = [];
    const raw: SseEvent<string>[] = [];
    app.sse.consume('/typed', { body: z.object({ at: z.coerce.date() }) })((events) => {
      typed.push(...events.map(({ body }) => body.at));
    });
    app.route('/raw', { type: 'sse', body: 'raw' })((events) => void raw.push(...events));
    server.answer = (response) => {
      open(response);
      response.write(
        response.req.url === '/raw' ? 'id: 1\ndata: no\ndata: JSON\n\n' : 'data: {"at":"2026-11-21"}\n\n',
      );
    };
    await app.start();
    await waitForLength(typed, 1);
    await waitForLength(raw, 1);
    assert.equal(typed[0]?.getUTCFullYear(), 2026);
    assert.deepEqual(raw, [{ name: 'message', id: '1', data: 'no\nJSON', body: 'no\nJSON' }]);
  });

  it('leaves out unreadable events, logs each, and goes on', async (t) => {
    const { server, log, batches } = await follow(t, { bulkSize: 3, flushIntervalMs: 600_000 });
    server.send('data: 1\n\ndata: {"no JSON\n\nevent\u0000\ndata: 2\n\n');
    await waitForLength(batches, 1);
    assert.deepEqual(batches, [
      [
        ['message', 1],
        ['message', 2],
      ],
    ]);
    assert.equal(log.errors.length, 1);
    assert.match(String(log.errors[0]), /an event 'message' is left out: The body is not JSON/);
    server.send(Buffer.from('data: \xff\xfe\n\n', 'latin1'));
    server.send('data: 3\n\ndata: 4\n\n');
    await waitForLength(batches, 2);
    assert.deepEqual(
      batches[1]?.map(([, body]) => body),
      [3, 4],
    );
  });

  it('gives up a stream with an endless event, and asks for it again', async (t) => {
    const { server, log } = await follow(t);
    const piece = Buffer.alloc(1024 * 1024, 'x');
    server.send('data: ');
    for (let count = 0; count < 20; count++) server.send(piece);
    await server.waitForRequests(2);
    assert.match(log.warnings.join(), /exceeded max buffer size/);
  });

  it('goes on when a handler fails', async (t) => {
    const server = await EventServer.start(t);
    const log = recordingLog();
    const app = new App({ logger: log, connections: [new SseConnection({ url: server.url })] });
    t.after(() => app.close());
    const seen: unknown[] = [];
    app.sse.consume('/')((events) => {
      seen.push(events[0]?.body);
      throw new Error('planned by a test');
    });
    await app.start();
    await server.waitForRequests(1);
    server.send('data: 1\n\ndata: 2\n\n');
    await waitForLength(seen, 2);
    assert.deepEqual(seen, [1, 2]);
    assert.equal(server.requests.length, 1);
    await until(() => log.errors.length === 2, { what: 'both are logged' });
  });

  it('reads no faster than handlers handle', async (t) => {
    const server = await EventServer.start(t);
    const app = new App({ logger: recordingLog(), connections: [new SseConnection({ url: server.url })] });
    t.after(() => app.close());
    const gate = new Gate();
    const seen: unknown[] = [];
    app.sse.consume('/')(async (events) => {
      seen.push(events[0]?.body);
      await gate.opened;
    });
    let sent = 0;
    server.answer = (response) => {
      open(response);
      const event = `data: "${'x'.repeat(100_000)}"\n\n`;
      const more = (): void => {
        while (sent < 1_000 && response.write(event)) sent++;
        if (sent < 1_000) response.once('drain', more);
      };
      more();
    };
    await app.start();
    await waitForLength(seen, 1);
    const counts = [-1];
    const isStuck = (): boolean => counts.push(sent) > 1 && counts.at(-2) === sent;
    await until(isStuck, { what: 'nothing more is sent', everyMs: 200 });
    assert.ok(sent < 500, `${sent} events were taken in`);
    gate.open();
    await until(() => seen.length >= 1_000, { what: 'all are handled', limitMs: 20_000 });
  });

  it('end with their app: events that have come are handled, the connection is closed', async (t) => {
    const { app, server, batches } = await follow(t, { bulkSize: 5, flushIntervalMs: 600_000 });
    let closed = false;
    server.requests[0]?.once('close', () => {
      closed = true;
    });
    server.send([1, 2, 3, 4, 5, 6, 7].map((number) => `data: ${number}\n\n`).join(''));
    await waitForLength(batches, 1);
    await app.close();
    assert.deepEqual(batches[1], [
      ['message', 6],
      ['message', 7],
    ]);
    await until(() => closed, { what: 'the request is closed' });
  });

  it('resolve a route against the URL of the connection, as URLs do', () => {
    const connection = new SseConnection({ url: 'http://user:secret@host/v2/events' });
    assert.equal(connection.resolve('/v3').href, 'http://host/v3');
    assert.equal(connection.resolve('more?a=1').href, 'http://host/v2/more?a=1');
    for (const url of ['amqp://host', 'host', '']) {
      assert.throws(() => new SseConnection({ url }), { name: 'ConfigurationError' });
    }
  });
});
