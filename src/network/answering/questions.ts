import { toError } from '../../errors.js';
import type { Asked, Question } from '../common/facts.js';
import type { Member } from './member.js';

type Answers = { readonly [Asking in Question]: (member: Member) => Asked[Asking] | Promise<Asked[Asking]> };

/** What can be asked of a component, by whomever: nothing of it changes anything, or costs much. */
const answers: Answers = {
  ping: ({ ref, name }) => ({ ref, name }),
  info: (member) => member.facts,
  stats: async (member) => ({ ...member.figures, ok: (await healthOf(member)).ok }),
  health: async (member) => {
    const health = await healthOf(member);
    return { ref: member.ref, name: member.name, ok: health.ok, health };
  },
  inflight: ({ ref, name, runs }) => ({ ref, name, runs }),
  senders: ({ ref, name, tally }) => ({ ref, name, senders: tally.senders }),
};

/** Whether this is something that can be asked. */
export function isQuestion(command: string): command is Question {
  return Object.hasOwn(answers, command);
}

/** What each of these components answers. Never rejects. */
export async function answerTo(question: Question, members: readonly Member[]): Promise<readonly unknown[]> {
  return await Promise.all(members.map((member) => answers[question](member)));
}

async function healthOf({ options }: Member): Promise<{ readonly ok: boolean }> {
  try {
    return await options.health();
  } catch (thrown) {
    return { ok: false, error: toError(thrown).message } as { readonly ok: boolean };
  }
}
