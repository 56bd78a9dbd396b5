import { ConfigurationError } from '../../errors.js';

/**
 * Loads packages that only some apps need, and that are installed by whoever needs them.
 * @param purpose begins the sentence that a person reads when they are missing: "HTTP needs".
 * @throws ConfigurationError saying what to install
 */
export async function optional<T>(
  purpose: string,
  packages: readonly string[],
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (thrown) {
    throw explained(purpose, packages, thrown);
  }
}

/** The error for a package that is not there; anything else as it is. */
function explained(purpose: string, packages: readonly string[], thrown: unknown): unknown {
  const { code, message = '' } = thrown as { readonly code?: unknown; readonly message?: string };
  const isAbsent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  if (!isAbsent || !packages.some((name) => message.includes(`'${name}'`))) return thrown;
  return new ConfigurationError(
    `${purpose} what is not installed: ${packages.join(' and ')}. Run: npm install ${packages.join(' ')}`,
    { cause: thrown },
  );
}

/**
 * The same for a package in CommonJS, at once: for one that is needed before anything is awaited, or whose types ask for
 * those of browsers.
 * @throws ConfigurationError saying what to install
 */
export function required<T>(purpose: string, packages: readonly string[], load: () => T): T {
  try {
    return load();
  } catch (thrown) {
    throw explained(purpose, packages, thrown);
  }
}
