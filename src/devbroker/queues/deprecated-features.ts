import { AmqpError } from '../../protocol/index.js';
import type { DeprecatedFeature, Profile } from '../common/profile.js';
import type { QueueSettings } from './queue.js';

/** @throws AmqpError 541, which closes the connection, for a queue that needs a feature which is denied. */
export function checkFeatures(queue: QueueSettings, { deniedFeatures }: Profile): void {
  const denied = featuresOf(queue).find((feature) => deniedFeatures.includes(feature));
  if (denied === undefined) return;
  const text = `Feature \`${denied}\` is deprecated.\nBy default, this feature is not permitted anymore.\n`;
  throw new AmqpError('INTERNAL_ERROR', text);
}

function featuresOf({ durable, owner, arguments: args }: QueueSettings): readonly DeprecatedFeature[] {
  const features: DeprecatedFeature[] = [];
  if (!durable && owner === undefined) features.push('transient_nonexcl_queues');
  if (args['x-queue-master-locator'] !== undefined) features.push('queue_master_locator');
  return features;
}
