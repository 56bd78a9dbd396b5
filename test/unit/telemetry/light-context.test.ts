import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { type Context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import fc from 'fast-check';
import { lightContext } from '../../../src/telemetry/light-context.js';

const keys = ['span', 'baggage', 'suppressed', 'own'].map((name) => createContextKey(`test ${name}`));

type Step = { readonly set: boolean; readonly key: number; readonly value: unknown };

const step: fc.Arbitrary<Step> = fc.record({
  set: fc.boolean(),
  key: fc.nat(keys.length - 1),
  value: fc.anything(),
});

function changed(context: Context, { set, key, value }: Step): Context {
  const symbol = keys[key] as symbol;
  return set ? context.setValue(symbol, value) : context.deleteValue(symbol);
}

const valuesOf = (context: Context): unknown[] => keys.map((key) => context.getValue(key));

describe('the context of a message', () => {
  it("holds what OpenTelemetry's own would, however it is changed, and those before it hold what they held", () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ours: Context[] = [lightContext];
        const theirs: Context[] = [ROOT_CONTEXT];
        for (const each of steps) {
          ours.push(changed(ours.at(-1) as Context, each));
          theirs.push(changed(theirs.at(-1) as Context, each));
        }
        assert.deepEqual(ours.map(valuesOf), theirs.map(valuesOf));
      }),
    );
  });

  it('does not grow with each that follows another, as those of a loop without an end do', () => {
    const [span, baggage] = keys as [symbol, symbol];
    let context = lightContext.setValue(baggage, 'kept');
    for (let i = 0; i < 100_000; i++) context = context.setValue(span, i);
    // A long chain would be gone through by recursion, and end in a RangeError.
    assert.equal(context.getValue(baggage), 'kept');
    assert.equal(context.deleteValue(span).getValue(baggage), 'kept');
    assert.equal(context.deleteValue(span).deleteValue(baggage), lightContext);
  });

  it('shows nothing of what it holds', () => {
    assert.ok(!inspect(lightContext.setValue(keys[0] as symbol, 'secret'), { depth: 9 }).includes('secret'));
  });
});
