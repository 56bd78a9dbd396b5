import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Connected,
  type Content,
  MessageProcessor,
  type ProducerClass,
  type Result,
  RpcHandler,
} from 'waybill';
import { Program } from '../../support/child.js';
import { connect } from '../../support/stage/connect.js';
import type { Place } from '../../support/stage/place.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { useStage } from '../../support/stage/stage.js';
import { callerOf } from './facilities.js';

const CALLS = 10_000;

interface Run {
  readonly value: number;
  /** Which run of the handler it was, from 1. */
  readonly run: number;
}

describe(`${CALLS} calls, all at once`, () => {
  const stage = useStage();

  it('all settle with their own answer when caller and server share a process', async (t) => {
    const place = await stage.place();
    let runs = 0;
    const attempts = new Set<number>();
    class Server extends MessageProcessor {
      @RpcHandler('command', 'echo')
      echo({ parameters }: Content<{ value: number }>, _: unknown, context: { readonly attempt: number }) {
        attempts.add(context.attempt);
        return { value: parameters.value, run: ++runs };
      }
    }
    const { log } = await stage.start(t, Server, place);
    await callAll(await connect(t, stage, callerOf(place.eks)));
    assert.deepEqual([...attempts], [1], 'nothing was sent twice');
    assert.equal(runs, CALLS);
    assert.deepEqual([...log.errors, ...log.warnings], []);
  });

  it('all settle with their own answer when the server is another process', async (t) => {
    const place = await stage.place();
    await using server = serve(stage.url, place);
    await server.waitForLine('serving');
    await callAll(await connect(t, stage, callerOf(place.eks)));
  });

  it('all settle when two servers share the queue and there are three callers', async (t) => {
    const place = await stage.place();
    await using one = serve(stage.url, place);
    await using other = serve(stage.url, place);
    await Promise.all([one.waitForLine('serving'), other.waitForLine('serving')]);
    const Caller = callerOf(place.eks);
    const callers = await Promise.all([1, 2, 3].map(() => connect(t, stage, Caller)));
    const values = Array.from({ length: CALLS }, (_, value) => value);
    const calls = values.map((value) => callers[value % 3]?.rpc_echo(value) ?? assert.fail());
    const given = (await Promise.all(calls)).map((answer) => (answer.unwrap() as Run).value);
    assert.deepEqual(given, values);
  });

  it('settle once each, also when a server answers each of them twice', async (t) => {
    const place = await stage.place();
    const server: RawServer = await RawServer.start(stage.side, place, (request, run) => {
      const { value } = (request.body.content as Content<{ value: number }>).parameters;
      server.reply(request, success({ value, run }));
      server.reply(request, success({ value: -1, run: -1 }));
    });
    await callAll(await connect(t, stage, callerOf(place.eks)));
  });
});

function serve(url: string, { exchange, queue, key }: Place): Program {
  const args = [url, exchange.exchangeName, queue, key];
  return Program.run('test/conformance/rpc/programs/counting-server.ts', { args });
}

/** Starts all calls in one turn; each must get its own value, and the handler must have run once for each. */
async function callAll(producer: Connected<ProducerClass & ReturnType<typeof callerOf>>): Promise<void> {
  const values = Array.from({ length: CALLS }, (_, value) => value);
  let settled = 0;
  const calls = values.map((value) =>
    producer.rpc_echo(value).then((answer) => {
      settled++;
      return answer as Result<Run>;
    }),
  );
  const answers = (await Promise.all(calls)).map((answer) => answer.unwrap());
  assert.equal(settled, CALLS);
  assert.deepEqual(
    answers.map(({ value }) => value),
    values,
  );
  const runs = answers.map(({ run }) => run).sort((a, b) => a - b);
  assert.deepEqual(
    runs,
    values.map((value) => value + 1),
  );
}
