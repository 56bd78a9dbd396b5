// Logs again and again to a stderr whose reader is gone, which it is told by its stdin.
import { once } from 'node:events';
import { stderrLogger } from 'waybill';

await once(process.stdin, 'data');
for (let line = 0; line < 5; line++) {
  stderrLogger.error(`line ${line}`);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
process.stdout.write('still here\n');
process.stdin.destroy();
