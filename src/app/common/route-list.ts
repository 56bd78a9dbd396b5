import { ConfigurationError } from '../../errors.js';

/** One or several, as a list. @throws ConfigurationError when there is none, or one is empty */
export function routeList(routes: string | readonly string[]): readonly string[] {
  const list = [routes].flat();
  if (list.length > 0 && list.every((each) => typeof each === 'string' && each !== '')) return list;
  throw new ConfigurationError('A route needs at least one name, and no name may be empty.');
}
