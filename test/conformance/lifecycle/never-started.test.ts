import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Program } from '../../support/child.js';
import { useStage } from '../../support/stage/stage.js';

const components = [
  'MessageProcessor',
  'MessageProcessor with a listener',
  'MessageProcessor asked for its health',
  'GenericApplication',
  'GenericProducer',
  'GenericProducer asked for its health',
  'GenericConsumer',
  'QueueWorker',
  'RpcWorker',
  'QueueProducer',
  'RpcClient',
  'RabbitConsumer',
  'MessageConsumerRegistry',
  'MessageSender',
  'App',
];

describe('a component that was made and never started', () => {
  const stage = useStage();

  for (const component of components)
    it(`H-A15: keeps no connection of others open, and no process alive: ${component}`, async (t) => {
      const env = { WAYBILL_URL: stage.url };
      const program = Program.run('test/conformance/lifecycle/programs/never-started.ts', {
        args: [component],
        env,
      });
      t.after(() => program.close());
      await program.waitForLine('done', 30_000);
      assert.deepEqual(await program.waitForEnd(15_000), { code: 0, signal: null }, program.stderr);
    });
});
