// Messages that are kept back until they are due, in every style that sends.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { isWaybillError, type MessageSettings } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { useStage } from '../../support/stage/stage.js';
import { sendings } from './styles.js';

const longestMs = (2 ** 28 - 1) * 1_000;

/** What cannot be, as plain JavaScript gives it, and what is said of it. */
const refused: readonly (readonly [settings: object, text: RegExp])[] = [
  [{ delayMs: 1_000, at: new Date() }, /delayMs and at both say when the message is due/],
  [{ delayMs: -1 }, /delayMs must be a number of milliseconds from 0 to 268,435,455,000 and is -1/],
  [{ delayMs: Number.NaN }, /delayMs must be a number of milliseconds/],
  [{ delayMs: Number.POSITIVE_INFINITY }, /delayMs must be a number of milliseconds/],
  [{ delayMs: longestMs + 1 }, /delayMs must be a number of milliseconds/],
  [{ delayMs: '1000' }, /delayMs must be .* and is the text '1000'/],
  [{ delayMs: null }, /delayMs must be .* and is null/],
  [{ at: new Date(Number.NaN) }, /at must be a Date and is an invalid one/],
  [{ at: Date.now() + 1_000 }, /at must be a Date and is \d+/],
  [{ at: '2030-01-01' }, /at must be a Date and is the text '2030-01-01'/],
  [{ at: new Date(Date.now() + longestMs + 60_000) }, /at is 20\d\d-.* longer than eight and a half years/],
];

for (const [style, start] of Object.entries(sendings)) {
  describe(`a late message of ${style}`, () => {
    const stage = useStage();

    async function given(t: TestContext) {
      const queue = uniqueName('queue');
      await stage.side.onChannel((channel) => channel.assertQueue(queue));
      return { queue, send: await start(t, stage, queue) };
    }

    it('comes when its delay is over, as it was sent, and not before', async (t) => {
      const { queue, send } = await given(t);
      const own = {
        region: 'eu',
        deep: { list: [true, null, 2.5], bytes: Buffer.from('b') },
        CC: ['nowhere'],
      };
      const messageId = uniqueName('order');
      const begun = performance.now();
      await send({
        delayMs: 1_500,
        headers: own,
        priority: 7,
        expirationMs: 60_000,
        messageId,
        type: 'created',
      });
      assert.equal(await stage.side.depth(queue), 0);
      const { properties, fields } = await stage.side.waitForMessage(queue);
      assert.ok(performance.now() - begun >= 1_500);
      const { task_name, ...headers } = properties.headers ?? {};
      assert.equal(task_name, style === 'registry' ? 'work' : undefined);
      assert.deepEqual(headers, own);
      const { priority, expiration, type, messageId: id } = properties;
      assert.deepEqual(
        { priority, expiration, type, id },
        { priority: 7, expiration: '60000', type: 'created', id: messageId },
      );
      assert.deepEqual([fields.exchange, fields.routingKey], ['', queue]);
    });

    it('comes at a time, and at once where that is past', async (t) => {
      const { queue, send } = await given(t);
      const at = new Date(Date.now() + 1_200);
      await send({ at, type: 'later' });
      await send({ at: new Date(0), type: 'past' });
      await send({ delayMs: 0, type: 'now' });
      assert.equal(await stage.side.depth(queue), 2);
      const types = [];
      for (let taken = 0; taken < 3; taken++)
        types.push((await stage.side.waitForMessage(queue)).properties.type);
      assert.ok(Date.now() >= at.getTime());
      assert.deepEqual(types, ['past', 'now', 'later']);
    });

    it('is refused where its time cannot be, and nothing is sent', async (t) => {
      const { queue, send } = await given(t);
      for (const [settings, text] of refused) {
        const error: unknown = await send(settings as MessageSettings).then(
          () => 'it was sent',
          (thrown) => thrown,
        );
        assert.ok(isWaybillError(error, 'CONFIGURATION'), `${JSON.stringify(settings)}: ${error}`);
        assert.match(error.message, text);
      }
      assert.equal(await stage.side.depth(queue), 0);
    });
  });
}
