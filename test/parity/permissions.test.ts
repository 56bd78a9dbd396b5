import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DevBroker } from '../../src/devbroker/index.js';
import { freshVhost, management, suiteOwner, uniqueName } from '../support/broker.js';
import { profileOfRun } from '../support/embedded-profile.js';
import type { Json } from './json.js';
import { forbidden, permissions, permitted, prepare } from './permissions.js';
import { World } from './world.js';

/** Where an administrator and a user with few permissions log in. */
interface Place {
  readonly admin: string;
  readonly user: string;
}

const user = { name: uniqueName('ann'), password: 'p' };

describe('permissions are the same on RabbitMQ and on the embedded broker', () => {
  const owner = suiteOwner();
  let embedded: DevBroker;
  let ours: Place;
  let theirs: Place | undefined;

  before(async () => {
    const patterns = Object.entries(permissions).map(([right, pattern]) => [right, new RegExp(pattern)]);
    const limited = { ...user, permissions: Object.fromEntries(patterns) };
    const admin = { name: 'admin', password: 'a' };
    embedded = await DevBroker.start({ port: 0, profile: profileOfRun(), users: [admin, limited] });
    ours = { admin: embedded.urlOf(admin), user: embedded.urlOf(limited) };
    const vhost = await freshVhost(owner);
    if (!vhost.isolated) return;
    await management('PUT', `/api/users/${user.name}`, { password: user.password, tags: '' });
    owner.after(async () => void (await management('DELETE', `/api/users/${user.name}`)));
    await management('PUT', `/api/permissions/${encodeURIComponent(vhost.name)}/${user.name}`, permissions);
    const url = new URL(vhost.url);
    theirs = { admin: vhost.url, user: Object.assign(url, { username: user.name, password: 'p' }).href };
  });

  after(() => embedded.close());

  const actions = [
    ...Object.entries(permitted).map(([what, act]) => [`may ${what}`, act, 'fine'] as const),
    ...Object.entries(forbidden).map(([what, act]) => [`may not ${what} of others`, act, 403] as const),
  ];
  for (const [name, act, expected] of actions) {
    it(name, async (t) => {
      const seen = await outcome(ours, act);
      assert.equal(typeof seen === 'object' ? (seen as { code: number }).code : seen, expected);
      if (theirs) assert.deepEqual(seen, await outcome(theirs, act));
      else t.diagnostic('Not compared: we do not make users on the broker of WAYBILL_TEST_URL.');
    });
  }
});

async function outcome({ admin, user }: Place, act: (typeof permitted)[string]): Promise<Json> {
  await using world = new World(admin);
  await prepare(await world.channel());
  const channel = await world.channel(await world.connect(user));
  return world.observation(await world.outcome(channel, () => act(channel)));
}
