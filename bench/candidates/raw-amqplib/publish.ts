import { names } from '../common/names.js';
import { parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import type { Assignment, Part } from '../part.js';
import { open as connect } from './connection.js';
import { encode, persistent } from './envelope.js';

export async function open({ url, inFlight, bodyBytes }: Assignment): Promise<Part> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const parameters = parametersOf(bodyBytes);
  return {
    run: (count) =>
      pump(count, inFlight, (index, done) => {
        const content = encode('message', 'tick', parameters(index));
        channel.publish(names.exchange, names.routingKey, content, persistent, done);
      }),
    close: () => connection.close(),
  };
}
