import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { causesOf, storyOf, tell } from '../../../src/common/told-error.js';
import { hostileErrors } from '../../support/hostile-errors.js';

/** So many errors, each the cause of the one before. */
function chain(length: number): Error {
  let error = new Error(`number ${length}`);
  for (let at = length - 1; at >= 1; at--) error = new Error(`number ${at}`, { cause: error });
  return error;
}

/** An error whose message can be read so many times only. */
function readableFor(looks: number): Error {
  let left = looks;
  return Object.defineProperty(new Error('x'), 'message', {
    get() {
      if (left-- === 0) throw new Error('no more');
      return 'x';
    },
  });
}

describe('what is told of an error', () => {
  it('H-C2: has an end, however deep its causes go, however many they are, and where they are a circle', () => {
    assert.equal(causesOf(tell(chain(1_000))).length, 6);
    const many = Array.from({ length: 1_000 }, (_, at) => new Error(`number ${at}`));
    assert.equal(causesOf(tell(new AggregateError(many))).length, 15);
    const [one, other] = [new Error('one'), new Error('other')];
    Object.assign(one, { cause: other, errors: [one, other] });
    Object.assign(other, { cause: one });
    assert.deepEqual(causesOf(tell(one)), ['Error: other']);
  });

  it('H-C2: is bounded in length, and causes are told though what they led to says much', () => {
    const cause = new Error('the cause');
    const story = storyOf(new Error('x'.repeat(100_000), { cause }));
    assert.ok(story.length <= 8_000);
    assert.match(story, /caused by Error: the cause\n\s+at /);
    assert.ok(storyOf(new Error('x'.repeat(100_000))).length <= 8_000);
    const wide = new AggregateError(Array.from({ length: 20 }, () => new Error('y'.repeat(50_000))));
    assert.ok(JSON.stringify(tell(wide)).length < 100_000);
  });

  it('H-C2: never has the password of an address', () => {
    const address = 'amqp://guest:top-secret@host:5672/vhost';
    const cause = new Error(`cannot reach ${address}`);
    const error = new AggregateError([new Error(address)], `no way to ${address}`, { cause });
    for (const thrown of [error, { message: address }, { url: address }, address, [address]]) {
      const texts = [storyOf(thrown), JSON.stringify(tell(thrown))];
      for (const text of texts) {
        assert.doesNotMatch(text, /top-secret/);
        assert.match(text, /amqp:\/\/guest:\*\*\*@host/);
      }
    }
    const far = `${'x'.repeat(1_985)}${address}`;
    assert.doesNotMatch(tell(new Error(far)).message, /top/);
  });

  it('H-C3: hides what is called a secret, and has one level of an object', () => {
    const thrown = { token: 't-1', Authorization: 'Bearer t-2', apiKey: 't-3', config: { password: 't-4' } };
    assert.equal(tell(thrown).message, '{ token: …, Authorization: …, apiKey: …, config: {…} }');
    assert.doesNotMatch(JSON.stringify(tell(thrown)), /t-\d/);
    class Refusal {
      status = 403;
      reasons = ['late'];
      error = new RangeError('inside');
    }
    assert.equal(
      tell(new Refusal()).message,
      'Refusal { status: 403, reasons: […], error: "RangeError: inside" }',
    );
    assert.equal(tell(['a', { b: 1 }, 3]).message, '["a", {…}, 3]');
    assert.match(
      tell(Object.fromEntries(Array.from({ length: 50 }, (_, at) => [at, at]))).message,
      /9: 9, … \}$/,
    );
    assert.equal(tell(new URL('http://host/path')).message, 'http://host/path');
    assert.equal(tell(class NotFound extends Error {}).message, 'the function NotFound');
  });

  it('H-C2: has the message that the error has now, and its name', () => {
    const error = new Error('before');
    error.message = 'after';
    assert.match(storyOf(error), /^Error: after\n\s+at /);
    class Late extends Error {
      override readonly name = 'Late';
    }
    assert.match(storyOf(new Late('x')), /^Late: x\n\s+at /);
    assert.match(storyOf(Object.assign(new Error('x'), { stack: undefined })), /^Error: x$/);
    const silent = new Error('', { cause: new Error('why') });
    assert.equal(tell(silent).message, 'why');
  });

  it('H-C2: can be had of anything, as the cause, too', () => {
    for (const [what, thrown] of Object.entries(hostileErrors())) {
      assert.equal(typeof storyOf(thrown), 'string', what);
      assert.match(storyOf(new Error('outside', { cause: thrown })), /^Error: outside\n/, what);
      assert.match(storyOf(new AggregateError([thrown], 'outside')), /^AggregateError: outside\n/, what);
    }
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    assert.match(storyOf(Object.assign(new Error('outside'), { errors: proxy })), /^Error: outside\n/);
    for (let looks = 0; looks < 8; looks++) {
      const text = storyOf(readableFor(looks));
      assert.match(text, /^Error: (x|an error that cannot be read|object without a text)/, `${looks} looks`);
    }
  });
});
