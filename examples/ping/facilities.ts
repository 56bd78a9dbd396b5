import { Exchange, GenericProducer, MessageCommand, RpcCommand } from 'waybill';

export class PingExchange extends Exchange {
  static override readonly exchangeName = 'ping-exchange';
  static override readonly exchangeType = 'direct';
}

export class PingProducer extends GenericProducer {
  static override readonly eks = [[PingExchange, 'ping_rk']] as const;

  build_message_ping() {
    return new MessageCommand('ping');
  }

  build_message_timed_ping() {
    return new MessageCommand('timed_ping', { time: Date.now() / 1000 });
  }

  build_message_custom_ping(customValue: [text: string, count: number]) {
    return new MessageCommand('custom_ping', { custom_value: customValue });
  }

  build_rpc_ping() {
    return new RpcCommand<string>('ping');
  }
}
