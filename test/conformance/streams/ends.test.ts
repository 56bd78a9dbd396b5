// How streams break off: what has come is given, and then the true reason. Servers here are written by hand, and lie.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { StreamInterruptedError } from 'waybill';
import { RawServer, success } from '../../support/stage/raw-server.js';
import type { Recorded } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { type Row, readerOf } from './facilities.js';

/** What one reader got. */
interface Reading {
  readonly rows: Row[];
  error: StreamInterruptedError | undefined;
  isOver: boolean;
}

describe('a stream whose server says strange things', () => {
  const stage = useStage();

  /** A reader, and a server that has its request and a control queue. */
  async function begun(t: TestContext, settings = {}) {
    const place = await stage.place();
    const server = await RawServer.start(stage.side, place);
    const channel = await stage.side.connection.createChannel();
    const { queue: control } = await channel.assertQueue('', { exclusive: true });
    const notes: Record<string, unknown>[] = [];
    await channel.consume(control, (note) => note && notes.push(JSON.parse(note.content.toString())), {
      noAck: true,
    });
    const producer = await stage.connect(t, readerOf(place.eks));
    const reading = read(producer.with(settings).stream_rows(3));
    const request = await server.request(1);
    const frame = (header: object, body: unknown = '') => send(server, request, header, body);
    const open = (run: string, again = false) => frame({ run, seq: 0, kind: 'open', control, again });
    return { server, request, frame, open, notes, reading, channel, control };
  }

  function send(server: RawServer, request: Recorded, header: object, body: unknown): void {
    const headers = { 'x-waybill-stream': header };
    const { correlationId } = request.properties;
    server.replyWith(request, body, { correlationId, headers });
  }

  function read(stream: AsyncIterable<Row>): Reading {
    const reading: Reading = { rows: [], error: undefined, isOver: false };
    const go = async () => {
      for await (const row of stream) reading.rows.push(row);
    };
    void go()
      .catch((thrown) => Object.assign(reading, { error: thrown }))
      .finally(() => Object.assign(reading, { isOver: true }));
    return reading;
  }

  async function interrupted(reading: Reading, reason: string, received: number): Promise<void> {
    await until(() => reading.isOver, { what: 'the stream has ended', limitMs: 25_000 });
    assert.deepEqual(
      [reading.error?.code, reading.error?.reason, reading.error?.received],
      ['STREAM_INTERRUPTED', reason, received],
    );
    assert.equal(reading.rows.length, received);
  }

  it('that goes well needs nothing but frames in order', async (t) => {
    const { frame, open, reading, notes } = await begun(t);
    open('a');
    frame({ run: 'a', seq: 1, kind: 'beat' });
    frame({ run: 'a', seq: 2, kind: 'item' }, [{ at: 0 }, { at: 1 }]);
    frame({ run: 'a', seq: 3, kind: 'end', count: 2 });
    await until(() => reading.isOver, { what: 'it has ended' });
    assert.deepEqual([reading.rows, reading.error], [[{ at: 0 }, { at: 1 }], undefined]);
    await until(() => notes.length > 0, { what: 'the credit has come' });
    assert.deepEqual(notes, [{ run: 'a', upTo: 256 }]);
  });

  const lies: readonly (readonly [
    what: string,
    reason: string,
    frames: readonly (readonly [object, unknown?])[],
  ])[] = [
    ['a frame that is missing', 'gap', [[{ seq: 2, kind: 'item' }, [1]]]],
    ['a frame that comes twice', 'gap', [[{ seq: 1, kind: 'beat' }], [{ seq: 1, kind: 'beat' }]]],
    ['a count that is another one', 'gap', [[{ seq: 1, kind: 'end', count: 5 }]]],
    ['a count that is none', 'gap', [[{ seq: 1, kind: 'end', count: 'all' }]]],
    ['no count', 'gap', [[{ seq: 1, kind: 'end' }]]],
    ['items that are no list', 'malformed', [[{ seq: 1, kind: 'item' }, { length: 1e9 }]]],
    ['items that are not JSON', 'malformed', [[{ seq: 1, kind: 'item' }, '[1,']]],
    ['more items than were granted', 'malformed', [[{ seq: 1, kind: 'item' }, Array(257).fill(1)]]],
  ];
  for (const [what, reason, frames] of lies) {
    it(`breaks off at ${what}: ${reason}; and its server is told`, async (t) => {
      const { frame, open, reading, notes, request } = await begun(t);
      open('a');
      for (const [header, body] of frames) frame({ run: 'a', ...header }, body);
      await interrupted(reading, reason, 0);
      await until(() => notes.some(({ id }) => id === request.properties.messageId), { what: 'it is told' });
    });
  }

  it('is not begun by a frame of a run whose open was lost', async (t) => {
    const { frame, open, reading } = await begun(t);
    frame({ run: 'z', seq: 1, kind: 'beat' });
    frame({ run: 'z', seq: 2, kind: 'item' }, [{ at: 7 }]);
    frame({ run: 'z', seq: 3, kind: 'end', count: 0 });
    open('a');
    frame({ run: 'a', seq: 1, kind: 'item' }, [{ at: 0 }]);
    frame({ run: 'a', seq: 2, kind: 'end', count: 1 });
    await until(() => reading.isOver, { what: 'it has ended' });
    assert.deepEqual([reading.rows, reading.error], [[{ at: 0 }], undefined]);
  });

  it('takes nothing from a run that is not its own, nor what is no frame', async (t) => {
    const { frame, open, reading, notes, server, request } = await begun(t);
    open('a');
    frame({ run: 'b', seq: 1, kind: 'end', count: 0 });
    frame({ run: 'a', seq: 'x', kind: 'end', count: 0 });
    frame({ run: 'a', seq: 1, kind: 'song' });
    server.reply(request, success('an answer'));
    open('b');
    await until(() => notes.some(({ run, stop }) => run === 'b' && stop === true), { what: 'b is stopped' });
    frame({ run: 'a', seq: 1, kind: 'item' }, [{ at: 0 }]);
    frame({ run: 'a', seq: 2, kind: 'end', count: 1 });
    await until(() => reading.isOver, { what: 'it has ended' });
    assert.deepEqual([reading.rows, reading.error], [[{ at: 0 }], undefined]);
  });

  it('goes on with a second server before the first item, and breaks off behind it: server gone', async (t) => {
    const { frame, open, reading, notes } = await begun(t);
    open('a');
    await until(() => notes.length === 1, { what: 'a has credit' });
    open('b', true);
    frame({ run: 'b', seq: 1, kind: 'item' }, [{ at: 0 }]);
    await until(() => reading.rows.length === 1, { what: 'an item of b has come' });
    open('c', true);
    await interrupted(reading, 'server gone', 1);
    await until(() => notes.some(({ run, stop }) => run === 'c' && stop === true), { what: 'c is stopped' });
  });

  it('breaks off when nobody is at the control queue of its server: server gone', async (t) => {
    const { frame, open, reading, channel, control } = await begun(t, { window: 2 });
    open('a');
    await until(async () => (await channel.checkQueue(control)).messageCount === 0, {
      what: 'the credit was taken',
    });
    frame({ run: 'a', seq: 1, kind: 'item' }, [{ at: 0 }]);
    await until(() => reading.rows.length === 1, { what: 'an item has come' });
    await channel.deleteQueue(control);
    frame({ run: 'a', seq: 2, kind: 'item' }, [{ at: 1 }]);
    await interrupted(reading, 'server gone', 2);
  });

  it('breaks off when its server is there and says nothing for 15 s: silent', async (t) => {
    const { open, reading, notes } = await begun(t);
    open('a');
    await interrupted(reading, 'silent', 0);
    assert.ok(notes.filter(({ upTo }) => upTo === 256).length >= 2, 'it was asked before');
  });

  it('that is answered as a call says so', async (t) => {
    const { server, request, reading } = await begun(t);
    server.reply(request, success('an answer'));
    await until(() => reading.isOver, { what: 'it has ended' });
    assert.match(String(reading.error), /MalformedReplyError: .*answered as a call.*RpcStreamHandler/s);
  });

  it('that nobody begins ends when its time is over', async (t) => {
    const { reading } = await begun(t, { timeoutMs: 300, maxRetry: 0 });
    await until(() => reading.isOver, { what: 'it has ended' });
    assert.match(String(reading.error), /TimeoutError/);
  });
});
