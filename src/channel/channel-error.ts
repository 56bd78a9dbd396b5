import { brokerReason, type ChannelEnd } from '../amqp/index.js';
import { ClosedError, ConnectionLostError, isWaybillError, toError, WaybillError } from '../errors.js';
import { methodSpec } from '../protocol/index.js';

/**
 * Thrown when the broker has closed a channel, or the whole connection, because of what was asked of it: by the call
 * that has asked, and by everything that was under way on that channel.
 *
 * What to do: mend what `method` and `replyText` name, then use a new channel; a connection that was closed is made again.
 */
export class ChannelError extends WaybillError {
  override readonly name = 'ChannelError' as const;
  readonly code = 'CHANNEL_CLOSED' as const;
  /** The AMQP reply code, for example 406. */
  readonly replyCode: number;
  /** The broker's own words. */
  readonly replyText: string;
  /** The class and the method that the broker could not carry out; zeros where there was none. */
  readonly classId: number;
  /** The id of the method within its class; zero where there was none. */
  readonly methodId: number;
  /**
   * The name of the method that the broker could not carry out, for example `exchange.declare`; undefined where the
   * whole connection is closed, as amqplib does not tell it then.
   */
  readonly method: string | undefined;
  /** What is closed: this channel only, or all channels of the connection, which is made again. */
  readonly scope: 'channel' | 'connection';

  readonly #end: Required<ChannelEnd>;

  /** @param during what was under way */
  constructor(end: Required<ChannelEnd>, during: string = '') {
    const { error, reason } = end;
    const method = methodName(reason.classId, reason.methodId);
    const what = method === undefined ? during : ` on ${method}`;
    super(`The broker has closed the ${reason.scope}${what}: ${reason.replyCode} ${reason.replyText}`, {
      cause: error,
    });
    this.#end = end;
    this.replyCode = reason.replyCode;
    this.replyText = reason.replyText;
    this.classId = reason.classId;
    this.methodId = reason.methodId;
    this.method = method;
    this.scope = reason.scope;
  }

  /** @internal The same, for whoever was asking for `what`, which may be the reason. */
  during(what: string): ChannelError {
    return new ChannelError(this.#end, ` while ${what} was asked for`);
  }
}

/** The error for whoever uses a channel that has ended. */
export function errorOfEnd(end: ChannelEnd | undefined): Error {
  if (!end) return new ClosedError('The channel is closed.');
  const { error, reason } = end;
  return reason ? new ChannelError({ error, reason }) : error;
}

/** What amqplib threw, as what users see: the broker's refusal of the very thing that was asked for. */
export function errorOfRefusal(thrown: unknown): Error {
  const error = toError(thrown);
  const reason = brokerReason(error);
  if (reason) return new ChannelError({ error, reason: { ...reason, scope: 'channel' } });
  if (isWaybillError(error)) return error;
  return new ConnectionLostError('The channel was gone before the broker answered.', { cause: error });
}

const names = new Map(Object.entries(methodSpec).map(([name, { id }]) => [id.join(), name]));

function methodName(classId: number, methodId: number): string | undefined {
  return names.get(`${classId},${methodId}`);
}
