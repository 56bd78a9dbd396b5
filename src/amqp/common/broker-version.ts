import type { ChannelModel } from 'amqplib';

/** Whether the broker of a connection is RabbitMQ of this version or a later one. False where it does not tell its version. */
export function isAtLeast(model: ChannelModel | undefined, wanted: `${number}.${number}`): boolean {
  const version: unknown = model?.connection.serverProperties['version'];
  const [major = 0, minor = 0] = typeof version === 'string' ? version.split('.').map(Number) : [];
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
