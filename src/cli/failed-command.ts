import { type FailedMessage, FailedQueue, failedQueueName, Link } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { isWaybillError, toError } from '../errors.js';
import type { Output } from './broker-command.js';
import type { FailedCommand } from './cli-arguments.js';

/** Lists, shows, replays or drops parked messages; resolves with the exit code. */
export async function runFailed(command: FailedCommand, output: Output): Promise<number> {
  let link: Link | undefined;
  try {
    link = Link.acquire({ url: command.url, connectionName: `waybill failed ${process.pid}` });
    return await act(new FailedQueue(link, command.queue), command, output);
  } catch (thrown) {
    output.error(explain(thrown, command.queue));
    return 1;
  } finally {
    await link?.close();
  }
}

async function act(
  failed: FailedQueue,
  { action, queue, ids }: FailedCommand,
  output: Output,
): Promise<number> {
  const missing = new Set(ids === 'all' ? [] : ids);
  const isChosen = ({ id }: FailedMessage): boolean =>
    missing.delete(id) || ids === 'all' || ids.includes(id);
  if (action === 'list' || action === 'show') {
    const found = (await failed.list()).filter(isChosen);
    for (const message of found) output.log(action === 'list' ? line(message) : page(message));
    if (action === 'list') output.log(`${found.length} in ${failedQueueName(queue)}`);
  } else {
    const count = action === 'replay' ? await failed.replay(isChosen) : await failed.drop(isChosen);
    output.log(action === 'replay' ? `${count} sent back to ${queue}` : `${count} dropped`);
  }
  return tellOfMissing([...missing], queue, output);
}

/** Somebody who names a message wants to know when it is not there. */
function tellOfMissing(ids: readonly string[], queue: string, output: Output): number {
  if (ids.length === 0) return 0;
  output.error(
    `Not in ${failedQueueName(queue)}: ${ids.join(', ')}. \`waybill failed list ${queue}\` tells what is.`,
  );
  return 1;
}

function line({ id, dossier, properties }: FailedMessage): string {
  const type = cut(properties.type ?? '?');
  if (!dossier) return `${cut(id, 255)}  ${type}  (not parked by Waybill)`;
  const { failedAt, attempts, error, message } = dossier;
  const [firstLine] = message.split('\n');
  const what = `${cut(failedAt)}  ${type}  ${cut(attempts)} x ${cut(error)}`;
  return `${cut(id, 255)}  ${what}: ${cut(firstLine, 500)}`;
}

function page({ id, dossier, origin, properties, content }: FailedMessage): string {
  const { headers: _headers, ...shown } = properties;
  const parts = { id, origin, dossier, properties: shown, body: bodyOf(content) };
  return JSON.stringify(parts, undefined, 2);
}

/** The body as JSON where it is some, else as text: whoever looks wants to see why it failed. */
function bodyOf(content: Buffer): unknown {
  const text = content.toString('utf8', 0, 64 * 1024);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function explain(thrown: unknown, queue: string): string {
  const missing =
    isWaybillError(thrown, 'TOPOLOGY_REFUSED') && (thrown as { replyCode?: number }).replyCode === 404;
  return missing
    ? `There is no queue ${failedQueueName(queue)}: nothing was ever parked there, or the queue has another name.`
    : toError(thrown).message;
}
