import type { ChannelModel } from 'amqplib';
import { ConnectionLostError, toError } from '../../errors.js';
import { closeInTime } from '../common/close-in-time.js';
import { brokerText } from './broker-error.js';
import type { Dialled } from './dial.js';

/**
 * Makes a connection ready before anybody else sees it.
 * @throws ConnectionLostError, which says why, when it was lost meanwhile; else what `prepare` throws. It is closed then.
 */
export async function setUp(
  { model, cutOff }: Dialled,
  prepare: (model: ChannelModel) => Promise<void>,
): Promise<void> {
  let loss: { readonly reason: Error | undefined } | undefined;
  const onClose = (reason?: Error): void => {
    loss = { reason };
  };
  model.once('close', onClose);
  try {
    await prepare(model);
  } catch (thrown) {
    // n.b. read after the close, which the connection may have been about to lose as well.
    const cause = toError(thrown);
    const wasLost = loss !== undefined;
    if (!(await closeInTime(model))) cutOff();
    throw wasLost ? lostInSetUp(cause) : cause;
  } finally {
    model.off('close', onClose);
  }
  if (loss) throw lostInSetUp(loss.reason);
}

function lostInSetUp(cause: Error | undefined): ConnectionLostError {
  const why = cause ? `: ${brokerText(cause)}` : '.';
  return new ConnectionLostError(`The connection was lost while it was being set up${why}`, { cause });
}
