// Bodies over the broker's limit, which differs between versions.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { freshVhost, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import type { SideChannel } from '../../support/side-channel.js';
import { numbered, ownLink, rejection, takeAll, toQueue } from './fixture.js';

const mebibyte = 1_048_576;
const limit = atLeast('4.0') ? 16 : 128;

describe('a body over the limit of the broker', () => {
  const owner = suiteOwner();
  let url: string;
  let side: SideChannel;
  before(async () => {
    url = (await freshVhost(owner)).url;
    side = await sideChannel(owner, url);
  });

  it('is rejected alone, with an error that says the limit and where it is set; the messages around it arrive', async (t) => {
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue));
    const link = ownLink(t, url);
    const texts = numbered('good', 20);
    const publish = (text: string): Promise<void> => link.publish(toQueue(queue, text));
    const good = texts.slice(0, 10).map(publish);
    const content = Buffer.alloc((limit + 1) * mebibyte);
    const bad = rejection(link.publish(toQueue(queue, 'bad', { content })));
    good.push(...texts.slice(10).map(publish));
    const { code, message } = (await bad) as Error & { readonly code: string };
    assert.equal(code, 'PUBLISH_REFUSED');
    const sentence = `its body of ${limit + 1} MiB is over the limit of ${limit} MiB. Set max_message_size in its rabbitmq.conf`;
    assert.ok(message.includes(sentence), message);
    await Promise.all(good);
    const arrived = (await takeAll(side, queue)).map(({ text }) => text);
    assert.deepEqual([...new Set(arrived)], texts);
  });
});
