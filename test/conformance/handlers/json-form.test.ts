import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  type Eks,
  GenericProducer,
  handlersFor,
  type Jsonify,
  MessageCommand,
  MessageProcessor,
  RpcCommand,
} from 'waybill';
import { useStage, waitForLength } from '../../support/stage/stage.js';

class Money {
  readonly cents = 5n;

  toJSON() {
    return { cents: String(this.cents) };
  }
}

class Visit {
  readonly at: Date = new Date(0);
  readonly tags: ReadonlyMap<string, Date> = new Map([['first', new Date(1)]]);
  readonly names: ReadonlySet<string> = new Set(['a']);

  age() {
    return Date.now() - this.at.getTime();
  }
}

/** Whatever JSON changes. */
function changed() {
  return {
    at: new Date(0),
    link: new URL('https://example.org/'),
    money: new Money(),
    visit: new Visit(),
    counts: new Map([['a', 1]]),
    bytes: new Uint8Array([1, 2]),
    list: ['a', undefined],
    pair: [new Date(0), 1] as const,
    left: undefined as string | undefined,
    act() {},
  };
}

type Changed = ReturnType<typeof changed>;

/** The compiler takes this for the JSON form of it: so this test shows that the type says what arrives. */
const arrived: Jsonify<Changed> = {
  at: '1970-01-01T00:00:00.000Z',
  link: 'https://example.org/',
  money: { cents: '5' },
  visit: { at: '1970-01-01T00:00:00.000Z', tags: { first: '1970-01-01T00:00:00.001Z' }, names: ['a'] },
  counts: { a: 1 },
  bytes: { 0: 1, 1: 2 },
  list: ['a', null],
  pair: ['1970-01-01T00:00:00.000Z', 1],
  left: undefined,
};

function producerTo(eks: Eks) {
  return class Clinic extends GenericProducer {
    static override readonly eks = eks;

    build_message_changed(what: Changed) {
      return new MessageCommand('changed', what);
    }

    build_rpc_changed(what: Changed) {
      return new RpcCommand<Changed, { readonly what: Changed }>('changed', { what });
    }

    build_rpc_next(after: Date) {
      return new RpcCommand<Date, { readonly after: Date }>('next', { after });
    }

    build_rpc_find(id: string) {
      return new RpcCommand<Visit | undefined, { readonly id: string }>('find', { id });
    }
  };
}

describe('H-B2: what is sent and answered arrives as the contract says', () => {
  const stage = useStage();

  it('in a message, in a call, and in its answer', async (t) => {
    const place = await stage.place();
    const Clinic = producerTo(place.eks);
    const seen: Jsonify<Changed>[] = [];
    class Desk extends MessageProcessor {}
    handlersFor(Clinic).all(Desk, {
      message_changed: ({ parameters }) => void seen.push(parameters),
      rpc_changed({ parameters }) {
        seen.push(parameters.what);
        return changed();
      },
      rpc_next: ({ parameters }) => new Date(Date.parse(parameters.after) + 1),
      rpc_find: ({ parameters }: Content<{ id: string }>) => (parameters.id ? new Visit() : undefined),
    });
    await stage.start(t, Desk, place);
    const producer = await stage.connect(t, Clinic);
    await producer.message_changed(changed());
    await waitForLength(seen, 1);
    const answer: Jsonify<Changed> = (await producer.rpc_changed(changed())).unwrap();
    const { left: _, ...there } = arrived;
    assert.deepEqual([...seen, answer], [there, there, there]);

    const next: string = (await producer.rpc_next(new Date(0))).unwrap();
    assert.equal(next, '1970-01-01T00:00:00.001Z');
    assert.equal((await producer.rpc_find('')).unwrap(), null);
    assert.deepEqual((await producer.rpc_find('a')).unwrap()?.names, ['a']);
  });
});
