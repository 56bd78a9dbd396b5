import type { Declaration } from './declaration.js';

const deadLetterArgument = 'x-dead-letter-exchange';

/** Whether a queue is declared here with a dead-letter exchange; one that a policy of the broker adds is not seen. */
export function hasDeadLetterExchange(declarations: readonly Declaration[], queue: string): boolean {
  return declarations.some(
    (each) =>
      each.kind === 'queue' && each.name === queue && deadLetterArgument in (each.options.arguments ?? {}),
  );
}
