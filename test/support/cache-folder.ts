/** Where what was installed for the tests is kept for later runs, outside the project. */
export function cacheFolder(): string {
  return process.env['WAYBILL_TEST_CACHE'] ?? '/var/cache/waybill-rabbitmq';
}
