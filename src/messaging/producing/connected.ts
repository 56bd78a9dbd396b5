import type { GenericProducer } from './producer.js';
import type { OpenNames, Proxied } from './proxied.js';

/** A concrete producer class, as `connect` is called on. */
export type ProducerClass = (new (
  ...args: never[]
) => GenericProducer) & {
  /** What becomes of `message_x` where no builder declares it. See `undeclared` of {@link GenericProducer}. */
  readonly undeclared: 'refuse' | 'send';
};

/** What `connect` gives: the producer with the methods of its builders. */
export type Connected<Class extends ProducerClass> = Class['undeclared'] extends 'send'
  ? Proxied<InstanceType<Class>> & OpenNames
  : Proxied<InstanceType<Class>>;
