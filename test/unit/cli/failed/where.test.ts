import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailedMessage } from '../../../../src/amqp/index.js';
import { choiceOf } from '../../../../src/cli/failed/where.js';

const now = Date.parse('2026-11-27T12:00:00Z');

/** A message that was parked an hour ago. */
const parked: FailedMessage = {
  id: 'm1',
  dossier: {
    error: 'PaymentRefused',
    message: 'the bank said no, twice',
    code: 'REFUSED',
    handler: 'Desk.pay',
    attempts: 3,
    queue: 'orders',
    component: { name: 'Desk' },
    failedAt: '2026-11-27T11:00:00Z',
  },
  origin: {},
  editedAt: undefined,
  properties: { type: 'pay_order' },
  content: Buffer.from(JSON.stringify({ name: 'pay_order', fingerprint: { name: 'shop' } })),
};

/** One that Waybill has not parked. */
const foreign: FailedMessage = {
  id: 'm2',
  dossier: undefined,
  origin: {},
  editedAt: undefined,
  properties: { appId: 'legacy' },
  content: Buffer.from([0, 255]),
};

describe('--where', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['code=REFUSED', true],
    ['code=REF*', true],
    ['code=*', true],
    ['code=refused', false],
    ['code=REFUSE', false],
    ['error=PaymentRefused', true],
    ['handler=*.pay', true],
    ['handler=D.*', false],
    ['message=pay_order', true],
    ['sender=shop', true],
    ['sender=desk', false],
    ['text=the BANK said', true],
    ['text=no\\, twice', true],
    ['text=yes', false],
    ['older=59m', true],
    ['older=1h', false],
    ['newer=61m', true],
    ['newer=1h', false],
    ['code=REFUSED,handler=Desk.pay,older=30m', true],
    ['code=REFUSED, handler=Desk.ship', false],
  ];
  for (const [text, chosen] of cases) {
    it(`${text} ${chosen ? 'chooses' : 'leaves'} it`, () => {
      assert.equal(choiceOf([text], now)(parked), chosen);
    });
  }

  it('chooses what one of several says', () => {
    assert.equal(choiceOf(['code=OTHER', 'handler=Desk.pay'], now)(parked), true);
    assert.equal(choiceOf(['code=OTHER', 'handler=Desk.ship'], now)(parked), false);
  });

  it('knows of a message without a dossier only what it says itself', () => {
    assert.equal(choiceOf(['sender=legacy'], now)(foreign), true);
    for (const text of ['code=*', 'older=1s', 'newer=99d', 'text=a'])
      assert.equal(choiceOf([text], now)(foreign), false, text);
  });

  it('goes by the class of an error that has no code, as groups do', () => {
    const { code: _, ...dossier } = parked.dossier ?? ({} as never);
    assert.equal(choiceOf(['code=PaymentRefused'], now)({ ...parked, dossier }), true);
    assert.equal(choiceOf(['code=PaymentRefused'], now)(parked), false);
  });

  it('takes what a stranger has written into a dossier for nothing but what it is', () => {
    const odd = { ...parked, dossier: { code: 7, handler: {}, failedAt: [] } } as unknown as FailedMessage;
    for (const text of ['code=7', 'handler=*', 'older=1s', 'text=a'])
      assert.equal(choiceOf([text], now)(odd), false, text);
  });
});
