import type { TestContext } from 'node:test';
import { isWaybillError } from 'waybill';
import { AmqpConnection, type AmqpConnectionOptions, App, type AppOptions } from 'waybill/app';
import { uniqueName } from '../../support/broker.js';
import { type Log, recordingLog, type Stage } from '../../support/stage/stage.js';

export { type Log, recordingLog, type Stage, useStage, waitForLength } from '../../support/stage/stage.js';

/** True for what an app throws for an argument of the wrong kind: a TypeError, and one of the family, too. */
export function isWrongKind(thrown: unknown): boolean {
  return thrown instanceof TypeError && isWaybillError(thrown, 'CONFIGURATION');
}

/** An app under test and what it told people. */
export interface StagedApp<State extends object = Record<string, unknown>> {
  readonly app: App<State>;
  readonly connection: AmqpConnection;
  readonly log: Log;
}

/** How an app under test is made. */
export interface StagedOptions<State extends object>
  extends Omit<AppOptions<State>, 'logger' | 'connections'> {
  readonly connection?: AmqpConnectionOptions;
}

/** An app with one connection to the broker of the file; not started, closed after the test. */
export function newApp<State extends object = Record<string, unknown>>(
  t: TestContext,
  stage: Pick<Stage, 'url'>,
  { connection: more = {}, ...options }: StagedOptions<State> = {},
): StagedApp<State> {
  const log = recordingLog();
  const connection = new AmqpConnection({ url: stage.url, ...more });
  const app = new App<State>({ ...options, connections: [connection], logger: log });
  t.after(() => app.close().catch(() => {}));
  return { app, connection, log };
}

/** A queue that only this test uses. */
export async function newQueue(stage: Stage, args: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const queue = uniqueName('app');
  await stage.side.onChannel((channel) => channel.assertQueue(queue, { arguments: args }));
  return queue;
}

/** Puts values into a queue as JSON, in order, and waits until they are there. */
export async function fill(stage: Stage, queue: string, values: readonly unknown[]): Promise<void> {
  await stage.side.onChannel(async (channel) => {
    for (const value of values) channel.sendToQueue(queue, Buffer.from(JSON.stringify(value)));
    await channel.waitForConfirms();
  });
}

/** The numbers from 0 on. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
