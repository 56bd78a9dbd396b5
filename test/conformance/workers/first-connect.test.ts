import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectError } from 'waybill';
import {
  ConnectionParameters,
  type LinkOptions,
  QueueProducer,
  QueueWorker,
  RpcWorker,
} from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { freePort } from '../../support/free-port.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

function route<W extends QueueWorker | RpcWorker>(worker: W): W {
  if (worker instanceof QueueWorker) worker.route('queue')(() => {});
  else worker.route('queue')(() => {});
  return worker;
}

describe('a worker whose broker is not there yet', () => {
  const stage = useStage();

  const kinds = {
    QueueWorker: (options: LinkOptions) => route(new QueueWorker(options)),
    RpcWorker: (options: LinkOptions) => route(new RpcWorker(options)),
  };
  for (const [name, newWorker] of Object.entries(kinds)) {
    it(`W-C12: a ${name} tries again, and gives up after the configured number of attempts`, async () => {
      const url = `amqp://ann:hunter2@127.0.0.1:${await freePort()}`;
      const log = recordingLog();
      const worker = newWorker({ url, logger: log, firstConnect: { attempts: 3, delayMs: 10 } });
      await assert.rejects(worker.run(), (thrown) => {
        assert.ok(thrown instanceof ConnectError);
        assert.match(thrown.message, /ECONNREFUSED.*Given up after 3 attempts, 10 ms apart\.$/);
        assert.doesNotMatch(thrown.message, /hunter2/);
        return true;
      });
      assert.deepEqual(
        log.warnings.map((text) => /attempt \d of \d/.exec(text)?.[0]),
        ['attempt 1 of 3'],
      );
      await worker.drain();
    });
  }

  it('W-C12: begins when the broker is there', async (t) => {
    await using proxy = await TcpProxy.forUrl(stage.url);
    proxy.refuse();
    const log = recordingLog();
    const queue = uniqueName('tasks');
    const url = proxy.urlFor(stage.url);
    const worker = new QueueWorker({ url, logger: log, firstConnect: { attempts: 1_000, delayMs: 5 } });
    worker.route(queue)(() => {});
    t.after(() => worker.close());
    const running = worker.run();
    await waitForLength(log.warnings, 1);
    await proxy.pass();
    await running;
    assert.equal((await stage.side.look(queue))?.consumers, 1);
  });

  it('W-C12: a stop ends the waiting', async () => {
    const url = `amqp://127.0.0.1:${await freePort()}`;
    const log = recordingLog();
    const worker = new QueueWorker({ url, logger: log, firstConnect: { attempts: 2, delayMs: 600_000 } });
    worker.route('queue')(() => {});
    const running = worker.run();
    await waitForLength(log.warnings, 1);
    await Promise.all([assert.rejects(running, { name: 'ClosedError' }), worker.drain()]);
  });

  const refusals = [
    ['a wrong password', { password: 'wrong' }, /refused user/],
    ['an unknown virtual host', { vhost: 'nowhere' }, /virtual host 'nowhere'/],
  ] as const;
  for (const [what, wrong, says] of refusals) {
    it(`W-C12: does not try again what the broker refuses: ${what}`, async () => {
      const { hostname, port, username, password } = new URL(stage.url);
      const known = { host: hostname, port: Number(port), user: username, password };
      const parameters = new ConnectionParameters({ ...known, ...wrong });
      const worker = new QueueWorker(parameters);
      worker.route('queue')(() => {});
      // With the patience of the original it would take a minute.
      await assert.rejects(worker.run(), says);
    });
  }

  it('ConnectionParameters are those of the original, with a virtual host', async (t) => {
    const { hostname, port, username, password, pathname } = new URL(stage.url);
    const vhost = decodeURIComponent(pathname.slice(1));
    const fields = { host: hostname, port: Number(port), user: username, password, vhost };
    const queue = uniqueName('tasks');
    const worker = new QueueWorker(new ConnectionParameters(fields));
    const seen: unknown[] = [];
    worker.route(queue)((data: unknown) => void seen.push(data));
    t.after(() => worker.close());
    await worker.run();
    await using producer = new QueueProducer(new ConnectionParameters(fields));
    await producer.publish(queue, 'here');
    await waitForLength(seen, 1);
  });

  it('ConnectionParameters have the usual defaults, escape what a URL cannot hold, and show no password', () => {
    assert.deepEqual(new ConnectionParameters().toLinkOptions(), {
      url: 'amqp://guest:guest@localhost:5672',
      vhost: '/',
    });
    const all = { host: '::1', user: 'a@b', password: 'p/w:?#', vhost: 'x', tls: { servername: 's' } };
    assert.deepEqual(new ConnectionParameters(all).toLinkOptions(), {
      url: 'amqps://a%40b:p%2Fw%3A%3F%23@[::1]:5671',
      vhost: 'x',
      tls: { servername: 's' },
    });
    const shown = JSON.stringify(new ConnectionParameters(all));
    assert.doesNotMatch(shown, /p\/w/);
  });
});
