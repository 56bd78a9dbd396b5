import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { App, SseConnection, type SseConnectionOptions, type SseRouteOptions } from 'waybill/app';
import { until } from '../../support/until.js';
import { type Log, recordingLog, waitForLength } from './app-stage.js';
import { EventServer } from './event-server.js';

interface Following {
  readonly app: App;
  readonly server: EventServer;
  readonly log: Log;
  readonly bodies: unknown[];
}

async function follow(
  t: TestContext,
  connection: Partial<SseConnectionOptions> = {},
  options: SseRouteOptions = {},
): Promise<Following> {
  const server = await EventServer.start(t);
  const log = recordingLog();
  const app = new App({ logger: log, connections: [new SseConnection({ url: server.url, ...connection })] });
  t.after(() => app.close());
  const bodies: unknown[] = [];
  app.sse.consume('/events', { retryDelayMs: 30, ...options })((events) => {
    bodies.push(...events.map(({ body }) => body));
  });
  await app.start();
  await server.waitForRequests(1);
  return { app, server, log, bodies };
}

/** What the newest request says that it has seen. */
const lastSeen = ({ requests }: EventServer): unknown => requests.at(-1)?.headers['last-event-id'];

async function askedAgain({ server, bodies }: Following, stream: string): Promise<unknown> {
  const [asked, had] = [server.requests.length, bodies.length];
  server.send(`${stream}data: "sign"\n\n`);
  await until(() => bodies.slice(had).includes('sign'), { what: 'the stream is read' });
  server.cut();
  await server.waitForRequests(asked + 1);
  return lastSeen(server);
}

describe('streams that are asked for again', () => {
  it('S-F7: an id that no header can carry does not keep the stream away', async (t) => {
    const following = await follow(t);
    assert.equal(await askedAgain(following, 'id: good\ndata: 1\n\n'), 'good');
    for (const id of ['\x01', 'a\x7fb', 'a\fb', 'x\x00', 'long'.repeat(5_000)])
      assert.equal(
        await askedAgain(following, `id: ${id}\ndata: 1\n\n`),
        'good',
        JSON.stringify(id.slice(0, 9)),
      );
    assert.doesNotMatch(following.log.warnings.join(), /fetch failed/);
  });

  it('S-F7: an empty id takes the last one back; an id without data counts', async (t) => {
    const following = await follow(t);
    assert.equal(await askedAgain(following, 'id: 7\ndata: 1\n\n'), '7');
    assert.equal(await askedAgain(following, 'id: 8\n\n'), '8');
    assert.equal(await askedAgain(following, 'id\ndata: 1\n\n'), undefined);
    assert.equal(await askedAgain(following, 'id:9\r\n\r\n'), '9');
    assert.equal(await askedAgain(following, 'id:\n\n'), undefined);
    assert.equal(await askedAgain(following, 'id: 10\ndata: 1\n\nident: 11\nid: 12\ndata: 2\n\n'), '12');
  });

  it('S-F7: a Last-Event-ID of the user is where it begins, and is sent alone', async (t) => {
    const following = await follow(t, { headers: { 'Last-Event-ID': '5' } });
    assert.equal(lastSeen(following.server), '5');
    assert.equal(await askedAgain(following, ''), '5');
    assert.equal(await askedAgain(following, 'id: 7\ndata: 1\n\n'), '7');
    assert.equal(await askedAgain(following, 'id:\n\n'), undefined);
  });

  it('S-F7: of headers that differ in case one is sent: the login, and what the route says', async (t) => {
    const headers = { Authorization: 'Bearer token', 'X-Key': 'connection', Accept: 'application/json' };
    const login = { user: 'me', password: 'pw', headers };
    const { server } = await follow(t, login, { headers: { 'x-key': 'route' } });
    const [sent] = server.requests;
    assert.equal(sent?.headers.authorization, `Basic ${Buffer.from('me:pw').toString('base64')}`);
    assert.deepEqual([sent?.headers['x-key'], sent?.headers.accept], ['route', 'text/event-stream']);
    const { server: other } = await follow(t, login, { headers: { AUTHORIZATION: 'Bearer route' } });
    assert.equal(other.requests[0]?.headers.authorization, 'Bearer route');
  });

  it('S-F7: headers that cannot be sent are refused where they are said, without their values', () => {
    const app = new App({ logger: recordingLog() });
    for (const headers of [{ 'x-key': 'secret\r\nx: y' }, { 'a b': 'secret' }]) {
      const isTold = (error: Error): boolean =>
        error.name === 'ConfigurationError' &&
        /header '(x-key|a b)'/.test(error.message) &&
        !/secret/.test(error.message);
      assert.throws(() => new SseConnection({ url: 'http://host', headers }), isTold);
      assert.throws(() => app.sse.consume('/', { headers }), isTold);
    }
  });

  it('S-F7: lone CRs end lines at once, the last one too, wherever the bytes are cut', async (t) => {
    const { server, bodies } = await follow(t);
    server.send('data: 1\r\r');
    await waitForLength(bodies, 1);
    for (const byte of 'data: 2\r\rdata: 3\r\n\r\ndata: 4\n\ndata: "5\r\ndata: "\r\r') server.send(byte);
    await waitForLength(bodies, 4);
    assert.deepEqual(bodies, [1, 2, 3, 4]);
  });

  it('S-F7: only text/event-stream is one', async (t) => {
    const { server, log } = await follow(t);
    for (const type of ['text/event-stream-bogus', 'text/event-stream+json']) {
      server.answer = (response) => response.writeHead(200, { 'content-type': type }).end('data: 1\n\n');
      server.cut();
      const said = `it sends '${type}' instead`;
      await until(() => log.warnings.some((line) => line.includes(said)), { what: said });
    }
    const asked = server.requests.length;
    server.answer = (response) => {
      response.writeHead(200, { 'content-type': 'Text/Event-Stream ; charset=utf-8' }).flushHeaders();
    };
    await server.waitForRequests(asked + 1);
    const { length } = log.warnings;
    server.cut();
    await waitForLength(log.warnings, length + 1);
    assert.doesNotMatch(String(log.warnings.at(-1)), /instead/);
  });

  it('S-F7: a stream that is over, as 204 says, is not asked for again; its events are handled, and the app is well', async (t) => {
    const { server, log, bodies, app } = await follow(t, {}, { bulkSize: 10 });
    server.send('data: "last"\n\n');
    server.answer = (response) => response.writeHead(204).end();
    server.end();
    await until(() => log.warnings.some((line) => /it is over.*204/.test(line)), { what: 'it is over' });
    await waitForLength(bodies, 1);
    assert.deepEqual(bodies, ['last']);
    const asked = server.requests.length;
    // Another stream of the same delay is asked for several times meanwhile.
    const other = await follow(t);
    other.server.answer = (response) => response.writeHead(503).end();
    other.server.end();
    await other.server.waitForRequests(4);
    assert.equal(server.requests.length, asked);
    assert.equal((await app.health()).ok, true);
  });
});
