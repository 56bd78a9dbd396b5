import { isPromiseLike } from '../../common/when-done.js';
import { type Cancellation, type OpenStream, openCall, openStream } from '../../rpc/index.js';
import {
  type Envelope,
  endedHere,
  failedCall,
  isEnvelope,
  MessageCommand,
  MessageEvent,
  type Result,
  RpcCommand,
  RpcStreamCommand,
} from '../../wire/index.js';
import type { Jsonify } from '../jsonify.js';
import { asMessage, assertCategory } from './built.js';
import { type Build, type MethodPrefix, methodOfField, type SendingMethod } from './equip.js';
import { failedGather, gatherWith } from './gather.js';
import type { Gathered } from './gathering.js';
import type { GenericProducer } from './producer.js';
import { originalOf } from './view.js';

/**
 * What a sending method does: builds the message, and sends it or calls with it. n.b. nothing is waited for that is no
 * promise: a close() right after the call must find the message sent.
 */
export function sendBuilt(this: object, method: SendingMethod, build: Build): unknown {
  const producer = this as GenericProducer;
  if (method.prefix === 'stream_') return streamBuilt(producer, method, build);
  try {
    const built = build(originalOf(producer));
    if (isPromiseLike(built) || isLater(method.prefix)) return later(producer, method, built);
    const message = asMessage(classOf(producer), method, built);
    return isSent(method.prefix) ? producer.send(message) : producer.call(message as RpcCommand);
  } catch (thrown) {
    return later(producer, method, Promise.reject(thrown));
  }
}

/** Makes a call that can be given up. n.b. a function, since a view of a producer has no private methods. */
export async function callWith<Answer>(
  { sender, callSettings }: GenericProducer,
  command: RpcCommand<Answer>,
  cancellation: Cancellation,
): Promise<Result<Jsonify<Answer>>> {
  try {
    assertCategory(command, 'rpc');
    return endedHere((await sender.call(command, callSettings, cancellation)) as Result<Jsonify<Answer>>);
  } catch (thrown) {
    return failedCall(thrown);
  }
}

/** Makes a stream, which begins when it is read: until then what is wrong with it waits, too. */
export function streamWith<Item>(
  { sender, callSettings }: GenericProducer,
  command: Envelope,
): OpenStream<Item> {
  try {
    assertCategory(command, 'stream');
    return openStream(sender.stream(command, callSettings));
  } catch (thrown) {
    return openStream(() => Promise.reject(thrown));
  }
}

function streamBuilt(producer: GenericProducer, method: SendingMethod, build: Build): OpenStream {
  const made = (built: unknown): Envelope => asMessage(classOf(producer), method, built);
  try {
    const built = build(originalOf(producer));
    if (!isPromiseLike(built)) return streamWith(producer, made(built));
    const later = Promise.resolve(built).then(made);
    later.catch(() => {});
    return openStream(async (cancellation) => {
      const command = await later;
      assertCategory(command, 'stream');
      return await producer.sender.stream(command, producer.callSettings)(cancellation);
    });
  } catch (thrown) {
    return openStream(() => Promise.reject(thrown));
  }
}

/** What stands for a sending method that no class has: a builder that is a field, or, where the class wants it, none at all. */
export function standInFor(producer: object, method: SendingMethod): unknown {
  const built = methodOfField(producer, method, sendBuilt);
  if (built || classOf(producer).undeclared !== 'send') return built;
  return (parameters?: unknown) => {
    const Command = commands[method.prefix];
    return sendBuilt.call(producer, method, () => new Command(method.name, parameters));
  };
}

type CommandClass = new (name: string, parameters?: unknown) => Envelope;

const commands: Readonly<Record<MethodPrefix, CommandClass>> = {
  message_: MessageCommand,
  event_: MessageEvent,
  rpc_queue_: RpcCommand,
  rpc_: RpcCommand,
  gather_: RpcCommand,
  stream_: RpcStreamCommand,
};

/** For builders that are asynchronous, or wrong, and for calls whose answers are collected later. */
function later(producer: GenericProducer, method: SendingMethod, built: unknown): Promise<unknown> {
  const { prefix } = method;
  if (prefix === 'gather_') return gatherLater(producer, method, built);
  if (prefix === 'rpc_') return openCall((cancellation) => callLater(producer, method, built, cancellation));
  return sendLater(producer, method, built);
}

async function callLater(
  producer: GenericProducer,
  method: SendingMethod,
  built: unknown,
  cancellation: Cancellation,
): Promise<Result> {
  try {
    const command = asMessage(classOf(producer), method, await built);
    return await callWith(producer, command as RpcCommand, cancellation);
  } catch (thrown) {
    return failedCall(thrown);
  }
}

/** Which nobody answers. */
function isSent(prefix: MethodPrefix): boolean {
  return prefix === 'message_' || prefix === 'event_';
}

/** Whose answers are more than one. */
function isLater(prefix: MethodPrefix): boolean {
  return prefix === 'rpc_queue_' || prefix === 'gather_';
}

async function gatherLater(
  producer: GenericProducer,
  method: SendingMethod,
  built: unknown,
): Promise<Gathered> {
  try {
    const command = asMessage(classOf(producer), method, await built);
    return await gatherWith(producer, classOf(producer), command as RpcCommand);
  } catch (thrown) {
    return failedGather(thrown);
  }
}

async function sendLater(producer: GenericProducer, method: SendingMethod, built: unknown): Promise<unknown> {
  const message = asMessage(classOf(producer), method, isEnvelope(built) ? built : await built);
  if (isSent(method.prefix)) return await producer.send(message);
  assertCategory(message, 'rpc');
  return await producer.sender.callLater(message, producer.callSettings);
}

/** What a producer's class says: settings are its static fields. */
export function classOf(producer: object): typeof GenericProducer {
  return producer.constructor as typeof GenericProducer;
}
