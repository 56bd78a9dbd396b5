import { Controller } from '@nestjs/common';
import { EventPattern, type RmqContext } from '@nestjs/microservices';
import type { Parameters } from '../../candidates/common/parameters.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { Ticks } from '../common/ticks.js';
import { open as connect, sender } from './client.js';
import { sameBytes } from './options.js';
import { ack, serve, withContext } from './server.js';

const ticks = new Ticks();

@Controller()
class Receiver {
  @EventPattern('tick')
  onTick(parameters: Parameters, context: RmqContext): void {
    ticks.arrived(parameters);
    ack(context);
  }
}
withContext(Receiver.prototype, 'onTick');

export async function open(assignment: Assignment): Promise<Part> {
  const service = await serve(assignment.url, Receiver);
  const client = await connect(assignment.url, { persistent: true });
  return ticks.partOfParameters(sameBytes(assignment), sender(client), async () => {
    await service.close();
    await client.close();
  });
}
