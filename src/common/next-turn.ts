/**
 * Node's `setImmediate` as it was when Waybill was loaded. Tests put fake timers in its place, to let time pass as they like; frames and
 * acks that wait for the end of a turn are no matter of time, and would never leave.
 */
export const nextTurn: typeof setImmediate = setImmediate;
