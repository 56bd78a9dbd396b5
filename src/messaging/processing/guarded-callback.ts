import { FailurePolicy, type Link } from '../../amqp/index.js';
import { refuseGenerated } from '../../common/generators.js';
import { isPromiseLike } from '../../common/when-done.js';
import { Settlement } from '../../component/index.js';
import type { DeliveryCallback } from './consumer-options.js';

/** What a guarded callback needs of its consumer. */
interface CallbackOwner {
  readonly link: Link;
  hasDeadLetterExchange(queue: string): boolean;
}

/** The same callback, of which nothing comes back: a delivery for which it throws is a failed one, unless it has settled it. */
export function guardCallback(callback: DeliveryCallback, owner: CallbackOwner): DeliveryCallback {
  const { name } = owner.constructor;
  const failures = new FailurePolicy(owner.link, {
    onFailure: 'park',
    component: { name },
    hasDeadLetterExchange: (queue) => owner.hasDeadLetterExchange(queue),
  });
  const settlement = new Settlement({ name, logger: owner.link.logger, failures });
  return (delivery) => {
    // n.b. what it has settled already stays so.
    const failed = (thrown: unknown): void =>
      settlement.failed(delivery, { handler: 'the callback', title: 'a message' }, thrown);
    try {
      const returned: unknown = refuseGenerated(callback(delivery));
      return isPromiseLike(returned) ? Promise.resolve(returned).then(refuse).catch(failed) : undefined;
    } catch (thrown) {
      return failed(thrown);
    }
  };
}

function refuse(given: unknown): void {
  refuseGenerated(given);
}
