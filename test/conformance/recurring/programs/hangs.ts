// Begins what recurs each second, and never ends it: `hangs.ts <url> <name>`.
import { Timetable } from 'waybill';

const [url, name] = process.argv.slice(2);
const timetable = new Timetable({ url, name });
timetable.every('hang', { everyMs: 1_000 }, async () => {
  console.log('begun');
  await new Promise(() => setInterval(() => {}, 1_000));
});
await timetable.start();
