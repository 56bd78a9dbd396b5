import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Body,
  type Content,
  FilterError,
  Handler,
  MessageFilter,
  MessageHandler,
  MessageHandlerFullBody,
  MessageProcessor,
  RpcHandler,
} from 'waybill';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

type Words = Content<string[]>;

function add({ parameters }: Words, ...words: string[]): Words {
  return { parameters: [...parameters, ...words] };
}

function spoil(content: Words): Words {
  content.parameters.push('spoilt');
  return content;
}

function refuse(): never {
  throw new FilterError('not for this handler');
}

function stumble(): never {
  throw new TypeError('the filter is broken');
}

async function addLater(content: Words, word: string): Promise<Words> {
  await new Promise((resolve) => setImmediate(resolve));
  return add(content, word);
}

async function refuseLater(): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve));
  throw new FilterError();
}

function onlyFrom({ fingerprint, ...body }: Body, name: string): Body {
  if (fingerprint['name'] !== name) throw new FilterError();
  return { ...body, fingerprint: { name: 'checked' } };
}

class Filtering extends MessageProcessor {
  readonly seen: unknown[] = [];

  @MessageHandler('command', 'refused')
  @MessageFilter(refuse)
  refused() {
    this.seen.push('the refused handler');
  }

  @MessageHandler('command', 'refused')
  @MessageFilter(refuseLater)
  refusedLater() {
    this.seen.push('the handler that was refused later');
  }

  @MessageHandler('command', 'refused')
  afterRefused({ parameters }: Words) {
    this.seen.push(parameters);
  }

  @MessageHandler('command', 'all refused')
  @MessageFilter(refuse)
  refusedToo() {
    this.seen.push('the refused handler');
  }

  @MessageHandler('command', 'two')
  @MessageFilter(add, 'outer', 'twice')
  @MessageFilter(addLater, 'inner')
  two({ parameters }: Words) {
    this.seen.push(parameters);
  }

  @MessageHandler('command', 'spoilt')
  @MessageFilter(spoil)
  spoilt({ parameters }: Words) {
    this.seen.push(['filtered', ...parameters]);
  }

  @MessageHandler('command', 'spoilt')
  unspoilt({ parameters }: Words) {
    this.seen.push(['plain', ...parameters]);
  }

  @MessageHandler('command', 'broken')
  @MessageFilter(stumble)
  broken() {
    this.seen.push('the handler behind the broken filter');
  }

  @MessageHandlerFullBody('command', 'whole')
  @MessageFilter(onlyFrom, 'peer')
  whole({ name, fingerprint }: Body) {
    this.seen.push([name, fingerprint]);
  }

  @MessageHandlerFullBody('command', 'whole')
  @MessageFilter(onlyFrom, 'nobody')
  wholeForNobody() {
    this.seen.push('a handler for nobody');
  }

  @MessageHandler('command', 'class')
  @MessageFilter(add, 'filtered')
  static readonly ByClass = class extends Handler<Words, Filtering> {
    call() {
      this.processor.seen.push(this.data.parameters);
    }
  };

  @MessageFilter(add, 'from above')
  @MessageHandler('command', 'above')
  @MessageHandler('command', 'above too')
  filterAbove({ parameters }: Words) {
    this.seen.push(parameters);
  }

  @RpcHandler('command', 'call')
  @MessageFilter(add, 'filtered')
  call({ parameters }: Words) {
    return parameters;
  }

  @RpcHandler('command', 'broken')
  @MessageFilter(stumble)
  brokenCall() {
    this.seen.push('the handler behind the broken filter');
  }
}

interface Expected {
  readonly title: string;
  readonly command: string;
  readonly seen: readonly unknown[];
}

const expectations: readonly Expected[] = [
  {
    title: 'P-C32: FilterError skips that handler, now or later; the others run; the message is acked',
    command: 'refused',
    seen: [['sent']],
  },
  {
    title:
      'P-C33: the inner filter runs first; each gets its own arguments; the handler gets what they return',
    command: 'two',
    seen: [['sent', 'inner', 'outer', 'twice']],
  },
  {
    title: 'P-C34: what a filter changes no other handler sees',
    command: 'spoilt',
    seen: [
      ['filtered', 'sent', 'spoilt'],
      ['plain', 'sent'],
    ],
  },
  {
    title: 'P-B36: filters of a full-body handler see the body, and it gets theirs',
    command: 'whole',
    seen: [['whole', { name: 'checked' }]],
  },
  { title: 'a Handler class has filters, too', command: 'class', seen: [['sent', 'filtered']] },
  {
    title: 'a filter written above the handler decorators belongs to both of them',
    command: 'above too',
    seen: [['sent', 'from above']],
  },
];

describe('filters', () => {
  const stage = useStage();

  for (const { title, command, seen } of expectations) {
    it(title, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Filtering, place);
      await place.command(command, ['sent']);
      await waitForLength(processor.seen, seen.length);
      await processor.drain();
      assert.deepEqual(processor.seen, seen);
      assert.deepEqual(await place.fates(), allAcked);
      assert.deepEqual([...log.errors, ...log.warnings], []);
    });
  }

  it('P-C32: a message that every handler was refused is acked', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Filtering, place);
    await place.command('all refused');
    await place.command('above', []);
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.deepEqual(processor.seen, [['from above']]);
    assert.deepEqual(await place.fates(), allAcked);
    assert.deepEqual(log.errors, []);
  });

  it('D5: any other error of a filter counts as an error of its handler', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Filtering, place);
    await place.command('broken');
    await place.command('above', []);
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.deepEqual(processor.seen, [['from above']]);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
    assert.match(log.errors.join(), /the filter is broken/);
  });

  it('a call goes through the filters of its handler', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Filtering, place);
    const replies = await place.call('call', ['sent']);
    const { content } = await replies.next();
    await processor.drain();
    assert.deepEqual(content.value, ['sent', 'filtered']);
    assert.equal(await replies.count(), 0);
  });

  it('D5: a call whose filter fails is answered by an exception and rejected', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Filtering, place);
    const replies = await place.call('broken');
    const { content } = await replies.next();
    await processor.drain();
    assert.deepEqual(content, { type: 'exception', value: 'TypeError', message: 'the filter is broken' });
    assert.deepEqual(processor.seen, []);
    assert.equal(await replies.count(), 0);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
  });
});
