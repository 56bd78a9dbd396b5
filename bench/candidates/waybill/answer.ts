import { type Content, MessageProcessor, type Reply, RpcHandler } from 'waybill';
import { names } from '../common/names.js';
import { type Answer, answerTo, type Parameters } from '../common/parameters.js';
import type { Assignment, Part } from '../part.js';
import { BenchExchange } from './facilities.js';

class Answerer extends MessageProcessor {
  static override readonly eqks = [[BenchExchange, [[names.queue, names.routingKey]]]] as const;

  handled = 0;

  @RpcHandler('command', 'ask')
  onAsk({ parameters }: Content<Parameters>, reply: Reply<Answer>) {
    this.handled++;
    reply(answerTo(parameters));
  }
}

export async function open({ url }: Assignment): Promise<Part> {
  const answerer = await new Answerer({ url }).start();
  return {
    get handled() {
      return answerer.handled;
    },
    close: () => answerer.drain(),
  };
}
