import { Envelope, Exchange, GenericProducer, MessageCommand, RpcCommand } from 'waybill';
import { names } from '../common/names.js';
import type { Answer, Parameters } from '../common/parameters.js';

export class BenchExchange extends Exchange {
  static override readonly exchangeName = names.exchange;
  static override readonly exchangeType = 'direct';
}

/** A status that says as much as the other messages, so that all workloads move the same bytes. */
class TickStatus extends Envelope<{ readonly parameters: Parameters }> {
  constructor(parameters: Parameters) {
    super({ type: 'status', name: 'tick', category: 'message', content: { parameters } });
  }
}

export class BenchProducer extends GenericProducer {
  static override readonly eks = [[BenchExchange, names.routingKey]] as const;

  build_message_tick(parameters: Parameters) {
    return new MessageCommand('tick', parameters);
  }

  build_message_tick_status(parameters: Parameters) {
    return new TickStatus(parameters);
  }

  build_rpc_ask(parameters: Parameters) {
    return new RpcCommand<Answer, Parameters>('ask', parameters);
  }
}
