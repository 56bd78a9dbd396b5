/** Work that recurs: each tick in one of many processes, which agree by a queue. */
export type { Missed, Tick, WallClock } from './entry.js';
export type { When } from './ticks.js';
export { type RecurringHealth, Timetable, type TimetableHealth, type TimetableOptions } from './timetable.js';
