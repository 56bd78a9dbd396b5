import amqp from 'amqplib';

/**
 * The exact version of the broker at this address, as it says itself.
 *
 * @throws Error when it cannot be reached.
 */
export async function serverVersion(url: string): Promise<string> {
  const model = await amqp.connect(url, { timeout: 10_000 });
  try {
    return String(model.connection.serverProperties.version);
  } finally {
    await model.close();
  }
}
