import type { Network, Order } from '../network/index.js';
import { textIn } from './read-body.js';
import { Refused } from './refused.js';

type Body = Readonly<Record<string, unknown>>;

/** Which of what the page has sent goes with an order; those who obey it look at the values. */
const argumentsOf: ReadonlyMap<string, readonly string[]> = new Map<Order, readonly string[]>([
  ['pause', ['queue']],
  ['resume', ['queue']],
  ['drain', []],
  ['concurrency', ['n']],
  ['prefetch', ['n']],
  ['cancel', ['id']],
  ['log-level', ['level', 'forMs']],
  ['quit', []],
  ['restart', []],
]);

/** What became of an order. */
export interface Ordered {
  /** Whether all who have answered have done it. */
  readonly ok: boolean;
  /** What each has said, in words. */
  readonly told: readonly string[];
}

/** Orders the components of a name to do something, signed by the key that the network was opened with. @throws Refused; ConnectError */
export async function giveOrder(network: Network, body: Body): Promise<Ordered> {
  const [order, name] = [textIn(body, 'order'), textIn(body, 'name')];
  const known = argumentsOf.get(order);
  if (!known || name === '') throw new Refused(400, 'There is no such order, or nobody is named.');
  const given = known.filter((key) => Object.hasOwn(body, key)).map((key) => [key, body[key]] as const);
  const args = Object.fromEntries(given);
  const { answers, silent } = await network.order(order as Order, { to: { name }, args });
  const mute = silent.map(({ id }) => ({ ok: false, words: `${id} does not answer: busy or frozen` }));
  const heard = answers.flatMap(({ node, components, refused }) => [
    ...components.map(({ ref, done, ok }) => ({ ok, words: `${node.id}/${ref}: ${done}` })),
    ...(refused === undefined ? [] : [{ ok: false, words: `${node.id} refuses: ${refused}` }]),
  ]);
  const told = [...heard, ...mute];
  if (told.length === 0) throw new Refused(504, `Nobody of the name ${name} has answered.`);
  return { ok: told.every(({ ok }) => ok), told: told.map(({ words }) => words) };
}
