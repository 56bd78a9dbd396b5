import type { Channel, ChannelModel } from 'amqplib';
import { TopologyError, toError } from '../../errors.js';
import {
  advised,
  asTopologyError,
  brokerText,
  closesConnection,
  replyCode,
} from '../connection/broker-error.js';
import { onThrowAwayChannel } from '../connection/throw-away-channel.js';
import { type Declaration, declare, described } from './declaration.js';
import { adviceOn } from './refusal-advice.js';

type QueueDeclaration = Extract<Declaration, { readonly kind: 'queue' }>;

/** Where a list of declarations has come to its end too early. */
export interface Undeclared {
  /** What was under way. */
  readonly declaration: Declaration;
  /** What comes after it, and was not asked for. */
  readonly rest: readonly Declaration[];
  /** What went wrong: a TopologyError where the broker has refused it, and nothing but its channel was closed. */
  readonly error: Error;
  /**
   * Set where the broker has closed the whole connection: what that means if it did so because of this declaration. On a
   * connection that carries nothing else it did, on a shared one somebody else may be the reason.
   */
  readonly accusation: TopologyError | undefined;
}

/** Declares in order, on channels of its own. @returns undefined when all of it is there. */
export async function declareInOrder(
  model: ChannelModel,
  declarations: readonly Declaration[],
): Promise<Undeclared | undefined> {
  let done = 0;
  try {
    await onThrowAwayChannel(model, async (channel) => {
      for (; done < declarations.length; done++)
        await declareNamed(channel, declarations[done] as Declaration);
    });
    return undefined;
  } catch (thrown) {
    const declaration = declarations[done];
    if (!declaration) throw thrown;
    const rest = declarations.slice(done + 1);
    const error = toError(thrown);
    if (isThereTransient(declaration, error)) {
      return await declareInOrder(model, [{ ...declaration, passive: true }, ...rest]);
    }
    return { declaration, rest, error, accusation: accusationOf(declaration, error) };
  }
}

async function declareNamed(channel: Channel, declaration: Declaration): Promise<void> {
  try {
    await declare(channel, declaration);
  } catch (thrown) {
    throw asTopologyError(thrown, described(declaration), adviceOn);
  }
}

/** Only the first difference is told (406), and `durable` is the first that RabbitMQ looks at. */
function isThereTransient(declaration: Declaration, { message }: Error): declaration is QueueDeclaration {
  const takesIt = declaration.kind === 'queue' && declaration.orTransient === true && !declaration.passive;
  return takesIt && message.includes("inequivalent arg 'durable'");
}

function accusationOf(declaration: Declaration, { cause }: Error): TopologyError | undefined {
  if (!closesConnection(cause)) return undefined;
  const words = brokerText(cause);
  const text = `RabbitMQ refused ${described(declaration)} and closed the connection: ${advised(words, adviceOn(words))}`;
  return new TopologyError(text, { cause, replyCode: replyCode(cause) });
}
