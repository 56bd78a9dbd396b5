import assert from 'node:assert/strict';
import { it } from 'node:test';
import { StockProducer } from '@shop/contract';
import { silentLogger } from 'waybill';
import { TestBroker } from 'waybill/testing';
import { Stock } from '../src/stock.js';

it('gives out what there is, and says why where there is not enough', async () => {
  await using broker = await TestBroker.start();
  await using _stock = await new Stock({ url: broker.url, logger: silentLogger }).start();
  await using stock = await StockProducer.connect({ url: broker.url });
  assert.equal((await stock.rpc_reserve('album', 2)).unwrap(), 1);
  const refused = await stock.rpc_reserve('album', 2);
  assert.match(refused.message, /only 1 of album/);
});
