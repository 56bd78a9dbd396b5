import type { Delivery, Link } from '../../amqp/index.js';
import { cut } from '../../common/foreign-text.js';
import { toError } from '../../errors.js';
import { Identity } from '../../identity/index.js';

/** Who steers: `operator`, or `operator-` and more. Its key must speak for that name. */
const operators = /^operator(-.{1,100})?$/s;

/** Whether an order may be carried out: who has signed it, or why not. */
export type Trusted = { readonly by: string } | { readonly refused: string };

/** Looks who has signed an order: it is done only where a key that this process knows speaks for an operator, and once. */
export class Trust {
  /** Orders that were not carried out. */
  refused = 0;
  readonly #link: Link;
  readonly #told = new Set<string>();
  #identity: Identity | undefined;

  constructor(link: Link) {
    this.#link = link;
  }

  /** n.b. also what the broker delivers again is looked at as if for the first time: no order is carried out twice. */
  judge(command: string, { fields, properties, content, queue }: Delivery): Trusted {
    const given: unknown = properties.headers?.['x-waybill-from'];
    const by = typeof given === 'string' ? given : '';
    const found = this.#verify({ ...fields, properties, content, queue, isFirst: true });
    if (found !== undefined) return this.#refuse(command, by, found);
    if (!operators.test(by))
      return this.#refuse(command, by, 'its sender is no operator: that is the name operator, or operator-…');
    return { by: cut(by) };
  }

  #verify(message: Parameters<Identity['verify']>[0]): string | undefined {
    const keys = this.#link.network?.keys;
    if (!keys) return 'this process knows no keys (WAYBILL_KEYS)';
    try {
      this.#identity ??= new Identity({ verify: 'enforce', keys }, 'the network of components');
    } catch (thrown) {
      return toError(thrown).message;
    }
    // What a component has put aside itself, and whoever has its key, could be carried out again.
    if (message.properties.headers?.['x-waybill-seal'] !== undefined) return 'sealed';
    const verdict = this.#identity.verify(message);
    return verdict.ok ? undefined : verdict.reason;
  }

  #refuse(command: string, by: string, why: string): Trusted {
    this.refused++;
    if (!this.#told.has(why) && this.#told.size < 20) {
      this.#told.add(why);
      this.#link.logger.warn(
        `An order '${cut(command)}' of '${cut(by || 'nobody')}' is not carried out: ${why}. Such orders are counted, and this reason is told once.`,
      );
    }
    return { refused: why };
  }
}
