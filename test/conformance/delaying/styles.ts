import type { TestContext } from 'node:test';
import { Exchange, type Forwards, GenericProducer, MessageCommand, type MessageSettings } from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { MessageSender } from 'waybill/registry';
import { QueueProducer } from 'waybill/workers';
import { recordingLog, type Stage } from '../../support/stage/stage.js';

/** Something that sends to a queue. */
type Send = (settings?: MessageSettings) => Promise<void>;
type NewSend = (t: TestContext, stage: Stage, queue: string, forwards?: Forwards) => Promise<Send>;

class Orders extends GenericProducer {
  static override readonly eks = [[Exchange, 'unused']] as const;
}

/** All that publishes, each to one queue. */
export const sendings: Readonly<Record<string, NewSend>> = {
  async messaging(t, stage, queue) {
    const producer = await stage.connect(t, Orders);
    return (settings) =>
      producer.with({ eks: [[Exchange, queue]], ...settings }).send(new MessageCommand('work'));
  },
  async workers(t, stage, queue) {
    const producer = new QueueProducer({ url: stage.url, logger: recordingLog() });
    t.after(() => producer.close());
    return (settings) => producer.publish(queue, 1, settings);
  },
  async registry(t, stage, queue) {
    const sender = new MessageSender('task_name', { url: stage.url, logger: recordingLog() });
    t.after(() => sender.close());
    return (settings) => sender.send(queue, 'work', 1, settings);
  },
  async app(t, stage, queue) {
    const connection = new AmqpConnection({ url: stage.url });
    t.after(() => connection.close());
    return (settings) => connection.put({ routingKey: queue, data: 1, ...settings });
  },
};
