import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from '../../../src/cli/doctor/finding.js';
import { uniqueName } from '../../support/broker.js';
import { Program } from '../../support/child.js';
import { serverVersion } from '../../support/server-version.js';
import { useStage } from '../../support/stage/stage.js';
import { runWaybill } from '../../support/waybill-command.js';

describe('waybill doctor', () => {
  const stage = useStage();

  /** What it has found, and how it ended. */
  async function doctor(...args: readonly string[]): Promise<{ code: number; findings: readonly Finding[] }> {
    const { code, out, err } = await runWaybill(['doctor', '--url', stage.url, '--json', ...args]);
    assert.equal(err, '');
    return { code, findings: out.split('\n').map((line) => JSON.parse(line)) };
  }

  function about(findings: readonly Finding[], check: string): readonly Finding[] {
    return findings.filter((each) => each.check === check);
  }

  it('finds nothing wrong with a broker on which everything may be done', async () => {
    const { code, findings } = await doctor();
    assert.equal(code, 0);
    const checks = findings.map(({ check, status }) => `${status} ${check}`);
    const version = checks[1];
    assert.match(version ?? '', /^(ok|warn) version$/);
    assert.deepEqual(checks, [
      'ok address',
      version,
      'ok heartbeat',
      'ok permission to configure',
      'ok permission to configure',
      'ok permission to write',
      'ok permission to write',
      'ok permission to write',
      'ok permission to read',
      'ok direct reply-to',
    ]);
  });

  it('names the version, and what it means', async () => {
    const [found] = about((await doctor()).findings, 'version');
    assert.ok(found?.text.includes(await serverVersion(stage.url)), found?.text);
    assert.match(found?.facts?.join() ?? '', /30 minutes \(consumer_timeout\)/);
  });

  it('shows the address without its password', async () => {
    const { out } = await runWaybill(['doctor', '--url', stage.url]);
    const { password } = new URL(stage.url);
    assert.ok(!out.includes(`:${password}@`), out);
    assert.match(out, /^ok {4}address: connected to amqp:\/\/\w+:\*\*\*@/);
    assert.match(out, /\n\d+ ok, \d+ to look at, 0 failed$/);
  });

  it('leaves nothing behind, and changes nothing', async () => {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    await stage.side.publish('', queue, 'stays');
    await doctor(queue, '--expect', 'type=quorum');
    await doctor(queue);
    assert.equal(await stage.side.depth(queue), 1);
    const { fields } = await stage.side.waitForMessage(queue);
    assert.equal(fields.redelivered, false);
  });

  it('fails for a queue that is not there, and makes none', async () => {
    const queue = uniqueName('missing');
    for (const more of [[], ['--expect', 'durable=true']]) {
      const { code, findings } = await doctor(queue, ...more);
      assert.equal(code, 1);
      const [found, ...others] = about(findings, `queue ${queue}`);
      assert.deepEqual([found?.status, found?.text, others], ['fail', 'is not there.', []]);
    }
  });

  const shapes: readonly (readonly [string, object, RegExp])[] = [
    [
      'a classic queue',
      { arguments: { 'x-max-priority': 5 } },
      /^classic, durable; 0 ready, 0 consumers\. Nobody/,
    ],
    [
      'a quorum queue',
      { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 7 } },
      /^quorum, durable;/,
    ],
    ['a stream', { arguments: { 'x-queue-type': 'stream' } }, /^stream, durable; 0 ready, 0 consumers\.$/],
    [
      'one of many arguments',
      {
        arguments: {
          'x-single-active-consumer': true,
          'x-message-ttl': 60_000,
          'x-dead-letter-exchange': "it's",
          'x-max-length': 3,
          'x-overflow': 'reject-publish',
        },
      },
      /^classic, durable;/,
    ],
  ];
  for (const [what, options, words] of shapes) {
    it(`learns how ${what} was declared`, async () => {
      const queue = uniqueName('queue');
      await stage.side.onChannel((channel) => channel.assertQueue(queue, options));
      const [found] = about((await doctor(queue)).findings, `queue ${queue}`);
      assert.match(found?.text ?? '', words);
    });
  }

  it('tells of a transient queue that is not exclusive, and of an exclusive one', async () => {
    const [transient, exclusive] = [uniqueName('transient'), uniqueName('exclusive')];
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(transient, { durable: false, autoDelete: true });
      await channel.assertQueue(exclusive, { exclusive: true });
    });
    const { code, findings } = await doctor(transient, exclusive);
    assert.equal(code, 0);
    const texts = about(findings, `queue ${transient}`).map(({ text }) => text);
    assert.match(texts[0] ?? '', /^classic, transient, auto-delete;/);
    assert.match(texts.join(), /transient and not exclusive, which is deprecated/);
    assert.match(about(findings, `queue ${exclusive}`)[0]?.text ?? '', /^is exclusive/);
  });

  it('fails where a queue is declared otherwise than expected, with what to write', async () => {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue, { durable: true, maxPriority: 5 }));
    assert.equal((await doctor(queue, '--expect', 'x-max-priority=5')).code, 0);
    const { code, findings } = await doctor(queue, '--expect', 'durable=false,x-max-priority=5');
    assert.equal(code, 1);
    const failed = about(findings, `queue ${queue}`).find(({ status }) => status === 'fail');
    assert.match(failed?.text ?? '', /inequivalent arg 'durable'.*Write durable: true/);
  });

  it('tells what is parked beside a queue', async () => {
    const queue = uniqueName('queue');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue);
      await channel.assertQueue(`${queue}.failed`);
    });
    assert.deepEqual(about((await doctor(queue)).findings, `queue ${queue}.failed`), []);
    await stage.side.publish('', `${queue}.failed`, 'it');
    const [found] = about((await doctor(queue)).findings, `queue ${queue}.failed`);
    assert.deepEqual([found?.status, found?.text], ['warn', '1 message is parked.']);
    assert.equal(found?.advice, `waybill failed list ${queue} --group`);
  });

  it('runs as a program of its own', async (t) => {
    const program = Program.run('src/cli/waybill.ts', { args: ['doctor'], env: { WAYBILL_URL: stage.url } });
    t.after(() => program.close());
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    assert.match(program.stdout, /^ok {4}address: /);
    assert.equal(program.stderr, '');
  });
});
