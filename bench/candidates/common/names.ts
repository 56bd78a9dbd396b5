/** What every candidate publishes to and consumes from; the bench declares it before each run. */
export const names = {
  exchange: 'waybill-bench-exchange',
  queue: 'waybill-bench-queue',
  routingKey: 'waybill-bench',
} as const;
