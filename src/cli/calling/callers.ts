import { changeProperties } from '../../amqp/index.js';
import { callProperties } from '../../component/index.js';
import { silentLogger } from '../../logger.js';
import { readableBody } from '../../parked/index.js';
import { MessageSender } from '../../registry/index.js';
import { type CallRequest, RpcCaller, resultReader } from '../../rpc/index.js';
import { jsonEncoder, type Result, RpcCommand, receivedResult } from '../../wire/index.js';
import { RpcClient } from '../../workers/index.js';
import { UsageError } from '../command-error.js';
import { givenBody } from '../given-body.js';
import { type Written, writeEnvelope } from '../sending/envelope.js';
import { type SettingOptions, settingsOf } from '../sending/settings.js';
import { contentTypeOf, givenJson, handlerOf, type Style, type StyleOptions } from '../sending/style.js';
import { withLink } from '../with-link.js';

/** How a call is made. */
export interface CallOptions extends StyleOptions, SettingOptions {
  readonly exchange: string;
  /** In milliseconds. */
  readonly timeout: number;
}

/** A call that is asked for. */
export interface Calling {
  readonly url: string | undefined;
  readonly key: string;
  readonly body: string | undefined;
  readonly options: CallOptions;
  readonly signal: AbortSignal;
}

/** Each makes the call in the words of its style. None sends it twice where somebody may have it. */
export const callers: Readonly<Record<Style, (calling: Calling) => Promise<Result>>> = {
  plain: async (calling) => {
    const content = await givenBody(calling.body ?? '');
    const written = { content, properties: { contentType: contentTypeOf(content, content.toString()) } };
    return await request(calling, { name: calling.key, written: () => written, read: readAnything });
  },
  messaging: async (calling) => {
    const name = String(calling.options.message);
    const message = new RpcCommand(name, await givenJson(calling.body, {}));
    const written = (vhost: string): Written => writeEnvelope(message, vhost);
    return await request(calling, { name, written, read: resultReader(jsonEncoder) });
  },
  workers: async (calling) => {
    const { url, key, body } = calling;
    assertQueue(calling);
    const data = await givenJson(body, null);
    await using client = new RpcClient({ url, logger: silentLogger });
    await client.run();
    return await client.call(key, data, settings(calling));
  },
  registry: async (calling) => {
    const { url, key, body, options } = calling;
    assertQueue(calling);
    const [header, handler] = handlerOf(options.handler);
    const data = await givenJson(body, null);
    await using sender = new MessageSender(header, { url, logger: silentLogger });
    await sender.connect();
    return await sender.call(key, handler, data, settings(calling));
  },
};

/** Whatever comes is the answer. */
const readAnything: CallRequest['read'] = ({ content, properties }) =>
  receivedResult(readableBody({ content, properties }));

interface Asked {
  readonly name: string;
  readonly written: (vhost: string) => Written;
  readonly read: CallRequest['read'];
}

async function request(calling: Calling, { name, written, read }: Asked): Promise<Result> {
  const { url, key, options, signal } = calling;
  const own = callProperties('waybill call', settingsOf(options)) ?? {};
  return await withLink({ url, name: 'call' }, async (link) => {
    await link.openPublishing();
    const { content, properties } = written(link.vhost);
    const transient = changeProperties({ ...properties, deliveryMode: 1 }, own);
    const caller = new RpcCaller(link);
    try {
      const asked = {
        exchange: options.exchange,
        routingKey: key,
        name,
        content,
        properties: transient,
        read,
      };
      return await caller.call(asked, { timeoutMs: options.timeout, maxRetry: 0, signal });
    } finally {
      await caller.close();
    }
  });
}

function settings({ options, signal }: Calling) {
  return { ...settingsOf(options), timeoutMs: options.timeout, signal };
}

function assertQueue({ options }: Calling): void {
  if (options.exchange !== '') throw new UsageError('This style calls queues: leave --exchange out.');
}
