import { ConfigurationError } from '../../errors.js';

/** Headers that can be sent. @throws ConfigurationError for a name or a value that none can have; it shows no value, which may be secret */
export function checkedHeaders(what: string, headers: Readonly<Record<string, string>> = {}): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      all.set(name, value);
    } catch {
      throw new ConfigurationError(
        `${what}: the header '${name}' cannot be sent. Mind its name, and line ends in its value.`,
      );
    }
  }
  return all;
}
