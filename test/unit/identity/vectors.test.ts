import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Identity, KeyRing } from '../../../src/identity/index.js';
import {
  arrivedVector,
  type VectorFile,
  vectorTime,
  writtenVectors,
} from '../../support/identity-vectors.js';

const path = new URL('../../fixtures/identity-vectors.json', import.meta.url);
const file = JSON.parse(readFileSync(path, 'utf8')) as VectorFile;

describe('the vectors of signatures', () => {
  const identity = new Identity({ verify: 'enforce', keys: new KeyRing(file.keys) }, 'desk');

  function verify(vector: VectorFile['refused'][number], name: string): unknown {
    const { properties, ...message } = arrivedVector(vector);
    const headers = { ...properties.headers, 'x-waybill-sig': vector.signature };
    const verdict = identity.verify({
      ...message,
      properties: { ...properties, headers },
      name,
      isFirst: true,
      once: false,
      at: vectorTime,
    });
    return verdict.ok ? verdict.keyId : verdict.reason;
  }

  it('are those that are written today: another text would be another format', () => {
    assert.deepEqual(file, writtenVectors());
    assert.equal(file.messages.length, 10);
  });

  it('hold, each by its key', () => {
    for (const vector of file.messages) {
      const [, , keyId] = vector.signature.split('.');
      const name = keyId === 'shop-1' ? 'shop' : 'desk';
      assert.equal(verify(vector, name), keyId, vector.about);
    }
  });

  it('do not hold for anything else', () => {
    for (const vector of file.refused) {
      const found = verify(vector, 'shop');
      assert.ok(
        found === 'altered' || found === 'too old' || found === 'too early' || found === 'another name',
        `${vector.about}: ${found}`,
      );
    }
  });
});
