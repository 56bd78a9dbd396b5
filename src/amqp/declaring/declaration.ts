import type { Channel, Options } from 'amqplib';
import { writable } from './writable-declaration.js';

/** Values for the `arguments` table of a declaration. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Something that must exist at the broker. Declaring it twice alike changes nothing. */
export type Declaration =
  | {
      readonly kind: 'exchange';
      readonly name: string;
      readonly type: string;
      readonly passive: boolean;
      readonly options: Options.AssertExchange;
    }
  | {
      readonly kind: 'queue';
      readonly name: string;
      readonly passive: boolean;
      readonly options: Options.AssertQueue;
      /** Takes one that is there already and is not durable as it is, instead of an error (406). */
      readonly orTransient?: boolean | undefined;
    }
  | {
      readonly kind: 'binding';
      readonly exchange: string;
      readonly queue: string;
      readonly routingKey: string;
      readonly arguments?: Arguments | undefined;
    }
  | {
      readonly kind: 'exchange-binding';
      readonly source: string;
      readonly destination: string;
      readonly routingKey: string;
      readonly arguments?: Arguments | undefined;
    };

/** Asks the broker for it. Rejects with what amqplib makes of the answer. @throws ConfigurationError; see writable */
export async function declare(channel: Channel, declaration: Declaration): Promise<unknown> {
  const { name, args } = writable(declaration);
  switch (declaration.kind) {
    case 'exchange':
      if (declaration.passive) return await channel.checkExchange(name);
      return await channel.assertExchange(name, declaration.type, {
        ...declaration.options,
        arguments: args,
      });
    case 'queue':
      if (declaration.passive) return await channel.checkQueue(name);
      return await channel.assertQueue(name, { ...declaration.options, arguments: args });
    case 'binding':
      return await channel.bindQueue(name, declaration.exchange, declaration.routingKey, args);
    case 'exchange-binding':
      return await channel.bindExchange(name, declaration.source, declaration.routingKey, args);
  }
}

/** What it is, for people. */
export function described(declaration: Declaration): string {
  switch (declaration.kind) {
    case 'exchange':
      return `exchange '${declaration.name}' (${declaration.type})`;
    case 'queue':
      return `queue '${declaration.name}'`;
    case 'binding':
      return `the binding of queue '${declaration.queue}' to exchange '${declaration.exchange}' by '${declaration.routingKey}'`;
    case 'exchange-binding':
      return `the binding of exchange '${declaration.destination}' to exchange '${declaration.source}' by '${declaration.routingKey}'`;
  }
}

/** The queue that it declares or binds; undefined for what has to do with exchanges only. */
export function queueOf(declaration: Declaration): string | undefined {
  if (declaration.kind === 'queue') return declaration.name;
  return declaration.kind === 'binding' ? declaration.queue : undefined;
}

/** Whether it binds `other`: without that it would be refused, too. */
export function binds(declaration: Declaration, other: Declaration): boolean {
  switch (declaration.kind) {
    case 'binding':
      return isQueue(other, declaration.queue) || isExchange(other, declaration.exchange);
    case 'exchange-binding':
      return isExchange(other, declaration.source) || isExchange(other, declaration.destination);
    default:
      return false;
  }
}

function isQueue(declaration: Declaration, name: string): boolean {
  return declaration.kind === 'queue' && declaration.name === name;
}

function isExchange(declaration: Declaration, name: string): boolean {
  return declaration.kind === 'exchange' && declaration.name === name;
}

/** A key of a declaration, equal for declarations that are alike. */
export function keyOf(declaration: Declaration): string {
  return JSON.stringify(declaration, (_name, value) => (typeof value === 'bigint' ? `${value}n` : value));
}
