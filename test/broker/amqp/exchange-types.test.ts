// Exchange types that the broker does not have.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  ConfigurationError,
  type Content,
  Exchange,
  type ExchangeClass,
  type ExchangeType,
  GenericProducer,
  isWaybillError,
  MessageProcessor,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { rejection } from './fixture.js';

class Counting extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Counting.handle('command', 'count', function ({ parameters }: Content) {
  this.seen.push(parameters);
});

describe('an exchange type', () => {
  const stage = useStage();

  function exchangeOf(type: string): ExchangeClass {
    const name = uniqueName('exchange');
    return class extends Exchange {
      static override readonly exchangeName = name;
      static override readonly exchangeType = type as ExchangeType;
    };
  }

  /** Whoever declares it on a link, and a processor that works there already. */
  async function given(t: TestContext, exchange: ExchangeClass) {
    const place = await stage.place();
    const { processor: other, log } = await stage.start(t, Counting, place);
    const options = { url: stage.url, logger: log };
    const queue = uniqueName('queue');
    const receiving = new Counting({ ...options, eqks: [[exchange, [[queue, 'key']]]] });
    t.after(() => receiving.close());
    class Sending extends GenericProducer {
      static override readonly eks = [[exchange, 'key']] as const;
    }
    const ways = {
      'a processor': () => receiving.start(),
      'a producer': () => Sending.connect(options),
    };
    return { ways: Object.entries(ways), other, place, log };
  }

  for (const type of ['Direct', 'topics', 'x-', '', 'delayed']) {
    it(`T-B7: that no broker has is refused before it hears of it: '${type}'`, async (t) => {
      const exchange = exchangeOf(type);
      const { ways, other, place, log } = await given(t, exchange);
      for (const [who, start] of ways) {
        const error = await rejection(start());
        assert.ok(error instanceof ConfigurationError, `${who}: ${error}`);
        assert.ok(error.message.includes(`'${exchange.exchangeName}' has the type '${type}'`), error.message);
        assert.match(error.message, /'direct', 'topic', 'fanout', 'headers'/);
      }
      await place.command('count');
      await waitForLength(other.seen, 1);
      assert.deepEqual(log.warnings, []);
    });
  }

  const missing: readonly (readonly [type: string, advice: RegExp])[] = [
    ['x-delayed-message', /rabbitmq-plugins enable rabbitmq_delayed_message_exchange/],
    ['x-consistent-hash', /rabbitmq-plugins enable rabbitmq_consistent_hash_exchange/],
    ['x-of-our-own', /Enable the plugin that brings it/],
  ];
  for (const [type, advice] of missing) {
    it(`T-B7: of a plugin that is missing is named with exchange and plugin, and others go on: ${type}`, async (t) => {
      const exchange = exchangeOf(type);
      const { ways, other, place } = await given(t, exchange);
      for (const [who, start] of ways) {
        const error = await rejection(start());
        assert.ok(isWaybillError(error, 'TOPOLOGY_REFUSED'), `${who}: ${error}`);
        assert.ok(error.message.includes(`exchange '${exchange.exchangeName}' (${type})`), error.message);
        assert.match(error.message, advice);
      }
      await place.command('count');
      await waitForLength(other.seen, 1);
    });
  }
});
