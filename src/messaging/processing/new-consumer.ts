import { connectionName, identify } from '../../component/index.js';
import type { Member } from '../../network/index.js';
import { checkTaking } from './checked-settings.js';
import type { GenericConsumer } from './consumer.js';
import type { LifeOptions } from './processor-life.js';
import { given } from './processor-options.js';

/** What takes the messages of a life. @throws ConfigurationError */
export function newConsumer(
  { Class, options, subscribed }: LifeOptions,
  member: Member,
  answersCalls: boolean,
): GenericConsumer {
  checkTaking(Class);
  const { name, prefetch, concurrency, slowHandlerMs, consumerClass: Consumer } = Class;
  const identity = identify(options.fingerprint, name);
  const own = { connectionName: connectionName(identity), prefetch, concurrency, slowHandlerMs };
  const usual = [options.eqks ?? [], Class.eqks, Consumer.eqks].find((eqks) => eqks.length > 0) ?? [];
  return new Consumer({
    ...own,
    member,
    answersCalls,
    ...given(options),
    eqks: [...usual, ...subscribed.eqks],
    vhost: options.vhost ?? Class.vhost,
  });
}
