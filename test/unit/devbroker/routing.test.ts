import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FieldTable } from '../../../src/protocol/index.js';
import { CoreWorld } from './core-world.js';

/** Whether a pattern fits a key, as the specification says it: word by word, in the most simple-minded way. */
function fits(pattern: readonly string[], key: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return key.length === 0;
  if (first === '#') return fits(rest, key) || (key.length > 0 && fits(pattern, key.slice(1)));
  return key.length > 0 && (first === '*' || first === key[0]) && fits(rest, key.slice(1));
}

describe('a topic exchange', () => {
  it('routes by patterns like the definition', () => {
    const word = fc.constantFrom('a', 'b', '');
    const patterns = fc.array(
      fc.array(fc.oneof(word, fc.constantFrom('*', '#')), { minLength: 1, maxLength: 4 }),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(patterns, fc.array(word, { minLength: 1, maxLength: 4 }), (all, key) => {
        const world = new CoreWorld();
        const publisher = world.channel();
        world.exchange('t', 'topic');
        all.forEach((pattern, index) => {
          world.queue(`q${index}`);
          world.bind('t', `q${index}`, pattern.join('.'));
        });
        world.publish(publisher, 't', key.join('.'), 'x');
        const words = (text: string) => (text === '' ? [] : text.split('.'));
        all.forEach((pattern, index) => {
          const expected = fits(words(pattern.join('.')), words(key.join('.'))) ? 1 : 0;
          assert.equal(
            world.waiting(`q${index}`).length,
            expected,
            `${pattern.join('.')} ~ ${key.join('.')}`,
          );
        });
      }),
      { numRuns: 500 },
    );
  });

  it('forgets a binding that was removed and keeps the others', () => {
    const world = new CoreWorld();
    const publisher = world.channel();
    world.exchange('t', 'topic');
    const queue = world.queue('q');
    world.bind('t', 'q', 'a.*');
    world.bind('t', 'q', 'a.#');
    world.host.unbind(world.host.exchanges.get('t'), queue, 'a.#', {});
    world.publish(publisher, 't', 'a.b', 'one');
    world.publish(publisher, 't', 'a.b.c', 'none');
    assert.deepEqual(world.waiting('q'), ['one']);
  });
});

describe('a headers exchange', () => {
  const cases: readonly (readonly [
    name: string,
    pattern: FieldTable,
    headers: FieldTable,
    routed: boolean,
  ])[] = [
    ['all of them', { a: 1, b: 'x' }, { a: 1, b: 'x', c: true }, true],
    ['all, one missing', { a: 1, b: 'x' }, { a: 1 }, false],
    ['any of them', { 'x-match': 'any', a: 1, b: 'x' }, { b: 'x' }, true],
    ['any, none there', { 'x-match': 'any', a: 1 }, { a: 2 }, false],
    ['nothing asked for, all', {}, { a: 1 }, true],
    ['nothing asked for, any', { 'x-match': 'any' }, { a: 1 }, false],
    ['another type', { a: 1 }, { a: '1' }, false],
    ['a whole double is no integer', { a: 1 }, { a: { '!': 'double', value: 1 } }, false],
    ['mere presence', { a: null }, { a: 'anything' }, true],
    ['x- entries do not count', { 'x-a': 1 }, {}, true],
    ['x- entries count with-x', { 'x-match': 'all-with-x', 'x-a': 1 }, {}, false],
  ];
  for (const [name, pattern, headers, routed] of cases) {
    it(`${routed ? 'routes' : 'does not route'}: ${name}`, () => {
      const world = new CoreWorld();
      world.exchange('h', 'headers');
      world.queue('q');
      world.bind('h', 'q', '', pattern);
      world.publish(world.channel(), 'h', '', 'x', { headers });
      assert.equal(world.waiting('q').length, routed ? 1 : 0);
    });
  }
});

describe('exchanges among each other', () => {
  it('bring a message to each queue once, round any circle', () => {
    const world = new CoreWorld();
    for (const name of ['one', 'two']) world.exchange(name, 'fanout');
    world.bind('one', 'two', '');
    world.bind('two', 'one', '');
    world.queue('q');
    world.bind('one', 'q', '');
    world.bind('two', 'q', '');
    world.publish(world.channel(), 'one', '', 'x');
    assert.deepEqual(world.waiting('q'), ['x']);
  });

  it('fall back to the alternate, also over several steps', () => {
    const world = new CoreWorld();
    world.exchange('first', 'direct', { 'alternate-exchange': 'second' });
    world.exchange('second', 'direct', { 'alternate-exchange': 'third' });
    world.exchange('third', 'fanout');
    world.queue('q');
    world.bind('third', 'q', '');
    world.publish(world.channel(), 'first', 'unknown', 'x');
    assert.deepEqual(world.waiting('q'), ['x']);
  });

  it('go away with their last binding when they are auto-delete', () => {
    const world = new CoreWorld();
    world.exchange('front', 'fanout', {}, true);
    world.exchange('back', 'fanout', {}, true);
    world.bind('front', 'back', '');
    const queue = world.queue('q');
    world.bind('back', 'q', '');
    world.host.deleteQueue(queue);
    assert.equal(world.host.exchanges.find('back'), undefined);
    assert.equal(world.host.exchanges.find('front'), undefined);
  });

  it('route to CC and BCC, and hide BCC', () => {
    const world = new CoreWorld();
    for (const name of ['to', 'cc', 'bcc']) world.queue(name);
    world.publish(world.channel(), '', 'to', 'x', { headers: { CC: ['cc'], BCC: ['bcc'] } });
    for (const name of ['to', 'cc', 'bcc']) {
      const [message] = world.host.findQueue(name)?.messages ?? [];
      assert.deepEqual(message?.properties.headers, { CC: ['cc'] }, name);
    }
  });
});
