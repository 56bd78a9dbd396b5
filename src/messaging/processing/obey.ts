import { ExitScheduler } from '../../scheduler/index.js';
import type { ReceivedBody } from '../../wire/index.js';
import { AckAndRestart } from '../control-flow.js';
import type { Control } from './processor-options.js';

/** Obeys a command that is built in, where a processor does that; anything else is left alone. @throws to end the component */
export function obey({ category, type, name }: ReceivedBody, control: readonly Control[]): void {
  if (category !== 'message' || type !== 'command' || !control.includes(name as Control)) return;
  throw name === 'quit' ? new ExitScheduler() : new AckAndRestart();
}
