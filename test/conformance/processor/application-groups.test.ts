import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  GenericApplication,
  GenericApplicationExchange,
  type GenericApplicationOptions,
  type HandlerContext,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { type Log, recordingLog, useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

const told: string[] = [];

/** Notes the commands it gets that are not its own. */
class Member extends GenericApplication {
  static override readonly loggingProducer = { log: (text: string) => void told.push(text) };

  readonly seen: string[] = [];
}
Member.handle('test', '*', function (_content, { body }: HandlerContext) {
  this.seen.push(String(body.name));
});

describe('groups of a GenericApplication', () => {
  const stage = useStage();

  interface Started {
    readonly app: Member;
    readonly log: Log;
    /** The key of this very process. */
    readonly uid: string;
  }

  async function start(t: TestContext, options: GenericApplicationOptions): Promise<Started> {
    const log = recordingLog();
    const app = new Member({ url: stage.url, logger: log, ...options });
    t.after(() => app.close());
    await app.start();
    return { app, log, uid: `${app.fingerprint.pid}@${app.fingerprint.host}` };
  }

  async function publish(key: string, body: unknown): Promise<void> {
    await stage.side.publish(GenericApplicationExchange.exchangeName, key, JSON.stringify(body));
  }

  const send = (key: string, name: string): Promise<void> => publish(key, { ...command(name), type: 'test' });

  /** Sends a command and then a mark behind it, and waits until the mark has been handled. */
  async function obey({ app, uid }: Started, name: string, parameters: unknown): Promise<void> {
    const mark = uniqueName('mark');
    await publish(uid, command(name, parameters));
    await send(uid, mark);
    await until(() => app.seen.includes(mark), { what: `${name} was obeyed` });
    app.seen.splice(app.seen.indexOf(mark), 1);
  }

  async function waitForSeen(members: readonly Started[], count: number): Promise<void> {
    const seen = (): readonly string[] => members.flatMap(({ app }) => app.seen);
    await until(() => seen().length >= count, { what: `${count} messages were handled` });
  }

  const newFingerprint = (pid = '1') => ({ name: uniqueName('app'), host: uniqueName('host'), pid });

  it('P-C44: join_group and leave_group, by command, change what goes to the group, and nothing else', async (t) => {
    const fingerprint = newFingerprint();
    const { name } = fingerprint;
    const member = await start(t, { fingerprint, groups: ['g1'] });
    const { app, log, uid } = member;
    assert.deepEqual(app.groups, ['g1']);
    await send(`${name}#g2`, 'before joining');
    await obey(member, 'join_group', { group_name: 'g2' });
    assert.deepEqual(app.groups, ['g1', 'g2']);
    await send(`${name}#g2`, 'all of g2');
    await send(`${name}#g2/rr`, 'one of g2');
    await send(`${name}#g1`, 'all of g1');
    await waitForSeen([member], 3);
    await obey(member, 'leave_group', { group_name: 'g2' });
    assert.deepEqual(app.groups, ['g1']);
    await send(`${name}#g2`, 'all of g2, after leaving');
    await send(`${name}#g1`, 'all of g1, still');
    await send(`${name}#g1/rr`, 'one of g1, still');
    await send(name, 'by name, still');
    await waitForSeen([member], 6);
    const expected = [
      'all of g2',
      'one of g2',
      'all of g1',
      'all of g1, still',
      'one of g1, still',
      'by name, still',
    ];
    assert.deepEqual([...app.seen].sort(), expected.sort());
    assert.deepEqual(
      told.filter((text) => text.startsWith(uid)),
      [`${uid} joined group g1`, `${uid} joined group g2`, `${uid} left group g2`],
    );
    assert.deepEqual([...log.errors, ...log.warnings], []);
  });

  it('P-X10: an application that joins at run time takes turns with the other members, and none after leaving', async (t) => {
    const fingerprint = newFingerprint('1');
    const { name } = fingerprint;
    const early = await start(t, { fingerprint, groups: ['g'] });
    const late = await start(t, { fingerprint: { ...fingerprint, pid: '2' } });
    const both = [early, late];
    await obey(late, 'join_group', { group_name: 'g' });
    assert.equal((await stage.side.look(`${name}#g`))?.consumers, 2);
    for (let turn = 0; turn < 20; turn++) await send(`${name}#g/rr`, `turn ${turn}`);
    await waitForSeen(both, 20);
    assert.equal(new Set(both.flatMap(({ app }) => app.seen)).size, 20);
    assert.ok(
      both.every(({ app }) => app.seen.length > 0),
      'somebody got no turn',
    );
    await obey(late, 'leave_group', { group_name: 'g' });
    assert.equal((await stage.side.look(`${name}#g`))?.consumers, 1);
    const before = late.app.seen.length;
    for (let turn = 0; turn < 6; turn++) await send(`${name}#g/rr`, `later turn ${turn}`);
    await waitForSeen(both, 26);
    assert.equal(late.app.seen.length, before);
    assert.equal(early.app.seen.filter((each) => each.startsWith('later turn')).length, 6);
  });

  it('joining twice and leaving a group that it is no member of change nothing', async (t) => {
    const fingerprint = newFingerprint();
    const member = await start(t, { fingerprint, groups: ['g', 'g'] });
    await obey(member, 'join_group', { group_name: 'g' });
    await obey(member, 'leave_group', { group_name: 'unknown' });
    assert.deepEqual(member.app.groups, ['g']);
    assert.equal((await stage.side.look(`${fingerprint.name}#g`))?.consumers, 1);
    await send(`${fingerprint.name}#g`, 'once');
    await waitForSeen([member], 1);
    assert.deepEqual(member.app.seen, ['once']);
    assert.equal(told.filter((text) => text.startsWith(member.uid)).length, 1);
  });

  it('a command that names no group is acked and changes nothing', async (t) => {
    const member = await start(t, { fingerprint: newFingerprint() });
    for (const parameters of [{}, null, 'g', { group_name: 7 }, { group_name: null }, []]) {
      await obey(member, 'join_group', parameters);
      await obey(member, 'leave_group', parameters);
    }
    assert.deepEqual(member.app.groups, []);
    assert.deepEqual(member.log.errors, []);
    assert.equal(await stage.side.depth(member.app.instance), 0);
  });

  it('H-A1: an application is no member of a group that it could not join, and may join again', async (t) => {
    const member = await start(t, { fingerprint: newFingerprint() });
    await assert.rejects(member.app.joinGroup('g'.repeat(300)));
    assert.deepEqual(member.app.groups, []);
    await member.app.joinGroup('g');
    assert.deepEqual(member.app.groups, ['g']);
  });

  it('an application joins and leaves by its methods, too, any number of times', async (t) => {
    const fingerprint = newFingerprint();
    const member = await start(t, { fingerprint });
    for (let time = 0; time < 3; time++) {
      await member.app.joinGroup('g');
      await send(`${fingerprint.name}#g`, `time ${time}`);
      await waitForSeen([member], time + 1);
      await member.app.leaveGroup('g');
    }
    assert.deepEqual(member.app.seen, ['time 0', 'time 1', 'time 2']);
    assert.deepEqual(member.log.errors, []);
  });
});
