import { Controller } from '@nestjs/common';
import { MessagePattern, type RmqContext } from '@nestjs/microservices';
import type { Answer, Parameters } from '../../candidates/common/parameters.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { Answers } from '../common/answers.js';
import { ack, serve, withContext } from './server.js';

const answers = new Answers();

@Controller()
class Answerer {
  @MessagePattern('ask')
  onAsk(parameters: Parameters, context: RmqContext): Answer {
    ack(context);
    return answers.toParameters(parameters);
  }
}
withContext(Answerer.prototype, 'onAsk');

export async function open({ url }: Assignment): Promise<Part> {
  const service = await serve(url, Answerer);
  return answers.part(() => service.close());
}
