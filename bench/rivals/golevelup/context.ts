import 'reflect-metadata';
import { AmqpConnection, type RabbitMQConfig, RabbitMQModule } from '@golevelup/nestjs-rabbitmq';
import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { names } from '../../candidates/common/names.js';
import { persistent } from '../../candidates/raw-amqplib/envelope.js';
import type { Send } from '../common/publishing.js';

/** What is consumed; it is there already. */
export const source = { ...names, createQueueIfNotExists: false };

export interface Line {
  readonly connection: AmqpConnection;
  readonly send: Send;
  close(): Promise<void>;
}

class Root {}

/** An application without HTTP that has these handlers. */
export async function open(uri: string, handlers: readonly Type[] = []): Promise<Line> {
  const config: RabbitMQConfig = {
    uri,
    prefetchCount: 100,
    connectionManagerOptions: { connectionOptions: { noDelay: true } },
    exchanges: [{ name: names.exchange, createExchangeIfNotExists: false }],
    // The bodies are the same for all candidates.
    serializer: (body: Buffer) => body,
  };
  const root = { module: Root, imports: [RabbitMQModule.forRoot(config)], providers: [...handlers] };
  const context = await NestFactory.createApplicationContext(root, { logger: ['error', 'warn'] });
  const connection = context.get(AmqpConnection, { strict: false });
  return {
    connection,
    send: (body) => connection.publish(names.exchange, names.routingKey, body, persistent),
    close: () => context.close(),
  };
}
