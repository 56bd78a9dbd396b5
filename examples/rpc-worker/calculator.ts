import { RpcWorker } from 'waybill/workers';

/** What can be asked, of whom, and what is answered: queue by queue. */
export interface Calls {
  sum(numbers: readonly number[]): number;
  divide(pair: { readonly dividend: number; readonly divisor: number }): number;
}

/** Answers calls. Callers may be written in Python: the bytes are those of amqp-worker. */
export function newCalculator(url?: string): RpcWorker<Calls> {
  const worker = new RpcWorker<Calls>({ url }, { name: 'calculator' });

  worker.route('sum')((numbers) => numbers.reduce((sum, each) => sum + each, 0));

  worker.route('divide')(({ dividend, divisor }) => {
    if (divisor === 0) throw new RangeError('a number cannot be divided by zero');
    return dividend / divisor;
  });

  return worker;
}
