import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Body,
  type Content,
  Handler,
  type HandlerContext,
  MessageHandler,
  MessageHandlerFullBody,
  MessageProcessor,
} from 'waybill';
import { command, message, peer } from '../../support/stage/envelopes.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

type Marked = Content<{ marks: string[] }>;

describe('handlers of messages', () => {
  const stage = useStage();

  it('P-C25: all handlers run, in order, each on data of its own, and the message is acked once', async (t) => {
    const seen: unknown[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandler('command', 'ping')
      first({ parameters }: Marked) {
        seen.push(['first', ...parameters.marks]);
        parameters.marks.push('by first');
      }

      @MessageHandler('command', 'ping')
      async second({ parameters }: Marked) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(['second', ...parameters.marks]);
        parameters.marks.push('by second');
      }

      @MessageHandlerFullBody('command', 'ping')
      third({ content }: Body<Marked>) {
        seen.push(['third', ...content.parameters.marks]);
        content.parameters.marks.push('by third');
      }

      @MessageHandler('command', 'ping')
      static readonly Fourth = class extends Handler<Marked> {
        call() {
          seen.push(['fourth', ...this.data.parameters.marks]);
        }
      };
    }
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Receiver, place);
    await place.command('ping', { marks: ['sent'] });
    await waitForLength(seen, 4);
    await processor.drain();
    assert.deepEqual(seen, [
      ['first', 'sent'],
      ['second', 'sent'],
      ['third', 'sent'],
      ['fourth', 'sent'],
    ]);
    assert.deepEqual(await place.fates(), allAcked);
    assert.deepEqual([...log.errors, ...log.warnings], []);
  });

  it('P-C26: a full-body handler sees all seven parts of the body', async (t) => {
    const seen: Body[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandlerFullBody('status', 'online')
      online(body: Body) {
        seen.push(body);
      }
    }
    const place = await stage.place();
    await stage.start(t, Receiver, place);
    const sent = { ...message('status', 'online', {}), _reserved: { mark: 1 } };
    await place.send(sent);
    await waitForLength(seen, 1);
    assert.deepEqual(seen, [sent]);
    assert.deepEqual(Object.keys(seen[0] ?? {}).sort(), Object.keys(sent).sort());
  });

  it('P-C27: a Handler class is made for each message, with processor, data, context and no reply', async (t) => {
    const seen: Handler[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandler('command', 'ping')
      static readonly Ping = class extends Handler {
        call() {
          seen.push(this);
        }
      };
    }
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('ping', 'one');
    await place.command('ping', 'two');
    await waitForLength(seen, 2);
    const [one, two] = seen;
    assert.notEqual(one, two);
    assert.ok(seen.every((each) => each instanceof Receiver.Ping && each.processor === processor));
    assert.deepEqual(
      seen.map(({ data, reply }) => ({ data, reply })),
      [
        { data: { parameters: 'one' }, reply: null },
        { data: { parameters: 'two' }, reply: null },
      ],
    );
    assert.deepEqual(one?.context.fingerprint, peer);
  });

  it('P-B31: a method runs with the processor as `this` and the context as its last argument', async (t) => {
    const seen: unknown[] = [];
    class Receiver extends MessageProcessor {
      readonly mark = 'mine';

      @MessageHandler('command', 'ping')
      ping(content: Content, context: HandlerContext) {
        seen.push([this.mark, content, context.processor === this, context.queue]);
      }
    }
    const place = await stage.place();
    await stage.start(t, Receiver, place);
    await place.command('ping', [1]);
    await waitForLength(seen, 1);
    assert.deepEqual(seen, [['mine', { parameters: [1] }, true, place.queue]]);
  });

  it('several decorators on one method make it the handler of each', async (t) => {
    const seen: unknown[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandler('command', 'start')
      @MessageHandler('command', 'begin')
      @MessageHandler('status', 'started')
      begin(_content: Content, { body }: HandlerContext) {
        seen.push([body.type, body.name]);
      }
    }
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('start');
    await place.command('begin');
    await place.send(message('status', 'start', {}));
    await place.send(message('status', 'started', {}));
    await waitForLength(seen, 3);
    await processor.drain();
    assert.deepEqual(seen, [
      ['command', 'start'],
      ['command', 'begin'],
      ['status', 'started'],
    ]);
  });

  it("P-X9: the name '*' stands for every message of the type, and keeps its turn among the others", async (t) => {
    const seen: unknown[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandler('command', 'ping')
      before(_content: Content, { body }: HandlerContext) {
        seen.push(['before', body.name]);
      }

      @MessageHandler('command', '*')
      any(_content: Content, { body }: HandlerContext) {
        seen.push(['any', body.name]);
      }

      @MessageHandler('command', 'ping')
      after(_content: Content, { body }: HandlerContext) {
        seen.push(['after', body.name]);
      }
    }
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('ping');
    await place.command('pong');
    await place.send(message('status', 'ping', {}));
    await place.command(null);
    await waitForLength(seen, 5);
    await processor.drain();
    assert.deepEqual(seen, [
      ['before', 'ping'],
      ['any', 'ping'],
      ['after', 'ping'],
      ['any', 'pong'],
      ['any', null],
    ]);
  });

  it('P-B30: a handler without a name is for messages whose name is null, and for no others', async (t) => {
    const seen: unknown[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandler('command', null)
      nameless({ parameters }: Content) {
        seen.push(parameters);
      }
    }
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('named', 'named');
    await place.command('null', 'the text null');
    await place.command('', 'empty');
    await place.command(null, 'nameless');
    await waitForLength(seen, 1);
    await processor.drain();
    assert.deepEqual(seen, ['nameless']);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 3 });
  });

  it('P-C29: a message without a handler is kept, a status is acked; each is logged once, as no error', async (t) => {
    const seen: unknown[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandler('command', 'ping')
      ping(content: Content) {
        seen.push(content);
      }
    }
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Receiver, place);
    for (let count = 0; count < 3; count++) await place.command('nobody listens');
    await place.send(message('status', 'online', {}));
    await place.command('ping');
    await waitForLength(seen, 1);
    await processor.drain();
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 3 });
    assert.deepEqual(log.errors, []);
    assert.equal(log.warnings.length, 2);
    assert.match(
      String(log.warnings[0]),
      /Receiver has no handler for \(message, command, nobody listens\) .*: it is kept/,
    );
    assert.match(String(log.warnings[1]), /\(message, status, online\) .*: it is acked/);
  });

  it('P-C36: a message of an unknown category is kept and reaches no handler', async (t) => {
    const seen: unknown[] = [];
    class Receiver extends MessageProcessor {
      @MessageHandler('command', '*')
      any({ parameters }: Content) {
        seen.push(parameters);
      }
    }
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Receiver, place);
    await place.send({ ...command('ping', 'weird'), category: 'weird' });
    await place.command('ping', 'plain');
    await waitForLength(seen, 1);
    await processor.drain();
    assert.deepEqual(seen, ['plain']);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
    assert.deepEqual(log.errors, []);
  });
});
