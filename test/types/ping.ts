import {
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageProcessor,
  MessageStatus,
  RpcCommand,
} from 'waybill';

/** What the cases talk about. */
export class PingExchange extends Exchange {
  static override readonly exchangeName = 'ping-exchange';
}

/** A producer of the usual kind: commands with and without parameters, a status, calls. */
export class PingProducer extends GenericProducer {
  static override readonly eks = [[PingExchange, 'ping']] as const;

  build_message_ping() {
    return new MessageCommand('ping');
  }

  build_message_timed_ping(time: number) {
    return new MessageCommand('timed_ping', { time });
  }

  build_message_custom_ping(value: [text: string, count: number]) {
    return new MessageCommand('custom_ping', { value });
  }

  build_message_order(order: { readonly id: string; readonly amount: number }) {
    return new MessageCommand('order', order);
  }

  build_message_online() {
    return new MessageStatus('online');
  }

  build_rpc_ping() {
    return new RpcCommand<string>('ping');
  }

  build_rpc_sum(a: number, b: number) {
    return new RpcCommand<number, { a: number; b: number }>('sum', { a, b });
  }
}

/** The processor on the other side. */
export class PingReceiver extends MessageProcessor {
  static override readonly eqks = [[PingExchange, [['ping_queue', 'ping']]]] as const;
  readonly seen: string[] = [];
}
