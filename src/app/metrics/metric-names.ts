import { ConfigurationError } from '../../errors.js';

/** Looks at what a metric's name begins with. @throws ConfigurationError for what none can have, saying whose it is */
export function checkedPrefix(what: string, text: string): string {
  if (/^[\w:]*$/.test(text)) return text;
  throw new ConfigurationError(
    `${what} is '${text}'. Names of metrics have letters, digits and underscores only: try '${text.replace(/[^\w:]/g, '_')}'.`,
  );
}

/**
 * Makes a metric of prom-client.
 * @throws ConfigurationError for names and labels that cannot be or are taken, saying which metric it is
 */
export function made<Metric>(name: string, make: () => Metric): Metric {
  try {
    return make();
  } catch (cause) {
    throw new ConfigurationError(`The metric '${name}' cannot be: ${(cause as Error).message}`, { cause });
  }
}
