// What `remoteErrors: 'declared'` promises: nothing of an error that nobody foresaw is in the bytes of an answer.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { registerError } from 'waybill';
import { isControlFlow } from '../../../src/common/control-flow.js';
import { codeOf } from '../../../src/common/thrown.js';
import { DetailWriter } from '../../../src/registry/detail.js';
import type { AnswerWriter } from '../../../src/rpc/index.js';
import { ResultWriter } from '../../../src/rpc/index.js';
import { ErrorTeller, JsonEncoder, type RemoteErrors, remoteError } from '../../../src/wire/index.js';
import { OutcomeWriter } from '../../../src/workers/answers.js';
import { deliveryOf } from '../amqp/delivery-of.js';

/** Registered: its message and its number are foreseen, all else is not. */
class Foreseen extends Error {
  readonly number = 7;
  constructor(
    readonly secretField: unknown,
    options?: ErrorOptions,
  ) {
    super('foreseen', options);
  }
}
class ForeseenWordless extends AggregateError {}
registerError(Foreseen, { fields: ['number'] });
registerError(ForeseenWordless);
class Unforeseen extends Foreseen {}

const secrets = Array.from({ length: 20 }, (_, at) => `s3cr3t-${at}-${(at * 7919).toString(36)}`);
const secret = fc.constantFrom(...secrets);
const text = secret.chain((each) =>
  fc.constantFrom(
    each,
    `login ${each} failed`,
    `amqp://me:${each}@host/${each}?token=${each}`,
    `\n  ${each}`,
  ),
);

/** Errors of all kinds with secrets in all places, up to three levels deep. */
const { error: thrown } = fc.letrec<{ error: unknown }>((tie) => {
  const cause = fc.option(tie('error'), { depthSize: 'small', maxDepth: 3, nil: undefined });
  const inner = fc.array(tie('error'), { maxLength: 3, depthIdentifier: 'inner', size: 'small' });
  const parts = { words: text, cause, inner, extra: text };
  const made = fc
    .record({ ...parts, kind: fc.nat(9) })
    .map(({ words, cause: led, inner: all, extra, kind }) => {
      const options = { cause: led };
      const of: readonly (() => unknown)[] = [
        () =>
          Object.assign(new Error(words, options), { code: extra, url: extra, response: { body: extra } }),
        () => Object.assign(new TypeError(words, options), { name: extra }),
        () => new AggregateError(all, words, options),
        () => new AggregateError(all, '', options),
        () => new Foreseen(extra, options),
        () => new ForeseenWordless(all, '', options),
        () => new Unforeseen(extra, options),
        () => words,
        () => ({ message: words, code: extra, toString: () => extra }),
        () => Object.assign(new Error(words), { stack: `${words}\n    at ${extra} (${extra}:1:1)` }),
      ];
      return of[kind]?.();
    });
  return { error: fc.oneof({ maxDepth: 3 }, text, made) };
});

const component = { name: 'desk', type: 'test', pid: '7', host: 'here', user: 'me', vhost: '/' };
const encoder = new JsonEncoder();

function writers(remoteErrors: RemoteErrors): readonly AnswerWriter[] {
  const options = { remoteErrors, remoteStacks: false };
  const teller = new ErrorTeller({ component, ...options });
  return [
    new ResultWriter({ encoder, fingerprint: component, ...options }),
    new OutcomeWriter(encoder, teller),
    new DetailWriter(teller),
  ];
}

/** The secrets in the bytes and the properties of an answer. */
function leaked(error: unknown, remoteErrors: RemoteErrors): readonly string[] {
  return writers(remoteErrors).flatMap((writer) => {
    const { content, properties } = writer.writeThrown(error, deliveryOf());
    const all = content.toString() + JSON.stringify(properties);
    return secrets.filter((each) => all.includes(each));
  });
}

describe('an error of a registered class that a peer has sent', () => {
  for (const code of [
    'REJECT_MESSAGE',
    'EXIT_SCHEDULER',
    'ACK_AND_RESTART',
    'CONFIGURATION',
    'MALFORMED_MESSAGE',
  ])
    it(`H-D22: has no code that would steer here: ${code}`, () => {
      const { original } = remoteError('Foreseen', 'x', { code, fields: { number: 8, secretField: 1 } });
      assert.ok(original instanceof Foreseen);
      assert.deepEqual(Object.entries(original), [['number', 8]]);
      assert.equal(codeOf(original), undefined);
      assert.equal(isControlFlow(original), false);
    });

  it('H-D22: is none for names that objects have', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'Error', 'RangeError', 'ConfigurationError'])
      assert.equal(remoteError(name, 'x', {}).original, undefined);
  });

  it('H-D22: is not changed by fields and causes that are none', () => {
    const fields = JSON.parse('{"__proto__":{"number":9},"message":"other","stack":1,"cause":2}') as object;
    const { original, cause } = remoteError('Foreseen', 'x', { fields, cause: 7, errors: 'none', stack: {} });
    assert.ok(original instanceof Foreseen);
    assert.deepEqual(
      [original.message, original.cause, cause, original.number],
      ['x', undefined, undefined, undefined],
    );
    assert.equal(Object.getPrototypeOf(original), Foreseen.prototype);
  });

  it('H-D22: is as deep as is bearable', () => {
    let told: object = { name: 'Foreseen', message: 'the last' };
    for (let depth = 0; depth < 1_000; depth++) told = { name: 'Foreseen', message: 'x', cause: told };
    let depth = 0;
    for (let each: unknown = remoteError('Foreseen', 'x', told); each instanceof Error; each = each.cause)
      depth++;
    assert.ok(depth > 5 && depth < 20, String(depth));
  });
});

describe('an answer for an error', () => {
  it('H-D23: declared: has none of the secrets that stand in it, wherever they are', () => {
    fc.assert(
      fc.property(thrown, (error) => {
        assert.deepEqual(leaked(error, 'declared'), []);
      }),
      { numRuns: 2_000, seed: 20_261_127 },
    );
  });

  it('H-D23: all: has them, so the test above sees what it looks for', () => {
    assert.ok(leaked(new Error(secrets[0], { cause: new Error(secrets[1]) }), 'all').length > 0);
    assert.deepEqual(
      leaked(new Foreseen(secrets[2]), 'all'),
      [],
      'fields that nobody has declared stay here',
    );
  });
});
