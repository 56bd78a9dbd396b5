import { ConfigurationError } from '../../errors.js';
import { assertNames } from '../common/assert-names.js';
import { amqplibTable } from '../frames/amqplib-table.js';
import type { Arguments, Declaration } from './declaration.js';

/** What of a declaration is looked at before it is sent. */
interface Writable {
  /** Of what is declared, or of what is bound. */
  readonly name: string;
  readonly args: Record<string, unknown> | undefined;
}

/**
 * A declaration as amqplib takes it.
 * @throws ConfigurationError for names that are no texts or have no room, for exchange types that no broker has, and for
 * arguments that AMQP cannot carry
 */
export function writable(declaration: Declaration): Writable {
  assertNames(namesIn(declaration));
  if (declaration.kind === 'exchange' && !declaration.passive) assertExchangeType(declaration);
  const args = argumentsOf(declaration);
  const name = 'name' in declaration ? declaration.name : boundBy(declaration);
  return { name, args: args && amqplibTable(args, `arguments of '${name}'`) };
}

/** RabbitMQ 3 closes the whole connection for one that it does not know. */
function assertExchangeType({ name, type }: { readonly name: string; readonly type: string }): void {
  if (['direct', 'topic', 'fanout', 'headers'].includes(type) || /^x-./.test(type)) return;
  throw new ConfigurationError(
    `The exchange '${name}' has the type '${type}', which there is not: it must be 'direct', 'topic', 'fanout', 'headers', or one of a plugin ('x-…').`,
  );
}

function boundBy(binding: Exclude<Declaration, { readonly name: string }>): string {
  return binding.kind === 'binding' ? binding.queue : binding.destination;
}

function argumentsOf(declaration: Declaration): Arguments | undefined {
  return 'options' in declaration ? declaration.options.arguments : declaration.arguments;
}

/** By what each is, for people. */
function namesIn(declaration: Declaration): Readonly<Record<string, unknown>> {
  switch (declaration.kind) {
    case 'exchange':
      return { exchange: declaration.name, 'exchange type': declaration.type };
    case 'queue':
      return { queue: declaration.name };
    case 'binding':
      return {
        queue: declaration.queue,
        exchange: declaration.exchange,
        'routing key': declaration.routingKey,
      };
    case 'exchange-binding':
      return {
        exchange: declaration.destination,
        'source exchange': declaration.source,
        'routing key': declaration.routingKey,
      };
  }
}
