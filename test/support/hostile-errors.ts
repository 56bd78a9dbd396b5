/** What users throw that bites whoever looks at it, by what it is. Each call makes them anew. */
export function hostileErrors(): Readonly<Record<string, unknown>> {
  const { proxy: revoked, revoke } = Proxy.revocable(new Error('revoked'), {});
  revoke();
  return {
    'an error whose code throws': throwingAt('code'),
    'an error whose message throws': throwingAt('message'),
    'an error whose name throws': throwingAt('name'),
    'an error whose stack throws': throwingAt('stack'),
    'an error that is a Proxy whose traps all throw': new Proxy(new Error('behind a proxy'), allThrowing()),
    'a revoked Proxy': revoked,
    'an error whose name is no text': Object.assign(new Error('x'), { name: 42 }),
    null: null,
    undefined,
    'a symbol': Symbol('thrown'),
    'an object without a text': Object.create(null),
  };
}

function throwingAt(key: string): Error {
  return Object.defineProperty(new Error('the message'), key, {
    configurable: true,
    enumerable: true,
    get() {
      throw new TypeError(`${key} is not to be read`);
    },
  });
}

function allThrowing(): ProxyHandler<Error> {
  const trap = (): never => {
    throw new TypeError('it is not to be looked at');
  };
  return { get: trap, has: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap, ownKeys: trap };
}
