/** How often somebody who watches is told, where nothing else was asked for, in milliseconds. */
export const usualReportMs = 12_000;
/** So long a process tells after it was asked to, in milliseconds; who watches asks again well before. */
export const leaseMs = 150_000;
