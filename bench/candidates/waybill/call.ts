import { checkAnswer, parametersOf } from '../common/parameters.js';
import { pump } from '../common/pump.js';
import type { Assignment, Part } from '../part.js';
import { BenchProducer } from './facilities.js';

export async function open({ url, inFlight, bodyBytes }: Assignment): Promise<Part> {
  const producer = await BenchProducer.connect({ url });
  const parameters = parametersOf(bodyBytes);
  const ask = async (index: number): Promise<void> => {
    const answer = await producer.rpc_ask(parameters(index));
    checkAnswer(answer.unwrap(), index);
  };
  return {
    run: (count) => pump(count, inFlight, (index, done) => void ask(index).then(() => done(), done)),
    close: () => producer.close(),
  };
}
