// Mistakes of handlers and filters that were dropped in silence, or told in words that led elsewhere.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, MessageProcessor, type Reply } from 'waybill';
import { Gate } from '../../support/stage/gate.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { callerOf } from '../rpc/facilities.js';

describe('a filter that returns nothing', () => {
  const stage = useStage();
  const filters = {
    forgets: ({ parameters }: Content<number[]>) => {
      parameters.push(1);
    },
    forgetsLater: async () => {
      await Promise.resolve();
    },
    keeps: (content: Content) => content,
  };
  const ways = [[filters.forgets], [filters.keeps, filters.forgetsLater], [filters.forgets, filters.keeps]];

  class Filtered extends MessageProcessor {
    readonly seen: unknown[] = [];
  }
  for (const [at, way] of ways.entries())
    for (const category of ['message', 'rpc'] as const)
      Filtered.handle(
        'command',
        `way ${at}`,
        function () {
          this.seen.push(at);
        },
        { category, filters: way.map((filter) => ({ filter, args: [] })) },
      );

  for (const [at, way] of ways.entries()) {
    const name = way.map((filter) => filter.name).find((each) => each.startsWith('forgets'));
    const words = new RegExp(`The filter '${name}' of .*way ${at}.* returned nothing\\. Return what`);

    it(`H-C5: is named, and its handler does not run: ${way.map((filter) => filter.name)}`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Filtered, place);
      const producer = await stage.connect(t, callerOf(place.eks));
      await place.command(`way ${at}`, []);
      await waitForLength(log.errors, 1);
      assert.match(log.errors[0] ?? '', words);
      assert.match((await producer.rpc(`way ${at}`, [])).message, words);
      assert.deepEqual(processor.seen, []);
    });
  }
});

describe('a reply() that changes nothing', () => {
  const stage = useStage();

  it('H-C6: is told to the log where it comes after the handler has ended', async (t) => {
    const place = await stage.place();
    const gate = new Gate();
    const ended: string[] = [];
    class Desk extends MessageProcessor {}
    const late = (_: Content, reply: Reply): void => {
      void gate.opened.then(() => {
        reply('too late');
        ended.push('late');
      });
    };
    Desk.handle('command', 'late', late, { category: 'rpc' });
    const { log } = await stage.start(t, Desk, place);
    const producer = await stage.connect(t, callerOf(place.eks));
    await producer.rpc('late');
    assert.deepEqual(log.warnings, []);
    gate.open();
    await waitForLength(ended, 1);
    assert.equal(log.warnings.length, 1, 'it is told once');
    assert.match(
      log.warnings[0] ?? '',
      /for \(rpc, command, late\) called reply\(\) for a call from queue '.*' that had been answered already/,
    );
  });

  it('H-C6: is told to the log where it is the second one, and what is returned besides is not', async (t) => {
    const place = await stage.place();
    class Desk extends MessageProcessor {}
    const twice = (_: Content, reply: Reply): string => {
      reply('first');
      reply('second');
      return 'third';
    };
    const once = (_: Content, reply: Reply): string => {
      reply('first');
      return 'second';
    };
    Desk.handle('command', 'once', once, { category: 'rpc' });
    Desk.handle('command', 'twice', twice, { category: 'rpc' });
    const { log } = await stage.start(t, Desk, place);
    const producer = await stage.connect(t, callerOf(place.eks));
    assert.equal((await producer.rpc('once')).value, 'first');
    assert.deepEqual(log.warnings, []);
    assert.equal((await producer.rpc('twice')).value, 'first');
    assert.equal(log.warnings.length, 1);
    assert.match(log.warnings[0] ?? '', /for \(rpc, command, twice\) called reply\(\) .* is dropped/);
  });
});
