/** Components in a Nest application: its providers, started and ended with it. */
export { type ComponentStatus, WaybillHealth, type WaybillHealthResult } from './health.js';
export {
  WAYBILL_OPTIONS,
  WaybillModule,
  type WaybillModuleAsyncOptions,
  type WaybillModuleOptions,
} from './module.js';
