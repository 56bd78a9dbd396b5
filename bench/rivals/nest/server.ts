import 'reflect-metadata';
import type { INestMicroservice, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, type MicroserviceOptions, Payload, type RmqContext } from '@nestjs/microservices';
import { optionsOf } from './options.js';

class Root {}

/** A service that consumes with this controller, and does not say that a message is done until the controller does. */
export async function serve(url: string, controller: Type): Promise<INestMicroservice> {
  const { transport, options } = optionsOf(url);
  const root = { module: Root, controllers: [controller] };
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(root, {
    transport,
    options: { ...options, noAck: false, prefetchCount: 100 },
    logger: ['error', 'warn'],
  });
  await service.listen();
  return service;
}

/** Marks parameters as content and context. The linter does not take decorators at parameters, so they are called. */
export function withContext(prototype: object, method: string): void {
  Payload()(prototype, method, 0);
  Ctx()(prototype, method, 1);
}

/** Acks as Nest's documentation has it. */
export function ack(context: RmqContext): void {
  context.getChannelRef().ack(context.getMessage());
}
