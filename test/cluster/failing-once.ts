import type { TestContext } from 'node:test';
import { type Content, GenericProducer, type HandlerContext, MessageProcessor } from 'waybill';
import { patient, type QuorumPlace } from './load.js';

/** Fails each number the first time, and is done with it the second time. */
export class FailingOnce extends MessageProcessor {
  static override readonly retry = { attempts: 10, delayMs: 1_500, factor: 1 };
  /** The numbers it is done with. */
  readonly done = new Set<unknown>();
  runs = 0;
}
FailingOnce.handle('command', 'count', function ({ parameters }: Content, { headers }: HandlerContext) {
  this.runs++;
  if (headers['x-waybill-failures'] === undefined) throw new Error('the first time it fails');
  this.done.add(parameters);
});

class Sending extends GenericProducer {}

/** Starts one for a queue, and a producer for it. */
export async function startFailingOnce(t: TestContext, place: QuorumPlace, url: string) {
  const processor = new FailingOnce({ ...patient(url), eqks: place.eqks });
  const sending = new Sending(patient(url));
  t.after(() => Promise.all([processor.close(), sending.close()]));
  await processor.start();
  await sending.open();
  return { processor, producer: sending.with({ eks: [[place.exchange, 'key']] }) };
}
