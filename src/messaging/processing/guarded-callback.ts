import { type Delivery, FailurePolicy, type Link } from '../../amqp/index.js';
import { isControlFlow } from '../../common/control-flow.js';
import { refuseGenerated } from '../../common/generators.js';
import { isPromiseLike } from '../../common/when-done.js';
import { toError } from '../../errors.js';
import type { DeliveryCallback } from './consumer-options.js';

/** What a guarded callback needs of its consumer. */
interface CallbackOwner {
  readonly link: Link;
  hasDeadLetterExchange(queue: string): boolean;
}

/** The same callback, of which nothing comes back: a delivery for which it throws is a failed one, unless it has settled it. */
export function guardCallback(callback: DeliveryCallback, owner: CallbackOwner): DeliveryCallback {
  const failures = new FailurePolicy(owner.link, {
    onFailure: 'park',
    component: { name: owner.constructor.name },
    hasDeadLetterExchange: (queue) => owner.hasDeadLetterExchange(queue),
  });
  const failed = (delivery: Delivery, thrown: unknown): void => {
    const error = toError(thrown);
    if (!isControlFlow(thrown, 'REJECT_MESSAGE')) failures.report(delivery, 'the callback', error);
    if (delivery.settled) return;
    if (isControlFlow(thrown, 'REJECT_MESSAGE')) delivery.reject();
    else void failures.settle(delivery, { error, handler: 'the callback' });
  };
  return (delivery) => {
    try {
      const returned: unknown = refuseGenerated(callback(delivery));
      return isPromiseLike(returned) ? ended(returned, (thrown) => failed(delivery, thrown)) : undefined;
    } catch (thrown) {
      return failed(delivery, thrown);
    }
  };
}

async function ended(returned: PromiseLike<unknown>, failed: (thrown: unknown) => void): Promise<void> {
  try {
    refuseGenerated(await returned);
  } catch (thrown) {
    failed(thrown);
  }
}
