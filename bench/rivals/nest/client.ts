import { Logger } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { SendParameters } from '../common/publishing.js';
import { optionsOf } from './options.js';

export async function open(
  url: string,
  { persistent }: { readonly persistent: boolean },
): Promise<ClientProxy> {
  const { transport, options } = optionsOf(url);
  Logger.overrideLogger(['error', 'warn']);
  const client = ClientProxyFactory.create({ transport, options: { ...options, persistent } });
  await client.connect();
  return client;
}

/** Emits an event; it is complete when the broker has it. */
export function sender(client: ClientProxy): SendParameters {
  return (parameters) => lastValueFrom(client.emit('tick', parameters), { defaultValue: undefined });
}
