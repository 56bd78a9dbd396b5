// Tells each tick that it runs: `counts.ts <url> <name>`. The broker misses it within seconds when it is frozen.
import { Timetable } from 'waybill';

const [url, name] = process.argv.slice(2);
const timetable = new Timetable({ url, name, heartbeatSeconds: 1 });
timetable.every('tick', { everyMs: 1_000 }, ({ at }) => console.log(`ran ${at.getTime()}`));
await timetable.start();
