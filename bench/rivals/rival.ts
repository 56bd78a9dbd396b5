import type { PythonPackage } from '../../test/interop/python.js';
import type { Role } from '../candidates/part.js';

/** Somebody else's toolkit, measured beside the base. Its folder has a module for each role that it can play. */
export interface Rival {
  /** On the command line and in records; its folder has the same name. */
  readonly name: string;
  /** What it is set to, as its documentation advises for speed, and what its users would not expect. */
  readonly settings: string;
  /** The roles it cannot play, and why. */
  readonly lacks?: Partial<Record<Role, string>>;
  /** Set for a toolkit of Python: its modules are run from the tree, by `python/child.py`. */
  readonly python?: PythonPackage;
}
