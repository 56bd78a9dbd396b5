import { cut } from '../../common/foreign-text.js';
import type { FailedGroup } from '../../parked/index.js';

/** A group in a line, with what chooses it. */
export function lineOfGroup({ count, code, handler, message, oldest, newest, example }: FailedGroup): string {
  const what = [code ?? '(not parked by Waybill)', handler ?? '(no handler)', message ?? '(no name)'].join(
    '  ',
  );
  const when = oldest === newest ? oldest : `${oldest} to ${newest}`;
  const [firstLine = ''] = (example.text ?? '').split('\n');
  return `${String(count).padStart(6)}  ${what}  ${when ?? ''}  ${example.id}: ${cut(firstLine, 200)}`;
}
