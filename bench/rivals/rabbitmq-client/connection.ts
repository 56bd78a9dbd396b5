import { Connection } from 'rabbitmq-client';

/** How many messages the broker hands out ahead, and how many handlers run: they do not wait for each other. */
export const qos = { prefetchCount: 100 };

/** One connection, without Nagle's algorithm. */
export async function open(url: string): Promise<Connection> {
  const connection = new Connection({ url, noDelay: true });
  // Without a listener an error would end the process before it could be told.
  connection.on('error', (error) => console.error(error));
  await connection.onConnect();
  return connection;
}
