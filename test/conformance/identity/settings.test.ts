// What is asked for, and cannot be, is refused before anything is connected; and the user of the broker.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  type HandlerContext,
  type IdentityOptions,
  isWaybillError,
  KeyRing,
  MessageCommand,
  MessageProcessor,
} from 'waybill';
import { App } from 'waybill/app';
import { RabbitConsumer } from 'waybill/registry';
import { QueueWorker } from 'waybill/workers';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { keyPair, secretKey, withoutPrivate } from './keys.js';

describe('the settings of an identity', () => {
  const stage = useStage();
  const keys = new KeyRing([
    secretKey('k', 'Desk'),
    withoutPrivate(keyPair('open', 'Desk')),
    secretKey('other', 'Other'),
  ]);

  class Desk extends MessageProcessor {
    readonly seen: unknown[] = [];
  }
  Desk.handle('command', 'note', function ({ parameters }: Content, { userId, identity }: HandlerContext) {
    this.seen.push([parameters, userId, identity?.userId]);
  });

  const strange: Readonly<Record<string, unknown>> = {
    'verify: a word that there is not': { verify: 'always', keys },
    'verify: null': { verify: null },
    'sign: an id that there is not': { sign: 'none', keys },
    'sign: a number': { sign: 5, keys },
    'sign: a key without its private part': { sign: 'open', keys },
    'sign: a key that may not speak for it': { sign: 'other', keys },
    'keys: a file that there is not': { sign: 'k', keys: '/nowhere/keys.json' },
    'keys: a number': { sign: 'k', keys: 5 },
    'windowMs: 0': { verify: 'warn', keys, windowMs: 0 },
    'windowMs: a text': { verify: 'warn', keys, windowMs: '5' },
    'userId: a text': { userId: 'guest' },
    'name: nothing': { sign: 'k', keys, name: '' },
    'onUntrusted: no function': { verify: 'warn', keys, onUntrusted: 1 },
    'no object': 'enforce',
  };

  it('that cannot be are refused by all styles, when they are made', () => {
    for (const [what, given] of Object.entries(strange)) {
      const identity = given as IdentityOptions;
      const makers = {
        processor: () => new Desk({ identity }),
        producer: () => new GenericProducer({ identity, fingerprint: { name: 'Desk' } }),
        worker: () => new QueueWorker({}, { identity, name: 'Desk' }),
        app: () => new App({ identity, name: 'Desk' }),
      };
      for (const [style, make] of Object.entries(makers))
        assert.throws(make, (thrown) => isWaybillError(thrown, 'CONFIGURATION'), `${style}, ${what}`);
    }
  });

  it('enforce asks a component that takes messages for a key of its own; one that only calls needs none', () => {
    const identity = { verify: 'enforce', keys } as const;
    const needsKey = (thrown: unknown) =>
      isWaybillError(thrown, 'CONFIGURATION') && /key of its own/.test(thrown.message);
    assert.throws(() => new Desk({ identity }), needsKey);
    assert.throws(() => new QueueWorker({}, { identity }), needsKey);
    assert.throws(() => new RabbitConsumer({}, 'key', { identity }), needsKey);
    new GenericProducer({ identity });
  });

  it('of a class count, unless its instance has others', async (t) => {
    const place = await stage.place();
    class Strict extends Desk {
      static override readonly identity: IdentityOptions = {
        sign: 'k',
        verify: 'enforce',
        keys,
        name: 'Desk',
      };
    }
    const strict = await stage.start(t, Strict, place);
    await place.command('note', 1);
    await place.waitForRejected(1);
    await strict.processor.close();
    const { processor } = await stage.start(t, Strict, place, { identity: { verify: 'off' } });
    await place.command('note', 2);
    await waitForLength(processor.seen, 1);
    assert.equal((await processor.health()).untrusted, undefined);
  });

  it('userId: the user of the connection travels along, is told to the handler, and of what was tried again, too', async (t) => {
    const place = await stage.place();
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      static override readonly identity = { userId: true };
      build_message_note(text: string) {
        return new MessageCommand('note', text);
      }
    }
    class Failing extends MessageProcessor {
      static override readonly retry = { attempts: 2, delayMs: 10 };
      readonly seen: unknown[] = [];
    }
    Failing.handle(
      'command',
      'note',
      function ({ parameters }: Content, { userId, attempt }: HandlerContext) {
        this.seen.push([parameters, userId, attempt]);
        if (attempt === 1) throw new Error('not yet');
      },
    );
    const { username } = new URL(stage.url);
    const shop = await stage.connect(t, Shop);
    const plain = await stage.start(t, Desk, place);
    await shop.message_note('a');
    await waitForLength(plain.processor.seen, 1);
    assert.deepEqual(plain.processor.seen, [['a', username, undefined]]);
    await plain.processor.close();
    const signing = await stage.connect(t, Shop, {
      identity: { sign: 'k', keys, userId: true },
      fingerprint: { name: 'Desk' },
      credentials: () => ({ username, password: new URL(stage.url).password }),
    });
    const identity = { sign: 'k', verify: 'enforce', keys } as const;
    const { processor } = await stage.start(t, Failing, place, { identity, fingerprint: { name: 'Desk' } });
    await signing.message_note('b');
    await waitForLength(processor.seen, 2);
    assert.deepEqual(processor.seen, [
      ['b', username, 1],
      ['b', username, 2],
    ]);
  });

  it('userId: another user than that of the connection is refused by the broker', async () => {
    const place = await stage.place();
    const sent = place.command('note', 1, { userId: 'somebody-else' });
    await assert.rejects(sent);
  });
});
