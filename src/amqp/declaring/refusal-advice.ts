/** The exchange types of RabbitMQ's plugins, and where each comes from (RabbitMQ docs, Plugins). */
const pluginOf: Readonly<Record<string, string>> = {
  'x-delayed-message': 'rabbitmq_delayed_message_exchange',
  'x-consistent-hash': 'rabbitmq_consistent_hash_exchange',
  'x-random': 'rabbitmq_random_exchange',
  'x-recent-history': 'rabbitmq_recent_history_exchange',
  'x-modulus-hash': 'rabbitmq_sharding',
  'x-jms-topic': 'rabbitmq_jms_topic_exchange',
};

/** What an argument of the protocol is called where queues and exchanges are declared. */
const settingOf: Readonly<Record<string, string>> = {
  durable: 'durable',
  auto_delete: 'autoDelete',
  exclusive: 'exclusive',
  internal: 'internal',
  type: 'exchangeType',
};

/**
 * What helps where the broker refuses a declaration, as a sentence behind its words; `''` where they say enough. Its own advice
 * is cut off after 255 bytes.
 */
export function adviceOn(words: string): string {
  const [, feature] = /Feature `(\w+)` is deprecated/.exec(words) ?? [];
  if (feature !== undefined) return adviceOnFeature(feature);
  if (words.includes('inequivalent arg')) return adviceOnDifference(words);
  const [, type] = /unknown exchange type '([^']*)'/.exec(words) ?? [];
  return type === undefined ? '' : adviceOnType(type);
}

/** What helps where a queue is not there that others declare. */
export function adviceOnMissing(words: string): string {
  return /^NOT_FOUND - no queue /.test(words)
    ? ' It is not there, or not any more: whoever owns it has to declare it.'
    : '';
}

function adviceOnFeature(feature: string): string {
  const instead =
    feature === 'transient_nonexcl_queues'
      ? 'Declare the queue durable, or exclusive'
      : 'Declare it without that feature';
  return ` ${instead}, or permit it in the configuration of the broker: deprecated_features.permit.${feature} = true.`;
}

/** What is there already was declared otherwise, mostly by a program of before (406). Only the first difference is told. */
function adviceOnDifference(words: string): string {
  const [, argument = '', kind, current] =
    /inequivalent arg '([^']*)' for (\w+) .* but current is (?:'(\w+)'|none|the value)/.exec(words) ?? [];
  const setting = settingOf[argument];
  if (kind === undefined) return '';
  const otherwise = `or delete the ${kind}, where nobody needs it as it is.`;
  if (setting === undefined || current === undefined)
    return ` Declare it with the arguments that it has, ${otherwise}`;
  return kind === 'queue'
    ? ` Write ${setting}: ${current} for it, in eqks as { name, flags: { ${setting}: ${current} } }; ${otherwise}`
    : ` Write ${setting} = ${setting === 'exchangeType' ? `'${current}'` : current} in its class; ${otherwise}`;
}

function adviceOnType(type: string): string {
  const plugin = pluginOf[type];
  return plugin === undefined
    ? ' Enable the plugin that brings it on each node of the broker, or use direct, topic, fanout or headers.'
    : ` It comes with a plugin: rabbitmq-plugins enable ${plugin}, on each node of the broker.`;
}
