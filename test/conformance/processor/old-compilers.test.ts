// Decorators as compilers called them that know an older proposal.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWaybillError, MessageFilter, MessageHandler, RpcHandler } from 'waybill';

type AnyDecorator = (target: unknown, place?: unknown) => unknown;

const context = { kind: 'method', name: 'cancel', static: false, private: false, addInitializer: () => {} };
const proposals: readonly (readonly [string, readonly [target: unknown, place?: unknown]])[] = [
  ['TypeScript 5.0 and 5.1, SWC 1.3, Babel 2022-03 and 2023-01', [() => {}, context]],
  ['Babel 2021-12', [() => {}, { ...context, getMetadata: () => undefined, setMetadata: () => {} }]],
  ['Babel 2018-09', [{ kind: 'method', key: 'cancel', placement: 'prototype', descriptor: {} }]],
];
const decorators: Readonly<Record<string, AnyDecorator>> = {
  MessageHandler: MessageHandler('command', 'cancel') as AnyDecorator,
  RpcHandler: RpcHandler('command', 'cancel') as AnyDecorator,
  MessageFilter: MessageFilter((data) => data) as AnyDecorator,
};

describe('a compiler of an older proposal of decorators', () => {
  for (const [compiler, called] of proposals)
    for (const [name, decorate] of Object.entries(decorators))
      it(`H-D1: is told what to do: ${name}, ${compiler}`, () => {
        assert.throws(
          () => decorate(...called),
          (thrown) => {
            assert.ok(isWaybillError(thrown, 'CONFIGURATION'), String(thrown));
            assert.match(thrown.message, /^'cancel' cannot be a handler: .*without metadata\./);
            assert.match(
              thrown.message,
              /TypeScript 5\.2.*SWC 1\.7.*'2023-05'.*experimentalDecorators.*handle\(\)/,
            );
            return true;
          },
        );
      });
});
