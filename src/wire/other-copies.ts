import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { loadClassTransformer } from './class-transformer.cjs';

/** Another copy of class-transformer in this process. */
interface Copy {
  readonly path: string;
  /** Its books: what its decorators have said of which classes. */
  readonly storage: Readonly<Record<string, unknown>>;
}

/** What the module of the books exports. */
interface Storage {
  readonly defaultMetadataStorage?: Copy['storage'];
}

/** All CommonJS modules of the process, by their paths; it does not matter from where one asks. */
const modules = createRequire(process.execPath).cache;

/** The books in which a class stands that was decorated. */
const books = ['_typeMetadatas', '_transformMetadatas', '_exposeMetadatas', '_excludeMetadatas'];

/** How many objects are looked through: an instance may hold half of the process, and exclude it. */
const maxObjects = 10_000;

/** Prototypes of classes that were met, and prototypes of plain objects. */
const met = new WeakSet<object>();
let copies: readonly Copy[] = [];

/**
 * Refuses an instance in which a class was decorated by another copy of class-transformer than ours. Such decorators stand in
 * books of their own, so they would all be passed over, and what is excluded would be sent.
 * @throws ConfigurationError
 */
export function refuseStrangers(instance: object): void {
  const prototype = Object.getPrototypeOf(instance) as object;
  lookForCopies(prototype);
  if (copies.length > 0) for (const type of classesIn(instance)) refuseStranger(type);
}

/** Refuses a class that another copy has decorated and of which instances shall be made. @throws ConfigurationError */
export function refuseStranger(type: object): void {
  lookForCopies(type);
  const copy = copies.find(({ storage }) => isDecorated(type, storage));
  if (!copy) return;
  throw new ConfigurationError(
    `The class ${(type as { readonly name?: string }).name} is decorated by another copy of class-transformer (${copy.path}) than ` +
      `the one that Waybill uses (${ownFolder() ?? 'in its bundle'}), so its @Exclude, @Type and the like would not hold. Have one copy: ` +
      '`npm ls class-transformer` tells who asks for which version.',
  );
}

/** A class that is decorated is made after the copy was loaded that decorates it; so it is looked for when a new class is met. */
function lookForCopies(classOrPrototype: object): void {
  if (met.has(classOrPrototype)) return;
  met.add(classOrPrototype);
  const own = ownFolder();
  copies = Object.entries(modules).flatMap(([file, module]) => {
    const path = dirname(file);
    if (!file.endsWith(`${sep}storage.js`) || !path.includes(`${sep}class-transformer`)) return [];
    const { defaultMetadataStorage: storage } = (module?.exports ?? {}) as Storage;
    return path !== own && storage ? [{ path, storage }] : [];
  });
}

/** Where our own copy lies; undefined in a bundle. */
function ownFolder(): string | undefined {
  const classTransformer = loadClassTransformer();
  const own = Object.entries(modules).find(([, module]) => module?.exports === classTransformer);
  return own && dirname(own[0]);
}

function isDecorated(type: object, storage: Copy['storage']): boolean {
  return books.some(
    (name) => storage[name] instanceof Map && (storage[name] as Map<unknown, unknown>).has(type),
  );
}

/** The classes of all that an object holds, itself included, and those that they are derived from. */
function classesIn(instance: object): ReadonlySet<object> {
  const classes = new Set<object>();
  const objects = new Set([instance]);
  // n.b. what is added while it is gone through is gone through, too.
  for (const object of objects) {
    for (
      let at = Object.getPrototypeOf(object);
      at && at !== Object.prototype;
      at = Object.getPrototypeOf(at)
    )
      if (typeof at.constructor === 'function') classes.add(at.constructor);
    for (const part of partsOf(object)) {
      if (typeof part === 'object' && part !== null && objects.size < maxObjects) objects.add(part);
    }
  }
  return classes;
}

function partsOf(object: object): Iterable<unknown> {
  if (object instanceof Map || object instanceof Set) return object.values();
  return Object.values(Object.getOwnPropertyDescriptors(object)).map(({ value }) => value);
}
