import { AsyncLocalStorage } from 'node:async_hooks';
import type { Middleware } from 'waybill';

const header = 'x-tenant';
const tenants = new AsyncLocalStorage<string>();

/** For whom this is being done; undefined where nobody has said so. */
export function currentTenant(): string | undefined {
  return tenants.getStore();
}

/** Does something for a tenant: all that is sent meanwhile is for him. */
export function asTenant<T>(tenant: string, work: () => T): T {
  return tenants.run(tenant, work);
}

/** Sends the tenant along, and handles what comes for the tenant that it came with. */
export const tenant: Middleware = {
  send: (next) => (message) => {
    const current = currentTenant();
    if (current !== undefined) message.headers[header] = current;
    return next(message);
  },
  receive: (next) => (message) => {
    const given = message.context.headers[header];
    return typeof given === 'string' ? asTenant(given, () => next(message)) : next(message);
  },
};
