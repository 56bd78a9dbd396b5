import type { Asked, Network, NodeAnswer } from '../network/index.js';
import type { Observation } from './observation.js';
import { idOf } from './overview.js';
import type { QueueDepths } from './queue-depths.js';
import type { ComponentPage, Instance, Run } from './told.js';

/** What has not answered by then is busy. */
const limitMs = 1_000;

/** What pages about components are made of. */
export interface Sources {
  readonly network: Network;
  readonly observation: Observation;
  readonly depths: QueueDepths;
}

/** All that is known of the components of a name, and what they do at this moment. @throws ConnectError */
export async function componentPage(
  name: string,
  { network, observation, depths }: Sources,
): Promise<ComponentPage> {
  const seen = instancesOf(name, observation);
  const connected = seen.filter(({ state }) => state === 'up').map(({ node }) => node.id);
  const names = seen.flatMap(({ facts }) => facts.queues.map(({ queue }) => queue));
  const whom = { to: { name }, expected: new Set(connected), timeoutMs: limitMs };
  const [asked, infos, queues] = await Promise.all([
    network.ask('inflight', whom),
    network.ask('info', whom),
    depths.of([...new Set(names)]),
  ]);
  const runs = runsOf(asked.answers).filter(({ component }) => component === name);
  // What was told when they came may have been changed by an order since.
  const facts = new Map(
    infos.answers.flatMap((answer) =>
      answer.components.map((told) => [idOf(answer, told.ref), told] as const),
    ),
  );
  const instances = seen.map((each) => ({ ...each, facts: facts.get(each.id) ?? each.facts }));
  return { name, instances, runs, queues, silent: [...asked.missing, ...unheardOf(name, observation)] };
}

/** Those that have told nothing since somebody looks, and of which the broker tells. */
function unheardOf(name: string, { nodes }: Observation): readonly string[] {
  const of = nodes.filter(({ state, unheard }) => state === 'busy' && unheard.includes(name));
  return of.map(({ node }) => node.id);
}

/** The handlers that run, the longest first. */
export function runsOf(answers: readonly NodeAnswer<Asked['inflight']>[]): readonly Run[] {
  return answers
    .flatMap((answer) =>
      answer.components.flatMap(({ ref, name, runs }) =>
        runs.map((run) => ({ ...run, component: name, instance: idOf(answer, ref) })),
      ),
    )
    .sort((one, other) => other.forMs - one.forMs);
}

function instancesOf(name: string, { nodes }: Observation): readonly Instance[] {
  return nodes.flatMap(({ node, state, stateSince, figures: process, components }) =>
    components
      .filter(({ facts }) => facts.name === name)
      .map(({ facts, figures, rate, failing }) => ({
        id: idOf({ node }, facts.ref),
        node,
        state,
        stateSince,
        facts,
        figures,
        process,
        rate,
        failing,
      })),
  );
}
