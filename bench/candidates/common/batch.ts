/** How many messages a batch has, and how many the broker hands out ahead: the default of an App. */
export const BATCH = 100;
export const BATCH_PREFETCH = 128;
