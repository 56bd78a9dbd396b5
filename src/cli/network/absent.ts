import { editDistance } from '../../common/edit-distance.js';
import { cut } from '../../common/foreign-text.js';
import type { Network, RollCall, SilentNode } from '../../network/index.js';
import type { Context } from '../command.js';
import { jsonText } from '../output.js';
import { each } from './who.js';

/** What is said of those who are meant and have not answered goes here. */
type Telling = Pick<Context, 'output' | 'json'>;

const reasons =
  'A process joins up to five seconds after its start, and one with network: false is not asked.';

/** Tells of each process that is meant, and is connected, and has not answered; where nobody is meant, of who might have been. */
export async function tellAbsent(
  network: Network,
  who: string | undefined,
  { answers, silent, missing }: RollCall<unknown>,
  telling: Telling,
): Promise<void> {
  for (const node of silent) tell(silence(node), telling);
  if (answers.length > 0 || silent.length > 0) return;
  const [id] = missing;
  const isBusy = id !== undefined && (await network.isThere(id));
  tell(isBusy ? silence({ id }) : await nobody(network, who), telling);
}

/** One that does not answer, as it is told of. */
function silence({ id, host, pid, names }: Pick<SilentNode, 'id'> & Partial<SilentNode>): string {
  const place = host === undefined ? '' : ` on ${cut(host)} (${pid})`;
  const of =
    names === undefined || names.length === 0 ? '' : ` of ${names.map((name) => cut(name)).join(', ')}`;
  return `The process ${cut(id)}${of}${place} does not answer, and is connected: it is busy or frozen.`;
}

function tell(message: string, { output, json }: Telling): void {
  output.error(json ? jsonText({ error: { code: 'NO_ANSWER', message } }) : message);
}

async function nobody(network: Network, who: string | undefined): Promise<string> {
  if (who === undefined)
    return `Nobody has answered: no component takes messages in this virtual host. ${reasons}`;
  const near = nearTo(who, await wordsFor(network, who));
  const hint = near.length > 0 ? ` Did you mean ${near.map((each) => cut(each)).join(' or ')}?` : '';
  return `Nobody has answered to ${who}.${hint} \`waybill ps\` tells who is there; who only sends is not. ${reasons}`;
}

/** What stands for somebody who is there, of the kind that was written: names, hosts or ids. */
async function wordsFor(network: Network, who: string): Promise<readonly string[]> {
  const { answers, silent } = await network.ask('ping');
  const nodes = [...answers.map(({ node }) => node), ...silent];
  if (who.startsWith('@')) return nodes.map(({ host }) => `@${host}`);
  const names = [...each(answers).map(([, { name }]) => name), ...silent.flatMap((node) => node.names)];
  const ids = each(answers).map(([{ node }, { ref }]) => `${node.id}/${ref}`);
  return [...names, ...nodes.map(({ id }) => id), ...ids];
}

/** More are no hint. */
const mostNear = 5;

/** Those that are written most alike; none where they are hardly alike. Capitals count for nothing. */
function nearTo(who: string, words: readonly string[]): readonly string[] {
  const meant = who.toLowerCase();
  const ranked = [...new Set(words)]
    .map((word) => ({ word, distance: editDistance(meant, word.slice(0, 100).toLowerCase()) }))
    .filter(
      ({ word, distance }) => distance <= Math.min(3, Math.floor(Math.max(word.length, who.length) * 0.6)),
    )
    .sort((one, other) => one.distance - other.distance || one.word.localeCompare(other.word));
  return ranked
    .filter(({ distance }) => distance === ranked[0]?.distance)
    .slice(0, mostNear)
    .map(({ word }) => word);
}
