// What `--import` gives each process of a run of tests: TypeScript as the run has compiled it; by tsx where there is no run.
import { register } from 'node:module';

if (process.env.WAYBILL_COMPILED) {
  process.setSourceMapsEnabled(true);
  register('./hooks.mjs', import.meta.url);
} else {
  await import('tsx');
}
