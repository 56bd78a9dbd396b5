import { type RmqOptions, Transport } from '@nestjs/microservices';
import { names } from '../../candidates/common/names.js';
import type { Assignment } from '../../candidates/part.js';

/** For clients and servers; the queue is there already, or is meant to be missing. */
export function optionsOf(url: string): Required<RmqOptions> {
  return {
    transport: Transport.RMQ,
    options: {
      urls: [url],
      queue: names.queue,
      queueOptions: { durable: true },
      noAssert: true,
      socketOptions: { connectionOptions: { noDelay: true } },
    },
  };
}

/** What the base's envelope says, and Nest's does not: the text takes its place. */
const SPARED_BYTES = 140;

/** The same amount of bytes in an envelope of Nest's. */
export function sameBytes(assignment: Assignment): Assignment {
  return { ...assignment, bodyBytes: assignment.bodyBytes + SPARED_BYTES };
}
