// What commands say of those who are not there, and of those who are and do not answer.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type HandlerContext, MessageHandler, MessageProcessor } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { keyFile } from '../../support/key-file.js';
import { Gate } from '../../support/stage/gate.js';
import { openNetwork, startComponent, untilKnown } from '../../support/stage/networked.js';
import { useStage } from '../../support/stage/stage.js';
import { runWaybill, type Said } from '../../support/waybill-command.js';

describe('commands about components', () => {
  const stage = useStage();
  const { keys } = keyFile({ id: 'ops', names: ['operator'] });

  const waybill = (...args: readonly string[]): Promise<Said> => runWaybill([...args, '--url', stage.url]);

  /** A component whose one handler waits until the test lets it. */
  const waiting = async (t: TestContext, name: string): Promise<Gate> => {
    const place = await stage.place();
    const gate = new Gate();
    t.after(() => gate.open());
    class Waiting extends MessageProcessor {
      @MessageHandler('command', 'wait')
      async wait(_content: unknown, _context: HandlerContext) {
        await gate.opened;
      }
    }
    const network = { joinAfterMs: 0, keys };
    await stage.start(t, Waiting, place, { fingerprint: { name }, network });
    await place.command('wait', null, { messageId: 'the one that hangs' });
    await untilKnown(await openNetwork(t, stage), name);
    return gate;
  };

  it('say which name is like the one that was written', async (t) => {
    const [name, wrong] = ['Register', 'regitser'];
    await waiting(t, name);
    const lines = [
      ['ps'],
      ['info'],
      ['inflight'],
      ['who-sends'],
      ['pause', '--keys', keys],
      ['drain', '--keys', keys],
    ];
    for (const [command = '', ...options] of lines) {
      const { code, err } = await waybill(command, wrong, ...options);
      assert.equal(code, 1, command);
      assert.match(err, new RegExp(`^Nobody has answered to ${wrong}\\. Did you mean ${name}\\?`), command);
    }
    const json = await waybill('info', wrong, '--json');
    assert.match(json.err, /^\{"error":\{"code":"NO_ANSWER","message":"Nobody has answered to /);
    const { out } = await waybill('ps', name, '--json');
    const { id } = JSON.parse(out) as { readonly id: string };
    const near = `${id[0] === '0' ? '1' : '0'}${id.slice(1)}`;
    assert.match((await waybill('info', near)).err, new RegExp(`Did you mean ${id}\\?`));
    assert.doesNotMatch((await waybill('ps', 'nothing like it at all')).err, /Did you mean/);
  });

  it('show one that was frozen before anybody looked, and never take it for drained', async (t) => {
    const name = uniqueName('Frozen');
    const program = await startComponent(t, stage, name);
    await untilKnown(await openNetwork(t, stage), name);
    program.signal('SIGSTOP');
    const listed = await waybill('ps', name);
    assert.equal(listed.code, 0);
    assert.match(listed.out, new RegExp(`\\n${name} +busy +.* ${program.pid} `));
    const info = await waybill('info', name);
    assert.equal(info.code, 1);
    assert.match(
      info.err,
      new RegExp(
        `^The process \\w{12} of ${name} on .* \\(${program.pid}\\) does not answer, and is connected`,
      ),
    );
    const drained = await waybill('drain', name, '--keys', keys);
    assert.deepEqual([drained.code, drained.out], [1, '']);
    assert.match(drained.err, /does not answer, and is connected/);
    const top = await waybill('top', '--for', '1s');
    assert.match(top.out, new RegExp(`\\n${name} +busy `));
  });

  it('drain: ends when the time is over, and names what still runs', async (t) => {
    const name = uniqueName('Slow');
    const gate = await waiting(t, name);
    const late = await waybill('drain', name, '--keys', keys, '--timeout', '1s');
    assert.equal(late.code, 1);
    assert.match(late.out, /\nStill running: 1\./);
    assert.match(late.err, /^Not drained in 1\.0s\. It takes no more, and what runs goes on/);
    assert.match(late.err, new RegExp(`\\n  [\\d.]+m?s  ${name}  .*wait.*  the one that hangs  `));
    gate.open();
    const done = await waybill('drain', name, '--keys', keys);
    assert.equal(done.code, 0);
    assert.match(done.out, /Nothing runs any more\.$/);
  });
});
