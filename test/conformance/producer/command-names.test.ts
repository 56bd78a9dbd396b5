import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  type Envelope,
  GenericProducer,
  handlersFor,
  MessageCommand,
  MessageProcessor,
  MessageStatus,
  RpcCommand,
} from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { newExchange } from '../../support/stage/exchange.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

const Orders = newExchange();

/** Its names stand twice, and some of them differ. */
class Misspelt extends GenericProducer {
  static override readonly eks = [[Orders, 'key']] as const;

  build_message_cancel(id: string) {
    return new MessageCommand<{ id: string }>('cancle', { id });
  }

  async build_message_later() {
    return new MessageCommand<unknown>('latter');
  }

  build_rpc_price() {
    return new RpcCommand<number>('prize');
  }

  build_message_status(text: string) {
    return new MessageStatus(text);
  }

  build_message_right() {
    return new MessageCommand('right');
  }
}

/** Its names cannot be those of methods. */
class Mapped extends GenericProducer {
  static override readonly eks = [[Orders, 'key']] as const;
  static override readonly names = { cancel: 'order.cancel', price: 'order price', any: '*' };

  build_message_cancel(id: string) {
    return new MessageCommand<string>('order.cancel', id);
  }

  build_rpc_price(id: string) {
    return new RpcCommand<number, string>('order price', id);
  }

  build_message_any(name: string) {
    return new MessageCommand<string>(name, 'any');
  }
}

const on = handlersFor(Mapped);

describe('the name of a command', () => {
  const stage = useStage();
  const record = () => Recorder.start(stage.side, [Orders, 'key']);
  const refusal =
    /Misspelt: build_message_cancel returned the command 'cancle'\. Nothing was sent\..*names = \{ cancel: 'cancle' \}/;

  it('N-1: must be that of its builder: with another one nothing is sent, and the error says so', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Misspelt), await record()];
    for (let attempt = 0; attempt < 2; attempt++)
      await assert.rejects(producer.message_cancel('1'), { code: 'CONFIGURATION', message: refusal });
    await assert.rejects(producer.with({ key: 'key' }).message_cancel('1'), { code: 'CONFIGURATION' });
    await assert.rejects(producer.message_later(), { code: 'CONFIGURATION', message: /'latter'.*'later'/ });
    const price = await producer.rpc_price();
    assert.match(price.message, /build_rpc_price returned the command 'prize'/);
    await assert.rejects(producer.rpc_queue_price(), { code: 'CONFIGURATION' });
    assert.deepEqual(await recorder.all(), []);
  });

  it('N-1: is that of its builder; the name of a status may be any', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Misspelt), await record()];
    await producer.message_right();
    await producer.message_status('online');
    assert.deepEqual(
      (await recorder.all()).map(({ body }) => body.name),
      ['right', 'online'],
    );
  });

  it('N-1: may be another one where the class says so, and then handlersFor knows it', async (t) => {
    const seen: unknown[] = [];
    class Desk extends MessageProcessor {}
    on.all(Desk, {
      message_cancel: ({ parameters }) => seen.push(['cancel', parameters]),
      message_any: (_content: Content<string>, { body }) => seen.push(['any', body.name]),
      rpc_price: ({ parameters }) => parameters.length,
    });
    const place = await stage.place();
    await stage.start(t, Desk, place);
    const producer = (await connect(t, stage, Mapped)).with({ eks: place.eks });
    await producer.message_cancel('1');
    await producer.message_any('anything');
    assert.equal((await producer.rpc_price('four')).unwrap(), 4);
    await waitForLength(seen, 3);
    assert.deepEqual(seen, [
      ['cancel', '1'],
      ['any', 'order.cancel'],
      ['any', 'anything'],
    ]);
  });

  it('H-A13: a call is not sent as a message, nor a message as a call', async (t) => {
    const [producer, recorder] = [await connect(t, stage, Misspelt), await record()];
    const call = new RpcCommand('pay') as unknown as Envelope;
    await assert.rejects(producer.send(call), {
      code: 'CONFIGURATION',
      message: /'pay' is a call, .*call\(\)/,
    });
    const command = new MessageCommand('pay') as unknown as RpcCommand;
    assert.match((await producer.call(command)).message, /'pay' is a message, and not a call/);
    assert.deepEqual(await recorder.all(), []);
  });
});
