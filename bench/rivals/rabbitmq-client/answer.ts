import type { Assignment, Part } from '../../candidates/part.js';
import { Answers } from '../common/answers.js';
import { open as connect } from './connection.js';
import { consume } from './consumer.js';

export async function open({ url }: Assignment): Promise<Part> {
  const connection = await connect(url);
  const answers = new Answers();
  const consumer = await consume(connection, ({ body }, reply) =>
    reply(answers.to(body), { contentType: 'application/json' }),
  );
  return answers.part(async () => {
    await consumer.close();
    await connection.close();
  });
}
