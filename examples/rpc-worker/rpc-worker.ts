// A worker that is called from TypeScript and from Python. Without WAYBILL_URL it brings its own broker.
import { DevBroker } from 'waybill/devbroker';
import { RpcClient } from 'waybill/workers';
import { type Calls, newCalculator } from './calculator.js';
import { callFromPython } from './python.js';

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  const url = broker?.url ?? (process.env['WAYBILL_URL'] as string);
  const stop = await newCalculator(url).run();

  await using client = new RpcClient<Calls>({ url }, { timeoutMs: 5_000 });
  const sum = await client.call('sum', [1, 2, 3]); // never throws
  if (sum.ok) console.log(`1 + 2 + 3 = ${sum.value}`);
  const quotient = await client.call('divide', { dividend: 1, divisor: 0 });
  if (!quotient.ok) console.log(`${quotient.value}: ${quotient.message}`);

  const answer = await callFromPython(url, 'sum', [4, 5, 6]);
  console.log(
    answer === undefined ? 'There is no Python with pika here.' : `Python says 4 + 5 + 6 = ${answer}`,
  );

  await stop();
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
