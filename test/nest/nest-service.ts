import type { INestApplicationContext, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  type MicroserviceOptions,
  type RmqOptions,
  Transport,
} from '@nestjs/microservices';
import type { Owner } from '../support/broker.js';

/** What Nest writes would be in the way of the report. */
const quiet: { readonly logger: false; readonly abortOnError: false } = {
  logger: false,
  abortOnError: false,
};

type Options = NonNullable<RmqOptions['options']>;

/** How both ends of Nest's transport reach a queue: durable, as ours are. */
export function nestOptions(url: string, queue: string, more: Partial<Options> = {}): RmqOptions {
  return {
    transport: Transport.RMQ,
    options: { urls: [url], queue, queueOptions: { durable: true }, ...more },
  };
}

/** Starts a Nest service of these controllers, as its documentation has it; it ends with the test. */
export async function startNest(
  t: Owner,
  controllers: readonly Type[],
  options: RmqOptions,
): Promise<INestApplicationContext> {
  @Module({ controllers: [...controllers] })
  class App {}
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(App, { ...options, ...quiet });
  // Its last answer may have no confirm yet, and then this rejects.
  t.after(async () => await app.close().catch(() => {}));
  await app.listen();
  return app;
}

/** A client of a Nest service, closed after the test. */
export async function nestClient(t: Owner, options: RmqOptions): Promise<ClientProxy> {
  const client = ClientProxyFactory.create(options);
  t.after(async () => await client.close());
  await client.connect();
  return client;
}
