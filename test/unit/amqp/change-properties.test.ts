import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changeProperties, type MessageProperties } from '../../../src/amqp/index.js';
import { propertySpec } from '../../../src/protocol/spec.js';

describe('changed properties', () => {
  const names = Object.keys(propertySpec) as (keyof MessageProperties)[];
  const all = (told: string): MessageProperties =>
    Object.fromEntries(names.map((name) => [name, `${told} ${name}`])) as MessageProperties;

  it('keep each property of AMQP that nobody changes', () => {
    assert.deepEqual(changeProperties(all('given'), {}), all('given'));
  });

  it('have each property of AMQP that is changed', () => {
    assert.deepEqual(changeProperties(all('given'), all('changed')), all('changed'));
    assert.deepEqual(changeProperties({}, all('changed')), all('changed'));
  });

  it('have one shape, whatever is in them', () => {
    const shape = Object.keys(changeProperties({}, {}));
    assert.deepEqual(Object.keys(changeProperties(all('given'), { priority: 3 })), shape);
  });
});
