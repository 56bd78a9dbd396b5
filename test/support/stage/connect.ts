import type { TestContext } from 'node:test';
import {
  type Connected,
  type GenericProducer,
  type ProducerClass,
  type ProducerOptions,
  silentLogger,
} from 'waybill';

/** Connects a producer with its typed methods; it is closed after the test. */
export async function connect<Class extends ProducerClass>(
  t: TestContext,
  stage: { readonly url: string },
  Producer: Class,
  options: ProducerOptions = {},
): Promise<Connected<Class>> {
  // The constructors of these tests are the inherited one.
  const Plain = Producer as unknown as typeof GenericProducer;
  const producer = await Plain.connect({ url: stage.url, logger: silentLogger, ...options });
  t.after(() => producer.close());
  return producer as unknown as Connected<Class>;
}
