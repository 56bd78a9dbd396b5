import { RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import type { Assignment, Part } from '../../candidates/part.js';
import type { RawEnvelope } from '../../candidates/raw-amqplib/envelope.js';
import { Ticks } from '../common/ticks.js';
import { open as connect, source } from './context.js';

const ticks = new Ticks();

class Receiver {
  @RabbitSubscribe(source)
  async onTick(envelope: RawEnvelope): Promise<void> {
    ticks.handle(envelope);
  }
}

export async function open(assignment: Assignment): Promise<Part> {
  const { send, close } = await connect(assignment.url, [Receiver]);
  return ticks.part(assignment, send, close);
}
