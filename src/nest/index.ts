/** Components in a Nest application: its providers, started and ended with it. */
export { WaybillHealth, type WaybillHealthResult } from './health.js';
export {
  WAYBILL_OPTIONS,
  WaybillModule,
  type WaybillModuleAsyncOptions,
  type WaybillModuleOptions,
} from './module.js';
