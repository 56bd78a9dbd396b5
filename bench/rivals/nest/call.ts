import { firstValueFrom, timeout } from 'rxjs';
import type { Answer } from '../../candidates/common/parameters.js';
import type { Assignment, Part } from '../../candidates/part.js';
import { callingParameters, TIMEOUT_MS } from '../common/calling.js';
import { open as connect } from './client.js';
import { sameBytes } from './options.js';

export async function open(assignment: Assignment): Promise<Part> {
  const client = await connect(assignment.url, { persistent: false });
  return callingParameters(
    sameBytes(assignment),
    (parameters) => firstValueFrom(client.send<Answer>('ask', parameters).pipe(timeout(TIMEOUT_MS))),
    async () => client.close(),
  );
}
