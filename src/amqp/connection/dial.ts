import { type ChannelModel, connect, credentials } from 'amqplib';
import { inOwnContext } from '../../common/own-context.js';
import { startTimer } from '../../common/timers.js';
import { ConnectError, toError } from '../../errors.js';
import { joinWrites, readBy, tellingSocket } from '../frames/amqplib-internals.js';
import { FrameInlet } from '../frames/frame-inlet.js';
import { HandshakeListener, type HandshakeWords } from '../frames/handshake-words.js';
import { type Address, masked } from './address.js';
import { explain } from './connect-explanations.js';
import { askCredentials, type Credentials } from './credentials.js';
import { explainRefusal } from './refused-handshake.js';
import type { Settings } from './settings.js';

/** A connection that is open. */
export interface Dialled {
  readonly model: ChannelModel;
  /** Ends its socket without a word, where the peer does not answer any more. */
  readonly cutOff: () => void;
}

/**
 * Opens one connection: each address in turn until one lets us in.
 * @param name shown by the broker's management page (`connection_name`).
 * @param closing ends the attempt.
 * @param isFirst true where the broker was never reached: its errors say how to start one.
 * @throws ConnectError naming each address, why it failed, and what to do.
 */
export async function dial(
  settings: Settings,
  name: string,
  closing: AbortSignal,
  isFirst = false,
): Promise<Dialled> {
  const failures: Failure[] = [];
  for (const address of settings.addresses) {
    const attempt: Attempt = { address };
    try {
      const dialled = await dialOne(attempt, settings, name, closing);
      joinWrites(dialled.model);
      if (process.env['WAYBILL_PLAIN_AMQPLIB'] !== 'true')
        readBy(dialled.model, (internals) => new FrameInlet(internals));
      return dialled;
    } catch (thrown) {
      failures.push({ ...attempt, error: toError(thrown) });
    }
  }
  throw connectError(failures, settings, isFirst);
}

/** An address that is tried: with those who log in there, and what the broker said to them, as soon as that is known. */
interface Attempt {
  address: Address;
  refusal?: HandshakeWords | undefined;
}

interface Failure extends Attempt {
  readonly error: Error;
}

async function dialOne(
  attempt: Attempt,
  settings: Settings,
  name: string,
  closing: AbortSignal,
): Promise<Dialled> {
  closing.throwIfAborted();
  const socket = new AbortController();
  const cutOff = (): void => socket.abort();
  // n.b. amqplib's own `timeout` begins anew with each byte that comes, so a slow peer could hold us for ever.
  const stopTimer = startTimer(settings.connectTimeoutMs, cutOff);
  closing.addEventListener('abort', cutOff);
  try {
    const who = await askCredentials(attempt.address.credentials, socket.signal);
    attempt.address = { ...attempt.address, credentials: who };
    return { model: await logIn(attempt, who, settings, name, socket.signal), cutOff };
  } finally {
    stopTimer();
    closing.removeEventListener('abort', cutOff);
  }
}

async function logIn(
  attempt: Attempt,
  who: Credentials,
  settings: Settings,
  name: string,
  signal: AbortSignal,
): Promise<ChannelModel> {
  const { protocol, hostname, port, heartbeatSeconds } = attempt.address;
  // n.b. amqplib unescapes the vhost once more, even of an object.
  const vhost = encodeURIComponent(settings.vhost);
  const socket = {
    ...(protocol === 'amqps' ? settings.tls : {}),
    credentials: who === 'external' ? credentials.external() : credentials.plain(who.username, who.password),
    // Without noDelay Nagle's algorithm makes a call take 44 ms instead of 0.25 ms.
    noDelay: true,
    keepAlive: true,
    keepAliveDelay: 30_000,
    signal,
    timeout: 0,
    clientProperties: { connection_name: name },
  };
  const address = { protocol, hostname, port, vhost, heartbeat: heartbeatSeconds, frameMax: 131_072 };
  let listener: HandshakeListener | undefined;
  // All that ever comes over it comes in the context that it is made in.
  const connecting = tellingSocket(
    protocol,
    () => inOwnContext(() => connect(address, socket)),
    (opened) => {
      listener = new HandshakeListener(opened);
    },
  );
  try {
    return await connecting;
  } finally {
    listener?.stop();
    attempt.refusal = listener?.words;
  }
}

function connectError(failures: readonly Failure[], { vhost }: Settings, isFirst: boolean): ConnectError {
  const explained = failures.map(({ error, address, refusal }) => {
    return {
      address,
      ...(refusal ? explainRefusal(refusal, address, vhost) : explain(error, address, vhost)),
    };
  });
  const lines = explained.map(({ address, text, hint }) => {
    return `${masked(address, vhost)}: ${text}${isFirst && hint ? ` ${hint}` : ''}`;
  });
  const [only] = lines;
  const text = lines.length === 1 ? only : `none of ${lines.length} addresses:\n  ${lines.join('\n  ')}`;
  const temporary = explained.some((each) => each.temporary);
  const replyCode = explained.at(-1)?.replyCode;
  return new ConnectError(`Cannot connect to ${text}`, {
    cause: failures.at(-1)?.error,
    temporary,
    replyCode,
  });
}
