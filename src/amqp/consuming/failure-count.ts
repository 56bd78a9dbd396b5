import type { Delivery } from './delivery.js';

/** How many runs of a message have failed. */
export const failuresHeader = 'x-waybill-failures';

/** How many runs of this message have failed before. */
export function failureCount({ properties }: Delivery): number {
  const count: unknown = properties.headers?.[failuresHeader];
  return Number.isSafeInteger(count) ? Math.max(0, count as number) : 0;
}
