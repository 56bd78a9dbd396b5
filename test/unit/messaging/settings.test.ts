import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { GenericConsumer, GenericProducer, MessageProcessor } from '../../../src/index.js';

const noNumber: readonly unknown[] = [Number.NaN, '10', null, {}, 10n, true];
const notWhole = [...noNumber, 0.5, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53];
const notPositive = [...notWhole, 0];
const noTime = [...noNumber, -1, Number.NEGATIVE_INFINITY];

/** What a class may not say of itself, by the path of the setting. */
const processors: Readonly<Record<string, readonly unknown[]>> = {
  prefetch: [...notPositive, 65_536],
  concurrency: notPositive,
  'retry.attempts': notPositive,
  'retry.delayMs': [...noTime, Number.POSITIVE_INFINITY, 2 ** 40],
  'retry.factor': [...noNumber, -1, 0, Number.POSITIVE_INFINITY],
  'retry.maxDelayMs': [...noTime, Number.POSITIVE_INFINITY, 2 ** 40],
  onFailure: ['PARK', 'drop', 5, null],
  unhandled: ['PARK', 'discard', 5, null],
};
const producers: Readonly<Record<string, readonly unknown[]>> = {
  timeoutMs: [...noTime, undefined],
  attemptTimeoutMs: noTime,
  rpcTimeoutMs: noTime,
  maxRetry: notWhole,
  replyQueue: ['Direct', 5, undefined],
  undeclared: ['sent', true, undefined],
};

const retry = { attempts: 3, delayMs: 100, factor: 2, maxDelayMs: 1_000 };

/** The static fields for one setting: `retry.factor` is one of several that make a policy. */
function staticsOf(path: string, value: unknown): object {
  const [first = '', inner] = path.split('.');
  return { [first]: inner === undefined ? value : { ...retry, [inner]: value } };
}

/** A class with these static fields, whatever their types. */
function desk<Class extends new (options?: never) => object>(Base: Class, statics: object): Class {
  class Desk extends (Base as unknown as new (options?: never) => object) {}
  for (const [key, value] of Object.entries(statics)) Object.defineProperty(Desk, key, { value });
  return Desk as unknown as Class;
}

function assertRefused(make: () => unknown, setting: string, value: unknown): void {
  assert.throws(make, (thrown: Error & { readonly code?: string }) => {
    assert.equal(thrown.code, 'CONFIGURATION');
    assert.ok(thrown.message.startsWith(`Desk: ${setting} must be `), thrown.message);
    const shown = ['object', 'boolean'].includes(typeof value) && value ? typeof value : String(value);
    assert.ok(thrown.message.includes(shown), thrown.message);
    return true;
  });
}

describe('the static settings of a class', () => {
  for (const [setting, values] of Object.entries(processors))
    for (const value of values)
      it(`H-A14: a processor refuses ${setting} = ${inspect(value)} with a ConfigurationError when it is made`, () => {
        const Desk = desk(MessageProcessor, staticsOf(setting, value));
        assertRefused(() => new Desk(), setting, value);
      });

  for (const setting of ['prefetch', 'concurrency'])
    for (const value of notPositive)
      it(`H-A14: a consumer refuses ${setting} = ${inspect(value)} of its class`, () => {
        const Desk = desk(GenericConsumer, { [setting]: value });
        assertRefused(() => new Desk(), setting, value);
      });

  for (const setting of ['prefetch', 'concurrency'])
    for (const value of notPositive.filter((each) => each !== null))
      it(`H-A14: a consumer refuses ${setting} = ${inspect(value)} of its options`, () => {
        const Desk = desk(GenericConsumer, {});
        assertRefused(() => new Desk({ [setting]: value } as never), setting, value);
      });

  for (const [setting, values] of Object.entries(producers))
    for (const value of values)
      it(`H-A14: a producer refuses ${setting} = ${inspect(value)} with a ConfigurationError when it is made`, () => {
        const Desk = desk(GenericProducer, { [setting]: value });
        assertRefused(() => new Desk(), setting, value);
      });

  it('H-A14: are accepted where they are valid', () => {
    const times = [0, 0.5, 1, 2 ** 40, Number.POSITIVE_INFINITY];
    for (const each of [...times, undefined]) {
      new (desk(GenericProducer, { rpcTimeoutMs: each, attemptTimeoutMs: each }))();
    }
    for (const timeoutMs of times) new (desk(GenericProducer, { timeoutMs }))();
    for (const maxRetry of [0, 1, 1_000_000, undefined]) new (desk(GenericProducer, { maxRetry }))();
    for (const prefetch of [1, 100, 65_535]) new (desk(MessageProcessor, { prefetch }))();
    for (const concurrency of [1, 1_000_000]) new (desk(MessageProcessor, { concurrency }))();
    for (const unhandled of [undefined, 'park', 'reject', 'ack'])
      new (desk(MessageProcessor, { unhandled }))();
    for (const policy of [retry, { attempts: 1, delayMs: 0 }, { ...retry, factor: 1 }])
      new (desk(MessageProcessor, { retry: policy }))();
  });
});

describe("the times that are given to a processor's methods", () => {
  for (const value of noTime)
    it(`H-A14: addTimeout and drain refuse ${inspect(value)}`, async () => {
      const Desk = desk(MessageProcessor, {});
      const processor = new Desk();
      assert.throws(() => processor.addTimeout(value as number, () => {}), {
        code: 'CONFIGURATION',
        message: /^Desk: delayMs must be /,
      });
      const refusal = { code: 'CONFIGURATION', message: /^Desk\.drain: timeoutMs must be / };
      await assert.rejects(processor.drain({ timeoutMs: value as number }), refusal);
      assert.equal(processor.stopSignal.aborted, false);
      const Consumer = desk(GenericConsumer, {});
      await assert.rejects(new Consumer().drain({ timeoutMs: value as number }), refusal);
    });
});
