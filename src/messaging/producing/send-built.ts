import { isPromiseLike } from '../../common/when-done.js';
import { failedCall, isEnvelope, MessageCommand, RpcCommand } from '../../wire/index.js';
import { asMessage, assertCategory } from './built.js';
import { type Build, methodOfField, type SendingMethod } from './equip.js';
import type { GenericProducer } from './producer.js';
import { originalOf } from './view.js';

/**
 * What a sending method does: builds the message, and sends it or calls with it. n.b. nothing is waited for that is no
 * promise: a close() right after the call must find the message sent.
 */
export function sendBuilt(this: object, method: SendingMethod, build: Build): Promise<unknown> {
  const producer = this as GenericProducer;
  try {
    const built = build(originalOf(producer));
    if (isPromiseLike(built) || method.prefix === 'rpc_queue_') return sendLater(producer, method, built);
    const message = asMessage(classOf(producer), method, built);
    return method.prefix === 'message_' ? producer.send(message) : producer.call(message as RpcCommand);
  } catch (thrown) {
    return sendLater(producer, method, Promise.reject(thrown));
  }
}

/** What stands for a sending method that no class has: a builder that is a field, or, where the class wants it, none at all. */
export function standInFor(producer: object, method: SendingMethod): unknown {
  const built = methodOfField(producer, method, sendBuilt);
  if (built || classOf(producer).undeclared !== 'send') return built;
  return (parameters?: unknown) => {
    const Command = method.prefix === 'message_' ? MessageCommand : RpcCommand;
    return sendBuilt.call(producer, method, () => new Command(method.name, parameters));
  };
}

/** For builders that are asynchronous, or wrong, and for calls whose answers are collected later. */
async function sendLater(producer: GenericProducer, method: SendingMethod, built: unknown): Promise<unknown> {
  const { prefix } = method;
  const Class = classOf(producer);
  try {
    const message = asMessage(Class, method, isEnvelope(built) ? built : await built);
    if (prefix === 'message_') return await producer.send(message);
    if (prefix === 'rpc_') return await producer.call(message as RpcCommand);
    assertCategory(message, 'rpc');
    return await producer.sender.callLater(message, producer.callSettings);
  } catch (thrown) {
    if (prefix === 'rpc_') return failedCall(thrown);
    throw thrown;
  }
}

/** What a producer's class says: settings are its static fields. */
export function classOf(producer: object): typeof GenericProducer {
  return producer.constructor as typeof GenericProducer;
}
