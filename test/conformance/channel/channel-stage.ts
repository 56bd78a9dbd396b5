import type { TestContext } from 'node:test';
import { type Channel, Connection, type ConnectionOptions } from 'waybill/channel';
import { type Log, recordingLog, type Stage } from '../../support/stage/stage.js';

export { type Log, type Stage, useStage, waitForLength } from '../../support/stage/stage.js';

/** A connection to the broker of the file, closed after the test, with what it told people. */
export async function connect(
  t: TestContext,
  stage: Pick<Stage, 'url'>,
  options: ConnectionOptions = {},
): Promise<{ readonly connection: Connection; readonly log: Log }> {
  const log = recordingLog();
  const connection = await Connection.open({ url: stage.url, logger: log, ...options });
  t.after(() => connection.close());
  return { connection, log };
}

/** A channel of a connection of its own. */
export async function newChannel(t: TestContext, stage: Pick<Stage, 'url'>): Promise<Channel> {
  const { connection } = await connect(t, stage);
  return await connection.channel();
}
