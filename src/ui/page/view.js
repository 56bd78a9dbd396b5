// What a screen shows is described anew each time, and only what is different is changed in the page. All text goes in as text.

/**
 * @typedef {string | number | false | null | undefined} Text
 * @typedef {{ tag: string, attributes: Readonly<Record<string, any>>, children: readonly Piece[] }} Element
 * @typedef {Element | Text} Piece
 * @typedef {Piece | readonly Shown[]} Shown
 * @typedef {Node & { shown?: Readonly<Record<string, any>>, key?: string }} Known
 */

const svgSpace = 'http://www.w3.org/2000/svg';

/**
 * An element: `h('p', { class: 'quiet' }, 'Nobody')`. Attributes `on…` are functions, `css` is an object of properties, `key` tells it
 * from others beside it.
 * @param {string} tag
 * @param {Readonly<Record<string, any>> | null} attributes
 * @param {...Shown} children
 * @returns {Element}
 */
export function h(tag, attributes, ...children) {
  return { tag, attributes: attributes ?? {}, children: flat(children) };
}

/**
 * Makes the children of an element what is described. Who has the keyboard keeps it.
 * @param {globalThis.Element} parent
 * @param {Shown} shown
 */
export function show(parent, shown) {
  const focused = document.activeElement;
  patch(parent, flat([shown]));
  if (focused instanceof HTMLElement || focused instanceof SVGElement)
    if (focused.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

/**
 * @param {readonly Shown[]} shown
 * @returns {Piece[]}
 */
function flat(shown) {
  return /** @type {Piece[]} */ (shown.flat(9)).filter(
    (each) => each !== false && each !== null && each !== undefined,
  );
}

/**
 * @param {globalThis.Element} parent
 * @param {readonly Piece[]} pieces
 */
function patch(parent, pieces) {
  const keyed = keyedIn(parent, pieces);
  let at = /** @type {Known | null} */ (parent.firstChild);
  for (const piece of pieces) {
    const key = typeof piece === 'object' && piece ? piece.attributes['key'] : undefined;
    const candidate = key === undefined ? at : keyed.get(key);
    const node = candidate && fits(candidate, piece) ? candidate : made(piece, parent);
    if (node === at) at = /** @type {Known | null} */ (at.nextSibling);
    else parent.insertBefore(node, at);
    update(node, piece);
  }
  while (at) {
    const next = /** @type {Known | null} */ (at.nextSibling);
    parent.removeChild(at);
    at = next;
  }
}

/**
 * Those that have a key, by it; what is not wanted any more goes first, so that the others need not move.
 * @param {globalThis.Element} parent
 * @param {readonly Piece[]} pieces
 */
function keyedIn(parent, pieces) {
  /** @type {Map<string, Known>} */
  const keyed = new Map();
  for (const node of /** @type {Iterable<Known>} */ (parent.childNodes))
    if (node.key !== undefined) keyed.set(node.key, node);
  if (keyed.size === 0) return keyed;
  const wanted = new Set(
    pieces.map((each) => (typeof each === 'object' && each ? each.attributes['key'] : undefined)),
  );
  for (const [key, node] of keyed)
    if (!wanted.has(key)) {
      parent.removeChild(node);
      keyed.delete(key);
    }
  return keyed;
}

/**
 * @param {Known} node
 * @param {Piece} piece
 */
function fits(node, piece) {
  if (typeof piece !== 'object' || !piece) return node.nodeType === Node.TEXT_NODE;
  return node.nodeName.toLowerCase() === piece.tag.toLowerCase() && node.key === piece.attributes['key'];
}

/**
 * @param {Piece} piece
 * @param {globalThis.Element} parent
 * @returns {Known}
 */
function made(piece, parent) {
  if (typeof piece !== 'object' || !piece) return document.createTextNode('');
  const space = piece.tag === 'svg' ? svgSpace : parent.namespaceURI;
  /** @type {Known} */
  const node = document.createElementNS(space, piece.tag);
  node.key = piece.attributes['key'];
  return node;
}

/**
 * @param {Known} node
 * @param {Piece} piece
 */
function update(node, piece) {
  if (typeof piece !== 'object' || !piece) {
    const text = String(piece);
    if (node.nodeValue !== text) node.nodeValue = text;
    return;
  }
  const element = /** @type {HTMLElement & Known} */ (node);
  const before = element.shown ?? {};
  for (const name in before) if (!(name in piece.attributes)) set(element, name, undefined, before[name]);
  for (const name in piece.attributes) set(element, name, piece.attributes[name], before[name]);
  element.shown = piece.attributes;
  patch(element, piece.children);
}

/**
 * @param {HTMLElement & Record<string, any>} element
 * @param {string} name
 * @param {any} value
 * @param {any} before
 */
function set(element, name, value, before) {
  if (value === before || name === 'key') return;
  if (name.startsWith('on')) element[name] = value ?? null;
  else if (name === 'css')
    for (const [property, each] of Object.entries(value ?? {}))
      element.style.setProperty(property, String(each));
  else if (name === 'value' && 'value' in element) element['value'] = value ?? '';
  else if (value === undefined || value === null || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}
