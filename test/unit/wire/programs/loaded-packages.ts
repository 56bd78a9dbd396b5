// Prints which packages are loaded after `waybill` is, and after an instance of a class was put into a message.
import Module from 'node:module';
import { MessageCommand } from 'waybill';

class Place {}

print();
new MessageCommand('go', new Place());
print();

function print(): void {
  const { _cache } = Module as unknown as { readonly _cache: Readonly<Record<string, unknown>> };
  const names = Object.keys(_cache).map((path) => /node_modules\/([^/]+)/.exec(path)?.[1]);
  console.log([...new Set(names)].join(' '));
}
