import assert from 'node:assert/strict';
import { availableParallelism, cpus, hostname, totalmem, uptime } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import {
  applicationKeys,
  type ComponentStatus,
  GenericApplication,
  GenericApplicationExchange,
  type GenericApplicationOptions,
  GenericProducer,
  type HandlerContext,
  RpcCommand,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Notes the commands it gets, and from which queue. */
class App extends GenericApplication {
  readonly seen: { readonly name: string; readonly queue: string }[] = [];
}
App.handle('command', '*', function (_content, { body, queue }: HandlerContext) {
  this.seen.push({ name: String(body.name), queue });
});

class AppProducer extends GenericProducer {
  build_rpc_ping() {
    return new RpcCommand<Record<string, string>>('ping');
  }

  build_rpc_status() {
    return new RpcCommand<ComponentStatus>('status');
  }
}

describe('GenericApplication', () => {
  const stage = useStage();

  async function start(t: TestContext, options: GenericApplicationOptions): Promise<App> {
    const app = new App({ url: stage.url, logger: recordingLog(), ...options });
    t.after(() => app.close());
    await app.start();
    return app;
  }

  /** Sends a command to a key; it is named after it unless said otherwise. */
  async function send(key: string, name: string = key): Promise<void> {
    const { exchangeName } = GenericApplicationExchange;
    await stage.side.publish(exchangeName, key, JSON.stringify(command(name)));
  }

  const newFingerprint = (pid = '11') => ({ name: uniqueName('app'), host: uniqueName('host'), pid });

  it('P-C44: it is reached by every key of P-B42, and consumes each of its queues once', async (t) => {
    const fingerprint = newFingerprint();
    const { name, host, pid } = fingerprint;
    const app = await start(t, { fingerprint, groups: ['g1'] });
    const { instance } = app;
    assert.ok(instance.startsWith(`${name}:${pid}@${host}:`), instance);
    const queueOf: Readonly<Record<string, string>> = {
      [`${name}/rr`]: name,
      [name]: instance,
      [`@${host}`]: instance,
      [`${name}@${host}/rr`]: `${name}@${host}`,
      [`${name}@${host}`]: instance,
      [`${pid}@${host}`]: instance,
      [instance]: instance,
      [`${name}#g1`]: instance,
      [`${name}#g1/rr`]: `${name}#g1`,
    };
    for (const key of Object.keys(queueOf)) await send(key);
    await waitForLength(app.seen, 9);
    assert.deepEqual(Object.fromEntries(app.seen.map((each) => [each.name, each.queue])), queueOf);
    assert.equal(app.seen.length, 9);
    for (const queue of new Set(Object.values(queueOf)))
      assert.equal((await stage.side.look(queue))?.consumers, 1, `${queue} is not consumed once`);
  });

  it('applicationKeys names the same keys', () => {
    const keys = [
      applicationKeys.nameInTurn('app'),
      applicationKeys.name('app'),
      applicationKeys.host('h'),
      applicationKeys.nameAtHostInTurn('app', 'h'),
      applicationKeys.nameAtHost('app', 'h'),
      applicationKeys.process('11', 'h'),
      applicationKeys.group('app', 'g'),
      applicationKeys.groupInTurn('app', 'g'),
    ];
    const expected = ['app/rr', 'app', '@h', 'app@h/rr', 'app@h', '11@h', 'app#g', 'app#g/rr'];
    assert.deepEqual(keys, expected);
  });

  it('ping answers with its fingerprint', async (t) => {
    const fingerprint = newFingerprint();
    const app = await start(t, { fingerprint });
    const producer = await stage.connect(t, AppProducer);
    const eks = [[GenericApplicationExchange, fingerprint.name]] as const;
    const answer = await producer.with({ eks }).rpc_ping();
    assert.deepEqual(answer.unwrap(), { ...app.fingerprint });
    assert.equal(answer.unwrap()['pid'], '11');
  });

  it('status answers with load, memory and uptime of this machine and process', async (t) => {
    const app = await start(t, {});
    assert.equal(app.fingerprint.host, hostname());
    const producer = await stage.connect(t, AppProducer);
    const eks = [[GenericApplicationExchange, `${process.pid}@${hostname()}`]] as const;
    const { load, cpus: count, memory, uptime: up } = (await producer.with({ eks }).rpc_status()).unwrap();
    assert.equal(load.length, 3);
    assert.ok(load.every((each) => Number.isFinite(each) && each >= 0 && each < 1_000));
    assert.ok(count === cpus().length || count === availableParallelism());
    assert.ok(Math.abs(memory.totalMb - totalmem() / 1024 / 1024) < 1);
    assert.ok(memory.freeMb > 0 && memory.freeMb < memory.totalMb);
    assert.ok(memory.processMb > 10 && memory.processMb < memory.totalMb);
    assert.ok(Math.abs(up.systemSeconds - uptime()) < 60);
    assert.ok(up.processSeconds > 0 && up.processSeconds <= process.uptime() + 1);
    assert.ok(up.systemSeconds >= up.processSeconds);
  });

  it('several applications of one name take turns, are reached all together, or one by its process', async (t) => {
    const here = newFingerprint('1');
    const { name, host } = here;
    const elsewhere = { ...here, host: uniqueName('elsewhere'), pid: '3' };
    const one = await start(t, { fingerprint: here });
    const two = await start(t, { fingerprint: { ...here, pid: '2' } });
    const three = await start(t, { fingerprint: elsewhere });
    await send(name, 'all');
    await send(`@${host}`, 'host');
    await send(`${name}@${host}`, 'name at host');
    await send(`2@${host}`, 'two alone');
    for (let turn = 0; turn < 30; turn++) await send(`${name}/rr`, `turn ${turn}`);
    for (let turn = 0; turn < 10; turn++) await send(`${name}@${host}/rr`, `turn here ${turn}`);
    const apps = [one, two, three];
    await until(() => apps.flatMap(({ seen }) => seen).length >= 48, { what: 'all were handled' });
    const seenBy = apps.map(({ seen }) => seen.map((each) => each.name));
    const plain = seenBy.map((names) => names.filter((each) => !each.startsWith('turn')).sort());
    assert.deepEqual(plain, [
      ['all', 'host', 'name at host'],
      ['all', 'host', 'name at host', 'two alone'],
      ['all'],
    ]);
    const turns = seenBy.map((names) => names.filter((each) => each.startsWith('turn')));
    assert.equal(new Set(turns.flat()).size, 40);
    assert.equal(turns.flat().length, 40, 'a turn was taken twice');
    assert.ok(
      turns.every((each) => each.length >= 5),
      'somebody got no turn',
    );
    assert.ok(!turns[2]?.some((each) => each.startsWith('turn here')));
  });

  it('H-A1: two applications in one process each get their own messages, and none of the other', async (t) => {
    const pid = '1';
    const host = uniqueName('host');
    const [billing, shipping] = [uniqueName('billing'), uniqueName('shipping')];
    const apps = [
      await start(t, { fingerprint: { name: billing, pid, host }, groups: ['g'] }),
      await start(t, { fingerprint: { name: shipping, pid, host } }),
    ] as const;
    for (let number = 0; number < 10; number++) {
      await send(billing, `all ${number}`);
      await send(`${billing}@${host}`, `all here ${number}`);
      await send(`${billing}#g`, `group ${number}`);
    }
    await send(`${pid}@${host}`, 'both');
    await send(apps[1].instance, 'one');
    await waitForLength(apps[0].seen, 31);
    await waitForLength(apps[1].seen, 2);
    assert.equal(apps[0].seen.length, 31);
    assert.deepEqual(
      apps[1].seen.map(({ name }) => name),
      ['both', 'one'],
    );
    const producer = await stage.connect(t, AppProducer);
    for (let turn = 0; turn < 6; turn++) {
      const eks = [[GenericApplicationExchange, billing]] as const;
      assert.equal((await producer.with({ eks }).rpc_ping()).unwrap()['name'], billing);
    }
  });

  it('H-A1: replicas of one name, process id and host each get the messages for all, and can be told apart', async (t) => {
    const fingerprint = newFingerprint('1');
    const apps = [await start(t, { fingerprint }), await start(t, { fingerprint })] as const;
    await send(fingerprint.name, 'all');
    for (const { seen } of apps) await waitForLength(seen, 1);
    const producer = await stage.connect(t, AppProducer);
    const all = producer.with({ eks: [[GenericApplicationExchange, fingerprint.name]] });
    const answers = await producer.consumeRpc(await all.rpc_queue_ping(), { count: 2 });
    const instances = answers.map((answer) => (answer.unwrap() as Record<string, string>)['instance']);
    assert.equal(new Set(instances).size, 2);
    for (const { instance, seen } of apps) {
      await send(instance, 'you');
      await waitForLength(seen, 2);
      assert.ok(instances.some((each) => instance.endsWith(`:${each}`)));
    }
    for (const { seen } of apps)
      assert.deepEqual(
        seen.map(({ name }) => name),
        ['all', 'you'],
      );
  });

  it("H-A1: a message without a handler is parked beside the queue of the application's name, which stays", async (t) => {
    const fingerprint = newFingerprint();
    const log = recordingLog();
    const app = new GenericApplication({ url: stage.url, logger: log, fingerprint });
    t.after(() => app.close());
    await app.start();
    await send(fingerprint.name, 'unknown');
    const { content } = await stage.side.waitForMessage(`${fingerprint.name}.failed`);
    assert.equal(JSON.parse(content.toString()).name, 'unknown');
    assert.equal(await stage.side.look(`${app.instance}.failed`), undefined);
  });

  it('its queues are deleted with the last application that uses them', async (t) => {
    const here = newFingerprint('1');
    const one = await start(t, { fingerprint: here });
    const two = await start(t, { fingerprint: { ...here, pid: '2' } });
    await one.close();
    assert.equal(await stage.side.look(one.instance), undefined);
    assert.equal((await stage.side.look(here.name))?.consumers, 1);
    await two.close();
    for (const queue of [here.name, `${here.name}@${here.host}`, two.instance])
      assert.equal(await stage.side.look(queue), undefined, `${queue} is still there`);
  });
});
