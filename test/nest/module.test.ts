// waybill/nest in applications of Nest: what it makes, when it starts, and how it ends.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  type Connected,
  type Content,
  Exchange,
  GenericProducer,
  handlersFor,
  MessageCommand,
  MessageEvent,
  MessageProcessor,
  type MessageProcessorOptions,
  RpcCommand,
  silentLogger,
} from 'waybill';
import { WAYBILL_OPTIONS, WaybillHealth, WaybillModule } from 'waybill/nest';
import { TestBroker } from 'waybill/testing';
import { QueueProducer, QueueWorker } from 'waybill/workers';
import { uniqueName } from '../support/broker.js';
import { useStage, waitForLength } from '../support/stage/stage.js';
import { until } from '../support/until.js';

class Shop extends Exchange {
  static override readonly exchangeName = uniqueName('shop');
}

class Prices extends GenericProducer {
  static override readonly eks = [[Shop, 'prices']] as const;

  build_rpc_price(article: string) {
    return new RpcCommand<number, { article: string }>('price', { article });
  }

  build_event_asked(article: string) {
    return new MessageEvent('asked', { article });
  }
}

class Orders extends GenericProducer {
  static override readonly eks = [[Shop, 'orders']] as const;

  build_rpc_place(article: string) {
    return new RpcCommand<string, { article: string }>('place', { article });
  }

  build_message_wait(ms: number) {
    return new MessageCommand('wait', { ms });
  }
}

/** What a handler needs, as any service of the application. */
@Injectable()
class Catalogue {
  priceOf(article: string): number {
    return article.length;
  }
}

const eqks = (key: string) => [[Shop, [[`${Shop.exchangeName}-${key}`, key]]]] as const;

/** Without a constructor: it is given the options of the module. */
class PriceDesk extends MessageProcessor {
  static override readonly eqks = eqks('prices');
  @Inject(Catalogue) readonly catalogue!: Catalogue;

  @(handlersFor(Prices).RpcHandler('price'))
  price({ parameters: { article } }: Content<{ article: string }>): number {
    return this.catalogue.priceOf(article);
  }
}

/** With one, whose first argument needs no token. */
class OrderDesk extends MessageProcessor {
  static override readonly eqks = eqks('orders');
  readonly done: number[] = [];
  #begun = 0;

  constructor(
    options: MessageProcessorOptions,
    @Inject(Prices) readonly prices: Connected<typeof Prices>,
  ) {
    super(options);
  }

  get begun(): number {
    return this.#begun;
  }

  @(handlersFor(Orders).RpcHandler('place'))
  async place({ parameters: { article } }: Content<{ article: string }>): Promise<string> {
    return `${article} for ${(await this.prices.rpc_price(article)).unwrap()}`;
  }

  @(handlersFor(Orders).MessageHandler('wait'))
  async wait({ parameters: { ms } }: Content<{ ms: number }>): Promise<void> {
    this.#begun++;
    await new Promise((resolve) => setTimeout(resolve, ms));
    await this.prices.event_asked('late');
    this.done.push(ms);
  }
}

const features = WaybillModule.forFeature([Prices, Orders]);

@Module({ imports: [features], providers: [Catalogue, PriceDesk], exports: [features] })
class PriceModule {}

@Module({ imports: [PriceModule], providers: [OrderDesk] })
class OrderModule {}

