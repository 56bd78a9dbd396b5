import { duration, wholeNumber } from '../../common/numbers.js';
import { Roster } from '../../network/index.js';
import type { ReplyQueue } from '../../rpc/index.js';
import { failedCall, type RpcCommand } from '../../wire/index.js';
import { assertCategory } from './built.js';
import { type Gathered, Gathering, type GatherPlan } from './gathering.js';
import { callOptionsOf, type SendingDefaults } from './posting.js';
import type { GenericProducer } from './producer.js';
import type { CallSettings } from './producer-options.js';

const usualStallMs = 300;

/** Sends a call to all that its destination reaches, and takes their answers. Never rejects. */
export async function gatherWith<Answer>(
  { sender, callSettings }: GenericProducer,
  defaults: SendingDefaults,
  command: RpcCommand<Answer>,
): Promise<Gathered<Answer>> {
  try {
    assertCategory(command, 'rpc');
    const plan = planOf(callSettings, defaults);
    const endsAt = performance.now() + plan.timeoutMs;
    const { link } = sender.dispatch;
    const expected = plan.name === undefined ? undefined : await Roster.of(link).of(plan.name);
    const queue = (await sender.callLater(command, callSettings)) as ReplyQueue<Answer>;
    return await new Gathering(queue, { ...plan, endsAt }, expected, Roster.of(link)).end();
  } catch (thrown) {
    return failedGather(thrown);
  }
}

/** What a gather ends with that could not even begin. */
export function failedGather<Answer>(thrown: unknown): Gathered<Answer> {
  const { error } = failedCall(thrown);
  return { answers: [], missing: [], why: 'failed', error };
}

/** @throws ConfigurationError */
function planOf(settings: CallSettings, defaults: SendingDefaults): Omit<GatherPlan, 'endsAt'> {
  const { expect, quorum, stallMs = usualStallMs, signal } = settings;
  const { name } = defaults;
  return {
    name: typeof expect === 'string' ? expect : undefined,
    count: typeof expect === 'number' ? wholeNumber(`${name}: expect`, expect, { min: 1 }) : undefined,
    quorum: quorum === undefined ? undefined : wholeNumber(`${name}: quorum`, quorum, { min: 1 }),
    stallMs: duration(`${name}: stallMs`, stallMs),
    timeoutMs: callOptionsOf(settings, defaults).timeoutMs,
    signal,
  };
}
