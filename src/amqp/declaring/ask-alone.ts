import type { ChannelModel } from 'amqplib';
import type { TopologyError } from '../../errors.js';
import { closeInTime } from '../common/close-in-time.js';
import { dial } from '../connection/dial.js';
import type { Settings } from '../connection/settings.js';
import type { Declaration } from './declaration.js';
import { declareInOrder } from './declare-in-order.js';

/** Why the broker closes a connection for a declaration, on one where nobody else can be the reason. */
export type AskAlone = (declaration: Declaration) => Promise<TopologyError | undefined>;

/**
 * Asks for a declaration on a connection that is made for it and closed afterwards.
 *
 * Where the broker closes a connection (541), everybody's channels are gone, and its words name a feature, not a queue: it
 * may have been another declaration, or a message. Nobody else can be the reason here.
 *
 * @param name of the connection, for the broker's management page.
 * @param closing ends it.
 * @returns why the broker closes the connection for it; undefined where it does not.
 * @throws ConnectError, ConnectionLostError when it could not be asked.
 */
export async function askAlone(
  declaration: Declaration,
  settings: Settings,
  name: string,
  closing: AbortSignal,
): Promise<TopologyError | undefined> {
  const { model, cutOff } = await dial(settings, name, closing);
  // What it says is told by what was asked for.
  model.on('error', () => {});
  closing.addEventListener('abort', cutOff);
  try {
    return await verdictOn(declaration, model);
  } finally {
    closing.removeEventListener('abort', cutOff);
    if (!(await closeInTime(model))) cutOff();
  }
}

/** A refusal that closes its channel only is told to whoever declares it next. */
async function verdictOn(declaration: Declaration, model: ChannelModel): Promise<TopologyError | undefined> {
  const failed = await declareInOrder(model, [declaration]);
  if (failed && !failed.accusation && failed.error.name !== 'TopologyError') throw failed.error;
  return failed?.accusation;
}
