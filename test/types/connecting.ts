import { expectTypeOf } from 'expect-type';
import { Fingerprint, GenericProducer, MessageCommand, type ProducerOptions, type Proxied } from 'waybill';
import { PingProducer } from './ping.js';
import { typeCase } from './type-case.js';

class TenantProducer extends GenericProducer {
  readonly tenant: string;

  constructor(tenant: string, options: ProducerOptions & { readonly region?: string } = {}) {
    super(options);
    this.tenant = tenant;
  }

  build_message_hello() {
    return new MessageCommand('hello', { tenant: this.tenant });
  }
}

typeCase('connect takes the arguments of the constructor', async () => {
  const producer = await TenantProducer.connect('acme', { region: 'eu', url: 'amqp://localhost' });
  expectTypeOf(producer).toEqualTypeOf<Proxied<TenantProducer>>();
  expectTypeOf(producer.tenant).toEqualTypeOf<string>();
  await producer.message_hello();
});

typeCase('connect misses an argument of the constructor', async () => {
  // @ts-expect-error Expected 1-2 arguments, but got 0.
  await TenantProducer.connect();
});

typeCase('connect gets a wrong argument of the constructor', async () => {
  // @ts-expect-error Argument of type 'number' is not assignable to parameter of type 'string'.
  await TenantProducer.connect(5);
  // @ts-expect-error Type 'number' is not assignable to type 'string'.
  await TenantProducer.connect('acme', { region: 5 });
});

typeCase('options have the names they have', async () => {
  // @ts-expect-error 'uri' does not exist in type 'ProducerOptions'.
  await PingProducer.connect({ uri: 'amqp://localhost' });
  // @ts-expect-error Type 'string' is not assignable to type 'number'.
  await PingProducer.connect({ connectTimeoutMs: '5s' });
});

typeCase('a fingerprint is a Fingerprint or any plain object', async () => {
  await PingProducer.connect({ fingerprint: new Fingerprint({ name: 'sender', pid: 7 }) });
  await PingProducer.connect({ fingerprint: { name: 'sender', zone: 'a' } });
  // @ts-expect-error Type 'string' is not assignable to type
  await PingProducer.connect({ fingerprint: 'sender' });
  // @ts-expect-error and 'nmae' does not exist in type
  return new Fingerprint({ nmae: 'sender' });
});

typeCase('a fingerprint can be taken apart', () => {
  const fingerprint = new Fingerprint();
  expectTypeOf(fingerprint.asTuple()).toEqualTypeOf<
    readonly [name: string, type: string, pid: string, host: string, user: string, vhost: string]
  >();
  // @ts-expect-error Cannot assign to 'name' because it is a read-only property.
  fingerprint.name = 'other';
});

typeCase('a producer can be held by `await using`', async () => {
  await using producer = await PingProducer.connect();
  await producer.message_ping();
});

typeCase('an abstract producer cannot connect', async () => {
  abstract class Abstract extends GenericProducer {
    abstract build_message_x(): MessageCommand;
  }
  // @ts-expect-error Cannot assign an abstract constructor type to a non-abstract constructor type.
  await Abstract.connect();
});
