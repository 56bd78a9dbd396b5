import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exchange, GenericProducer, MessageCommand } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { runWaybill } from '../../support/waybill-command.js';

class Orders extends GenericProducer {
  static override readonly eks = [[Exchange, 'unused']] as const;
  static override readonly forwards = false;
}

describe('late messages on the command line', () => {
  const stage = useStage();
  const run = (...args: readonly string[]) => runWaybill([...args, '--url', stage.url]);

  it('are counted, looked after by the doctor, forwarded, and sent back when they could not be delivered', async (t) => {
    assert.deepEqual(await run('delayed', 'list'), {
      code: 0,
      out: 'Nobody has sent late messages here.',
      err: '',
    });
    assert.doesNotMatch((await run('doctor')).out, /late messages/);

    const queue = uniqueName('queue');
    const orders = await stage.connect(t, Orders);
    const send = (delayMs: number, type: string): Promise<void> =>
      orders.with({ eks: [[Exchange, queue]], delayMs, type }).send(new MessageCommand('order'));
    await send(3_600_000, 'in an hour');
    await send(1_000, 'now');
    await stage.side.waitForDepth('waybill.delay.due', 1);

    const listed = await run('delayed', 'list');
    assert.equal(listed.code, 1);
    assert.match(listed.err, /^Nobody forwards late messages/);
    const lines = listed.out.split('\n').map((line) => line.split(/\s{2,}/));
    assert.deepEqual(lines[0], ['QUEUE', 'WAITS', 'DUE WITHIN', 'MESSAGES']);
    assert.deepEqual(lines[1], ['waybill.delay.due', 'is due', 'now', '1']);
    assert.deepEqual(lines.at(-1), ['waybill.delay.11', '34m 8s', '1h 8m', '1']);
    const ill = await run('doctor');
    assert.equal(ill.code, 1);
    assert.match(
      ill.out,
      /fail {2}late messages: Nobody forwards .* 1 wait there\.\n +-> Start npx waybill forward/,
    );

    await using forward = Program.run('src/cli/waybill.ts', { args: ['forward', '--url', stage.url] });
    const isReady = (): boolean => forward.stdout.startsWith('Late messages of virtual host');
    await until(isReady, { what: 'it forwards', limitMs: 30_000 });
    // Nobody has declared the queue yet.
    await stage.side.waitForDepth('waybill.delay.failed', 1, 60_000);
    assert.match(
      (await run('delayed', 'list')).out,
      /\n1 could not be delivered: npx waybill failed list waybill\.delay/,
    );
    assert.match(
      (await run('doctor')).out,
      /ok {4}late messages: 1 process sends them on when they are due; 0 are/,
    );
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    assert.equal((await run('failed', 'replay', 'waybill.delay', '--all')).code, 0);
    assert.equal((await stage.side.waitForMessage(queue)).properties.type, 'now');
    process.kill(forward.pid, 'SIGTERM');
    assert.equal((await forward.ended).code, 0);
    assert.match(forward.stdout, /\n1 forwarded\n$/);
  });
});
