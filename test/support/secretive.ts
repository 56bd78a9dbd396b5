import 'reflect-metadata';
import { Exclude } from 'class-transformer';

/** What must never leave a process in which it is excluded. */
export const secret = 'the-password-of-a-user';

/** A class of which one field stays at home. */
export class User {
  name: string;
  password: string = secret;

  constructor(name: string = 'Ada') {
    this.name = name;
  }
}
// The decorators of class-transformer are of the legacy kind; called by hand they work in both modes.
Exclude()(User.prototype, 'password');

/** Places of any depth in which such an instance may stand, and what shall leave of them. */
export function places(): Readonly<Record<string, readonly [given: unknown, leaves: unknown]>> {
  const ada = { name: 'Ada' };
  return {
    'in an object': [{ user: new User() }, { user: ada }],
    'in a list': [
      [new User(), new User('Bob')],
      [ada, { name: 'Bob' }],
    ],
    'deep inside': [
      { total: 1, pages: [{ items: [new User()] }] },
      { total: 1, pages: [{ items: [ada] }] },
    ],
    'in a map of users': [{ byName: new Map([['Ada', new User()]]) }, { byName: { Ada: ada } }],
    'in a set of users': [{ all: new Set([new User()]) }, { all: [ada] }],
    'in what an object says of itself': [
      { owned: { toJSON: () => ({ owner: new User() }) } },
      { owned: { owner: ada } },
    ],
    'in an object that says it is itself': [itself(), { user: ada }],
    'in an object without a prototype': [
      Object.assign(Object.create(null), { user: new User() }),
      { user: ada },
    ],
    'under a key that is a trap': [
      JSON.parse('{"list":[1]}', (_key, value) => (Array.isArray(value) ? [new User()] : value)),
      { list: [ada] },
    ],
  };
}

function itself(): object {
  return {
    user: new User(),
    toJSON() {
      return this;
    },
  };
}
