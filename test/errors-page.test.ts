// docs/errors.md names every error that can reach a user; nothing else is thrown at users.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { bareErrors, listed, throwables } from '../scripts/errors/classes.js';
import { errorsPage, PAGE, withCodeOf } from '../scripts/errors/page.js';

/** Classes that no user meets, or that have no code of their own. */
const NOT_ON_THE_PAGE: Readonly<Record<string, string>> = {
  WaybillError: 'the base of all',
  EditError: 'says why a parked message cannot be edited so, to whoever edits it',
  NameTakenError: 'a ConfigurationError for whoever catches it; Timeit alone tells it apart',
  WrappedValue: 'stands for what a user has thrown that is no error',
  Refused: 'a request that the page of waybill ui may not make',
  Unwritable: 'within the codec, which makes a TypeError with the place of it',
  CommandError: 'ends a command of the command line, which tells its sentence',
  UsageError: 'likewise',
  AmqpError: 'of the embedded broker: clients see it as a reply of the broker, with its number for a code',
};

/** Files that make built-in errors, and why no user meets them. */
const BARE: Readonly<Record<string, string>> = {
  'amqp/frames/amqplib-internals.ts': 'cannot be: amqplib decodes whole frames',
  'app/sse/event-stream.ts': 'only its text is read, for the log and health; the stream is asked for again',
  'protocol/byte-writer.ts': 'the codec imports nothing; who calls it makes a ConfigurationError of it',
  'protocol/frame-writer.ts': 'likewise',
  'protocol/method-codec.ts': 'likewise',
  'protocol/table-writer.ts': 'likewise',
};

describe(PAGE, () => {
  const codes = listed('common/waybill-error.ts', 'codes');
  const steering = listed('common/control-flow.ts', 'controlFlow');
  const failures = withCodeOf(codes);

  it('is what its script makes of the sources (npm run errors:docs)', () => {
    assert.equal(readFileSync(PAGE, 'utf8'), errorsPage());
  });

  it('has each code of the two lists, and no code is in both', () => {
    assert.ok(codes.length > 20 && steering.length > 5);
    assert.deepEqual([...new Set(failures.map(({ code }) => code))].sort(), [...codes].sort());
    assert.deepEqual(
      withCodeOf(steering).map(({ code }) => code),
      [...steering].sort(),
    );
    assert.deepEqual(
      codes.filter((code) => steering.includes(code)),
      [],
    );
  });

  it('has each class that extends an error, outside a few that no user meets', () => {
    const there = new Set([...failures, ...withCodeOf(steering)].map(({ name }) => name));
    const missing = throwables()
      .map(({ name }) => name)
      .filter((name) => !there.has(name));
    assert.deepEqual(missing.sort(), Object.keys(NOT_ON_THE_PAGE).sort());
  });

  it('says when each failure is thrown and what to do, and each can be imported', () => {
    const poor = failures.filter(({ when, remedy, isExported }) => !when || !remedy || !isExported);
    assert.deepEqual(poor, []);
  });

  it('is complete: built-in errors are made only where no user meets them', () => {
    const made = bareErrors().map((each) => each.split(':')[0] ?? '');
    assert.deepEqual([...new Set(made)].sort(), Object.keys(BARE).sort());
  });
});
