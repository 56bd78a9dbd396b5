// The other terminal of two: sends pings to the receiver.
import { sendPings } from './send-pings.js';

await sendPings().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
