import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, MessageProcessor, RpcHandler } from 'waybill';
import { FrameTap } from '../../support/frame-tap.js';
import { connect } from '../../support/stage/connect.js';
import { useStage } from '../../support/stage/stage.js';
import { callerOf } from './facilities.js';

/** A connection has 2,047 channels (`channel_max`), so it must not be one for each. */
const TENANTS = 200;

describe('a process with a producer for each of many tenants', () => {
  const stage = useStage();

  it('H-A17: calls with all of them over a few channels, and each gets its own answers', async (t) => {
    const place = await stage.place();
    class Server extends MessageProcessor {
      static override readonly prefetch = 1_000;

      @RpcHandler('command', 'echo')
      echo({ parameters }: Content<{ value: number }>) {
        return parameters.value;
      }
    }
    await stage.start(t, Server, place);
    const tap = await FrameTap.forUrl(stage.url);
    t.after(() => tap.close());
    const Caller = callerOf(place.eks);
    const producers = [];
    for (let tenant = 0; tenant < TENANTS; tenant++)
      producers.push(await connect(t, { url: tap.url }, Caller));
    const before = tap.of('channel.open').length;
    const answers = await Promise.all(producers.map((producer, tenant) => producer.rpc_echo(tenant)));
    assert.deepEqual(
      answers.map((answer) => answer.unwrap()),
      producers.map((_, tenant) => tenant),
    );
    const channels = tap.of('channel.open').length - before;
    assert.ok(channels <= 16, `${channels} channels`);
    assert.equal(tap.of('connection.open').length, 1);
    // One that goes ends its own calls only.
    const [first, second] = [producers[0], producers[16]];
    const [own, others] = [first?.rpc_ping(), second?.rpc_echo('other')];
    await first?.close();
    assert.equal((await own)?.ok, false);
    assert.equal((await others)?.unwrap(), 'other');
  });
});
