// What is told of what a handler throws: to the log, in the dossier, and to the caller, the same in all styles.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { runInNewContext } from 'node:vm';
import { RemoteError } from 'waybill';
import { type Stage, useStage } from '../../support/stage/stage.js';
import { callingStyles, type Style, styles } from './styles.js';

class NotFound extends Error {}

/** Each makes what is thrown, and says what is to be found. */
interface Case {
  readonly thrown: () => unknown;
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** What the log says, beside name and message. */
  readonly log: RegExp;
  readonly causes?: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  'H-C1: an error whose class has no name of its own': {
    thrown: () => new NotFound('no such order'),
    name: 'NotFound',
    message: 'no such order',
    log: /: NotFound: no such order\n\s+at /,
  },
  'H-C1: an error whose code is a number': {
    thrown: () => Object.assign(new RangeError('too far'), { code: 11000 }),
    name: 'RangeError',
    message: 'too far',
    code: '11000',
    log: /: RangeError \[11000\]: too far\n\s+at /,
  },
  'H-C2: an error with causes': {
    thrown: () => {
      const cause = new NotFound('no such table', { cause: 'a typing error' });
      return new Error('could not save', { cause });
    },
    name: 'Error',
    message: 'could not save',
    log: /could not save\n\s+at [\s\S]*\n {2}caused by NotFound: no such table\n\s+at [\s\S]*\n {4}caused by Error: a typing error/,
    causes: ['NotFound: no such table', 'Error: a typing error'],
  },
  'H-C2: an AggregateError without words': {
    thrown: () =>
      new AggregateError([new TypeError('first'), Object.assign(new Error('second'), { code: 'E_2' })]),
    name: 'AggregateError',
    message: '2 errors: first; second',
    log: /AggregateError: 2 errors: first; second\n[\s\S]*error 1 of 2: TypeError: first\n\s+at [\s\S]*error 2 of 2: Error \[E_2\]: second\n\s+at /,
    causes: ['TypeError: first', 'Error [E_2]: second'],
  },
  'H-C3, S-s17: a plain object with a message': {
    thrown: () => ({ status: 404, message: 'no such order', name: 'HttpProblem', code: 'E_404' }),
    name: 'HttpProblem',
    message: 'no such order',
    code: 'E_404',
    log: /HttpProblem[^\n]*: no such order\n.*\{ status: 404, message: "no such order"/,
  },
  'H-C3: a plain object without one': {
    thrown: () => ({ status: 404, body: { deep: true }, password: 'a-secret' }),
    name: 'Error',
    message: '{ status: 404, body: {…}, password: … }',
    log: /: Error: \{ status: 404, body: \{…\}, password: … \}\n/,
  },
  'H-C3: a plain object with a cause': {
    thrown: () => ({ message: 'outside', cause: { reason: 'inside' } }),
    name: 'Error',
    message: 'outside',
    log: /outside\n[\s\S]*caused by Error: \{ reason: "inside" \}/,
    causes: ['Error: { reason: "inside" }'],
  },
  'H-C3: an error of another realm': {
    thrown: () => runInNewContext('new TypeError("from afar", { cause: new Error("farther") })'),
    name: 'TypeError',
    message: 'from afar',
    log: /: TypeError: from afar\n\s+at evalmachine[\s\S]*caused by Error: farther\n\s+at evalmachine/,
    causes: ['Error: farther'],
  },
};

/** A component whose handler throws it. */
async function throwing(t: TestContext, style: Style, stage: Stage, { thrown }: Case) {
  const handle = (): never => {
    throw thrown();
  };
  return await style.start(t, stage, { handle });
}

function assertNoWaybillLine(log: string): void {
  assert.doesNotMatch(log, /common\/(thrown|told-error)\./, 'the stack leads to Waybill');
  assert.doesNotMatch(log, /a-secret/);
}

for (const style of styles)
  describe(`the log and the dossier of a message in the style ${style.name} tell of`, () => {
    const stage = useStage();

    for (const [what, expected] of Object.entries(cases))
      it(what, async (t) => {
        const running = await throwing(t, style, stage, expected);
        await running.send(1);
        const { properties } = await stage.side.waitForMessage(`${running.queue}.failed`);
        const { error, message, code, causes, stack } = properties.headers?.['x-waybill-dossier'] ?? {};
        await running.drain();
        const { name, message: text, code: ownCode, causes: ownCauses, log } = expected;
        assert.deepEqual(
          { error, message, code, causes },
          { error: name, message: text, code: ownCode, causes: ownCauses },
        );
        assert.equal(running.log.errors.length, 1);
        assert.match(running.log.errors[0] ?? '', log);
        assertNoWaybillLine(running.log.errors[0] ?? '');
        assert.ok(running.log.errors[0]?.endsWith(stack), 'the dossier has what the log has');
      });
  });

for (const style of callingStyles)
  describe(`the caller in the style ${style.name} is told of`, () => {
    const stage = useStage();

    for (const [what, expected] of Object.entries(cases))
      it(what, async (t) => {
        const running = await throwing(t, style, stage, expected);
        const { ok, message, value, error } = await running.call(1);
        assert.deepEqual({ ok, message }, { ok: false, message: expected.message });
        assert.ok(error instanceof RemoteError);
        assert.match(running.log.errors[0] ?? '', expected.log);
        // A registry answers with a text, and nothing beside it.
        if (style.name === 'registry') return;
        assert.equal(value, expected.name);
        assert.equal(error.remoteCode, expected.code);
        assert.deepEqual(inside(error), expected.causes ?? []);
      });
  });

/** What led to a remote error, each in one line. */
function inside({ cause, errors }: RemoteError): readonly string[] {
  const direct = [cause, ...errors];
  return direct.flatMap((each) => {
    if (!(each instanceof RemoteError)) return [];
    const { remoteName, remoteCode, message } = each;
    return [`${remoteName}${remoteCode ? ` [${remoteCode}]` : ''}: ${message}`, ...inside(each)];
  });
}
