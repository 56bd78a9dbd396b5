/** The objects that were looked at, by their views. */
const originals = new WeakMap<object, object>();

/** A view of an object: the same, but for some properties. What is changed on the object changes in the view, too. */
export function viewOf<T extends object>(object: T, properties: PropertyDescriptorMap): T {
  const view = Object.create(object, properties) as T;
  originals.set(view, originalOf(object));
  return view;
}

/** The object itself, of a view: builders work on it, because a view has no #private fields and keeps no state. */
export function originalOf(object: object): object {
  return originals.get(object) ?? object;
}
