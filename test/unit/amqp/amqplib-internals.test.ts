import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { ChannelModel } from 'amqplib';
import { readBy } from '../../../src/amqp/frames/amqplib-internals.js';
import { until } from '../../support/until.js';

/** What of amqplib's connection is looked at; `bytes` is what the peer sends. */
function connection() {
  const bytes = new PassThrough();
  // amqplib reads when there is something to read.
  bytes.on('readable', () => undefined);
  const parts = {
    stream: bytes,
    frameMax: 131_072,
    rest: Buffer.alloc(0),
    recvFrame: () => false,
    accept() {},
  };
  return Object.assign(new EventEmitter(), parts);
}

describe('a decoder in place of amqplib’s', () => {
  it('reads nothing more from a peer that has sent rubbish, however much comes, and keeps none of it', async () => {
    const peer = connection();
    const errors: unknown[] = [];
    peer.on('frameError', (thrown) => errors.push(thrown));
    let reads = 0;
    const rubbish = new Error('rubbish');
    const read = (): void => {
      reads++;
      throw rubbish;
    };
    assert.ok(readBy({ connection: peer } as unknown as ChannelModel, () => ({ read })));
    peer.stream.write('rubbish');
    await until(() => errors.length > 0, { what: 'it is given up' });
    for (let mebibyte = 0; mebibyte < 32; mebibyte++) peer.stream.write(Buffer.alloc(1024 * 1024));
    await until(() => peer.stream.readableLength + peer.stream.writableLength === 0, { what: 'all is gone' });
    assert.deepEqual(errors, [rubbish]);
    assert.equal(reads, 1);
  });

  it('is not used where the internals of amqplib are not those that it knows', () => {
    const peer = connection();
    peer.stream.on('readable', () => undefined);
    const open = () => assert.fail('nothing is changed');
    assert.equal(readBy({ connection: peer } as unknown as ChannelModel, open), false);
  });
});
