import assert from 'node:assert/strict';
import { it } from 'node:test';
import { brokerUrl, freshVhost, management } from '../../support/broker.js';

it('asks the HTTP API of the node that the run has started, and of no other broker', async (t) => {
  const vhost = await freshVhost(t);
  if (!vhost.isolated) {
    assert.equal(vhost.url, brokerUrl());
    await assert.rejects(management('GET', '/api/vhosts'), /the broker is a foreign one/);
    return;
  }
  const names = ((await management('GET', '/api/vhosts')) as { name: string }[]).map(({ name }) => name);
  assert.ok(names.includes(vhost.name));
  await assert.rejects(management('GET', '/api/vhosts/missing'), /GET \/api\/vhosts\/missing: 404/);
});
