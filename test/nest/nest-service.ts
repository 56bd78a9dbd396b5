import type { Type } from '@nestjs/common';
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
import type { Stage } from '../support/stage/stage.js';

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

/** Starts a Nest service of these controllers on a queue, as its documentation has it; it takes messages then, and ends with the test. */
export async function startNest(
  t: Owner,
  { url, side }: Pick<Stage, 'url' | 'side'>,
  queue: string,
  controllers: readonly Type[],
  more: Partial<Options> = {},
): Promise<void> {
  @Module({ controllers: [...controllers] })
  class App {}
  const options = { ...nestOptions(url, queue, more), ...quiet };
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(App, options);
  t.after(async () => {
    // Its last answer is confirmed by the time that the broker has told this; else a promise of its own would reject when it closes.
    await side.look(queue);
    await app.close();
  });
  await app.listen();
  await side.waitForConsumers(queue, 1);
}

/** A client of a Nest service, closed after the test. */
export async function nestClient(t: Owner, options: RmqOptions): Promise<ClientProxy> {
  const client = ClientProxyFactory.create(options);
  t.after(async () => await client.close());
  await client.connect();
  return client;
}