describe('waybill/nest', () => {
  const stage = useStage();

  function building(...imports: readonly object[]): TestingModuleBuilder {
    const root = WaybillModule.forRoot({
      url: stage.url,
      fingerprint: { name: 'shop' },
      logger: silentLogger,
    });
    return Test.createTestingModule({ imports: [root, ...(imports as [])] }).setLogger(false as never);
  }

  async function start(t: TestContext, builder: TestingModuleBuilder) {
    const app = await builder.compile();
    t.after(async () => await app.close());
    return await app.init();
  }

  it('processors are found in any module, given their services and producers, and take messages when it has started', async (t) => {
    const app = await start(t, building(OrderModule));
    const orders = app.get<Connected<typeof Orders>>(Orders, { strict: false });
    assert.equal((await orders.rpc_place('stamp')).unwrap(), 'stamp for 5');
    const { fingerprint } = app.get(OrderDesk, { strict: false });
    assert.equal(fingerprint.name, 'shop');
  });

  it('when it ends what runs is finished, with producers that still send, and then all is closed', async (t) => {
    const app = await start(t, building(OrderModule));
    const orders = app.get<Connected<typeof Orders>>(Orders, { strict: false });
    const desk = app.get(OrderDesk, { strict: false });
    await orders.message_wait(300);
    await until(() => desk.begun === 1, { what: 'the handler runs' });
    await app.close();
    assert.deepEqual(desk.done, [300]);
    await assert.rejects(orders.message_wait(1), { code: 'CLOSED' });
    assert.equal((await stage.side.look(`${Shop.exchangeName}-orders`))?.consumers, 0);
  });

  it('a component that cannot start is an error of the start, and nothing is left open', async () => {
    class Refused extends MessageProcessor {
      static override readonly eqks = [
        [Shop, [[{ name: `${Shop.exchangeName}-none`, flags: { passive: true } }, 'none']]],
      ] as const;
    }
    const app = await building(OrderModule).compile();
    const desk = app.get(OrderDesk, { strict: false });
    await app.close();
    assert.equal(desk.consumer.consuming, false);
    @Module({ imports: [OrderModule], providers: [Refused] })
    class Broken {}
    const broken = await building(Broken).compile();
    await assert.rejects(broken.init(), { code: 'TOPOLOGY_REFUSED' });
    assert.equal(broken.get(OrderDesk, { strict: false }).consumer.consuming, false);
    await assert.rejects(broken.get<Connected<typeof Orders>>(Orders, { strict: false }).message_wait(1), {
      code: 'CLOSED',
    });
  });

  it('one of which there would be several is refused', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends MessageProcessor {
      static override readonly eqks = eqks('per-request');
    }
    @Module({ providers: [PerRequest] })
    class Scoped {}
    const app = await building(Scoped).compile();
    await assert.rejects(app.init(), {
      code: 'CONFIGURATION',
      message: /^PerRequest takes messages, so there must be one/,
    });
  });

  it('the options may come of other providers; workers are found, too', async (t) => {
    const queue = uniqueName('mail');
    const seen: unknown[] = [];
    const root = WaybillModule.forRootAsync({
      imports: [Settings],
      inject: [Address],
      useFactory: async ({ url }: Address) => ({ url, logger: silentLogger }),
    });
    const mail = {
      provide: 'mail',
      inject: [WAYBILL_OPTIONS],
      useFactory: (options: MessageProcessorOptions) => {
        const worker = new QueueWorker(options);
        worker.route(queue)((data) => void seen.push(data));
        return worker;
      },
    };
    const builder = Test.createTestingModule({ imports: [root], providers: [mail] }).overrideProvider(
      Address,
    );
    await start(t, builder.useValue({ url: stage.url }));
    await using producer = new QueueProducer({ url: stage.url });
    await producer.publish(queue, { to: 'her' });
    await waitForLength(seen, 1);
    assert.deepEqual(seen, [{ to: 'her' }]);
  });

  it('health is what Terminus takes: up while all is well, down before and after, by component', async (t) => {
    const app = await building(OrderModule, TerminusModule.forRoot({ logger: false })).compile();
    const health = app.get(WaybillHealth, { strict: false });
    const terminus = app.get(HealthCheckService, { strict: false });
    const check = () => terminus.check([() => health.isHealthy('waybill')]);
    assert.equal((await health.isHealthy('waybill')).waybill.status, 'down');
    t.after(async () => await app.close());
    await app.init();
    const components = { OrderDesk: 'up', Prices: 'up', Orders: 'up', PriceDesk: 'up' };
    const up = { waybill: { status: 'up', components } };
    assert.deepEqual(await check(), { status: 'ok', info: up, error: {}, details: up });
    await stage.side.onChannel((channel) => channel.deleteQueue(`${Shop.exchangeName}-orders`));
    app.get(OrderDesk, { strict: false }).stop();
    const down = { waybill: { status: 'down', components: { ...components, OrderDesk: 'down' } } };
    await assert.rejects(check(), (thrown: { getResponse?(): object }) => {
      assert.deepEqual(thrown.getResponse?.(), { status: 'error', info: {}, error: down, details: down });
      return true;
    });
  });

  it('a test has the application on an embedded broker, and a producer replaced', async (t) => {
    const broker = await TestBroker.start();
    t.after(() => broker.close());
    const builder = building(OrderModule)
      .overrideProvider(WAYBILL_OPTIONS)
      .useValue({ url: broker.url, logger: silentLogger });
    const fake = { rpc_price: async () => ({ unwrap: () => 42 }) };
    const app = await start(t, builder.overrideProvider(Prices).useValue(fake));
    const orders = app.get<Connected<typeof Orders>>(Orders, { strict: false });
    assert.equal((await orders.rpc_place('stamp')).unwrap(), 'stamp for 42');
    await broker.idle();
    assert.equal(broker.settled.length, 1);
  });
});

class Address {
  readonly url: string = 'amqp://nowhere.invalid';
}

@Module({ providers: [Address], exports: [Address] })
class Settings {}
