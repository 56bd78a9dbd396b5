import type { Message } from '../common/message.js';
import type { Binding } from './binding.js';
import type { Router } from './router.js';

interface Node {
  readonly children: Map<string, Node>;
  readonly bindings: Set<Binding>;
}

/** Along each binding whose pattern fits the routing key: `*` is one word, `#` any number of words, also none. */
export class TopicRouter implements Router {
  readonly #root: Node = createNode();

  add(binding: Binding): void {
    let node = this.#root;
    for (const word of wordsOf(binding.routingKey)) {
      let child = node.children.get(word);
      if (!child) {
        child = createNode();
        node.children.set(word, child);
      }
      node = child;
    }
    node.bindings.add(binding);
  }

  remove(binding: Binding): void {
    prune(this.#root, wordsOf(binding.routingKey), 0, binding);
  }

  route(message: Message, found: (binding: Binding) => void): void {
    for (const key of message.routingKeys) walk(this.#root, wordsOf(key), 0, found);
  }
}

function createNode(): Node {
  return { children: new Map(), bindings: new Set() };
}

/** The empty key has no words, not one empty word: `#` fits it and `*` does not. */
function wordsOf(key: string): string[] {
  return key === '' ? [] : key.split('.');
}

function walk(node: Node, words: readonly string[], at: number, found: (binding: Binding) => void): void {
  const many = node.children.get('#');
  if (many) for (let rest = at; rest <= words.length; rest += 1) walk(many, words, rest, found);
  const word = words[at];
  if (word === undefined) {
    node.bindings.forEach(found);
    return;
  }
  const one = node.children.get('*');
  if (one) walk(one, words, at + 1, found);
  const same = word === '*' || word === '#' ? undefined : node.children.get(word);
  if (same) walk(same, words, at + 1, found);
}

function prune(node: Node, words: readonly string[], at: number, binding: Binding): void {
  const word = words[at];
  if (word === undefined) {
    node.bindings.delete(binding);
    return;
  }
  const child = node.children.get(word);
  if (!child) return;
  prune(child, words, at + 1, binding);
  if (child.bindings.size === 0 && child.children.size === 0) node.children.delete(word);
}
