import { RabbitRPC } from '@golevelup/nestjs-rabbitmq';
import type { Assignment, Part } from '../../candidates/part.js';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { Answers } from '../common/answers.js';
import { open as connect, source } from './context.js';

const answers = new Answers();

class Answerer {
  @RabbitRPC(source)
  async onAsk(request: RawEnvelope): Promise<Buffer> {
    return answers.to(request);
  }
}

export async function open({ url }: Assignment): Promise<Part> {
  const { close } = await connect(url, [Answerer]);
  return answers.part(close);
}
