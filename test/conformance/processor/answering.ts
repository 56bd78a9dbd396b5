import {
  type Body,
  type Content,
  FilterError,
  Handler,
  MessageFilter,
  MessageProcessor,
  MessageResult,
  MessageResultError,
  RejectMessage,
  type Reply,
  RpcHandler,
  RpcHandlerFullBody,
} from 'waybill';

function turnAway(): never {
  throw new FilterError();
}

/** Answers in every way there is. */
export class Answering extends MessageProcessor {
  readonly ran: string[] = [];

  @RpcHandler('command', 'reply')
  reply(_content: Content, reply: Reply<string>) {
    reply(new MessageResult('Pong', 'with a text'));
  }

  @RpcHandler('command', 'plain')
  plain(_content: Content, reply: Reply<string>) {
    reply('plain');
  }

  @RpcHandler('command', 'return')
  async value({ parameters }: Content<number>) {
    await new Promise((resolve) => setImmediate(resolve));
    return parameters * 2;
  }

  @RpcHandler('command', 'nothing')
  nothing(_content: Content, _reply: Reply) {
    this.ran.push('nothing');
  }

  @RpcHandler('command', 'twice')
  twice(_content: Content, reply: Reply<string>) {
    reply('first');
    reply('second');
    return 'third';
  }

  @RpcHandler('command', 'reply then throw')
  replyThenThrow(_content: Content, reply: Reply<string>) {
    reply('done');
    throw new Error('too late');
  }

  @RpcHandler('command', 'throw')
  throwing(): never {
    throw new RangeError('x');
  }

  @RpcHandler('command', 'reject')
  rejecting(): never {
    throw new RejectMessage('not for us');
  }

  @RpcHandler('command', 'error')
  error() {
    return new MessageResultError('bad');
  }

  @RpcHandler('command', 'not encodable')
  bigint() {
    return 1n;
  }

  @RpcHandler('command', 'filtered')
  @MessageFilter(turnAway)
  filtered() {
    this.ran.push('filtered');
  }

  @RpcHandler('command', 'double')
  first() {
    this.ran.push('first');
    return 'first';
  }

  @RpcHandler('command', 'double')
  last() {
    this.ran.push('last');
    return 'last';
  }

  @RpcHandler('command', 'very name')
  exact() {
    return 'exact';
  }

  @RpcHandler('query', '*')
  anyQuery() {
    return 'any';
  }

  @RpcHandler('query', 'very name')
  exactQuery() {
    return 'exact';
  }

  @RpcHandlerFullBody('command', 'who')
  who({ fingerprint }: Body) {
    return fingerprint;
  }

  @RpcHandler('command', 'class')
  static readonly ByClass = class extends Handler<Content<number>> {
    call() {
      this.reply?.(this.data.parameters + 1);
    }
  };
}
