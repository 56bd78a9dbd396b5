import type { TestContext } from 'node:test';
import type { StandardSchema } from 'waybill';
import {
  type CallRouteOptions,
  QueueWorker,
  type QueueWorkerOptions,
  type RouteOptions,
  RpcWorker,
  type RpcWorkerOptions,
} from 'waybill/workers';
import { type Log, recordingLog, type Stage } from '../../support/stage/stage.js';

/** A handler as these tests write it. */
// biome-ignore lint/suspicious/noExplicitAny: each test sends what its handler takes
type AnyHandler = (data: any, context: any) => unknown;

/** Runs a queue worker with one route; it is closed after the test. */
export async function startQueueWorker(
  t: TestContext,
  { url }: Stage,
  queue: string,
  handler: AnyHandler,
  options: QueueWorkerOptions & { readonly route?: RouteOptions & { readonly type?: StandardSchema } } = {},
): Promise<{ readonly worker: QueueWorker; readonly log: Log }> {
  const log = recordingLog();
  const worker = new QueueWorker({ url, logger: log }, options);
  worker.route(queue, options.route)(handler);
  t.after(() => worker.close());
  await worker.run();
  return { worker, log };
}

/** The same with an RPC worker. */
export async function startRpcWorker(
  t: TestContext,
  { url }: Stage,
  queue: string,
  handler: AnyHandler,
  options: RpcWorkerOptions & { readonly route?: CallRouteOptions } = {},
): Promise<{ readonly worker: RpcWorker; readonly log: Log }> {
  const log = recordingLog();
  const worker = new RpcWorker({ url, logger: log }, options);
  worker.route(queue, options.route)(handler);
  t.after(() => worker.close());
  await worker.run();
  return { worker, log };
}
