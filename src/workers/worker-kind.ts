import type { Declaration, FailurePolicy } from '../amqp/index.js';
import type { Intake, Job } from '../component/index.js';
import type { Responder } from '../rpc/index.js';
import type { FingerprintStamp } from '../wire/index.js';
import type { Route } from './route.js';

/** @internal What makes a kind of worker. */
export interface WorkerKind {
  /** What the queue of a route needs to exist. */
  declarations(route: Route): readonly Declaration[];
  /** What its messages are. */
  readonly jobs: Job['kind'];
  /** Opens what it needs beside the queues, and gives what settles and answers. */
  serve(intake: Intake, component: FingerprintStamp): Promise<RouteServer>;
}

/** @internal What settles the messages of a worker, and answers those that are calls. */
export interface RouteServer {
  readonly failures: FailurePolicy;
  readonly responder?: Responder;
}
