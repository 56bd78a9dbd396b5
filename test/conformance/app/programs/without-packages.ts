// An app on a machine where some packages are not installed: those named after what it does, its first argument.
import Module, { register } from 'node:module';
import { silentLogger } from 'waybill';
import type { AppOptions } from 'waybill/app';

const [what = '', ...absent] = process.argv.slice(2);

/** For `import`. */
const hook = `
  const absent = ${JSON.stringify(absent)};
  export function resolve(specifier, context, next) {
    if (!absent.includes(specifier)) return next(specifier, context);
    const error = new Error("Cannot find package '" + specifier + "' imported from here");
    throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
// Node 26 warns of `register`; what comes instead is not in Node 20.
process.noDeprecation = true;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

/** For `require`. */
const loader = Module as unknown as { _resolveFilename(name: string, ...others: unknown[]): string };
const resolve = loader._resolveFilename;
loader._resolveFilename = (name, ...others) => {
  if (!absent.includes(name)) return resolve.call(loader, name, ...others);
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
};

const { App, SseConnection } = await import('waybill/app');
const connections = [new SseConnection({ url: 'http://127.0.0.1:1' })];
const options: AppOptions = { logger: silentLogger, connections };
const app = new App(what === 'http' ? { ...options, http: { port: 0 } } : options);
if (what === 'sse') app.sse.consume('/')(() => {});
await app.start().then(
  () => console.log('started'),
  (error: Error) => console.log(`${error.name}: ${error.message}`),
);
await app.close();
