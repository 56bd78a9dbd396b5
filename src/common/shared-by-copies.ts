/**
 * A process may hold several copies of this package: of a monorepo's shared library and of the service that uses it. `instanceof`
 * knows the classes of one's own copy only, and a module's variables are each copy's own. What must hold across copies goes by
 * symbols that all of them know. They carry a number: whoever changes what they stand for counts it up.
 */
function symbolOf(name: string): symbol {
  return Symbol.for(`waybill/1 ${name}`);
}

/** Marks a class, so that its instances, and those of its subclasses, are known again by every copy. */
export function brand(type: { readonly prototype: object }, name: string): void {
  Object.defineProperty(type.prototype, symbolOf(name), { value: true });
}

/** True for instances of a class that was marked so, by whichever copy, and for its prototype. */
export function isBranded(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (value as Readonly<Record<symbol, unknown>>)[symbolOf(name)] === true;
}

/** Something of which there is one in the process: made by the copy that asks first. */
export function sharedByCopies<T>(name: string, make: () => T): T {
  const process = globalThis as { [key: symbol]: unknown };
  const symbol = symbolOf(name);
  if (!(symbol in process)) Object.defineProperty(process, symbol, { value: make() });
  return process[symbol] as T;
}
