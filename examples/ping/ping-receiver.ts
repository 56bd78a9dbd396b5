import {
  type Body,
  type Content,
  Handler,
  MessageHandler,
  MessageHandlerFullBody,
  MessageProcessor,
  MessageResult,
  type Reply,
  RpcHandler,
} from 'waybill';
import { PingExchange } from './facilities.js';

export class PingReceiver extends MessageProcessor {
  static override readonly eqks = [[PingExchange, [['ping_queue', 'ping_rk']]]] as const;

  @MessageHandler('command', 'ping')
  onPing(_content: Content) {
    console.log('Got a ping!');
  }

  @MessageHandler('command', 'timed_ping')
  onTimedPing({ parameters }: Content<{ time: number }>) {
    console.log(`Got a ping sent at ${new Date(parameters.time * 1000).toISOString()}`);
  }

  @MessageHandler('command', 'custom_ping')
  onCustomPing({ parameters }: Content<{ custom_value: [string, number] }>) {
    console.log(`Got a ping with value: ${JSON.stringify(parameters.custom_value)}`);
  }

  @MessageHandlerFullBody('command', 'ping')
  onPingFrom({ fingerprint }: Body) {
    console.log(
      `Got a ping from ${fingerprint['name']} on ${fingerprint['host']}, pid ${fingerprint['pid']}`,
    );
  }

  @MessageHandler('command', 'ping')
  static readonly MsgPing = class extends Handler {
    call() {
      console.log(
        `Ping processed by ${this.processor.constructor.name} on ${this.processor.fingerprint.host}`,
      );
    }
  };

  @RpcHandler('command', 'ping')
  answerPing(_content: Content, reply: Reply<string>) {
    reply(new MessageResult('Pong'));
  }
}
