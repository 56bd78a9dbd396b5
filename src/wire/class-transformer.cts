import type ClassTransformer = require('class-transformer');

// Its decorators ask for it while the user's classes are made. Required, it loads in a fifth of the time of an `import`,
// which would look through all of its comments for exports.
import 'reflect-metadata';

/**
 * class-transformer, loaded when it is first asked for: its forty files would make each component start later, and most
 * send and take plain data. This file is CommonJS because `import` cannot load at once what it loads later; bundlers
 * follow this `require` to the same copy that a user's `import` leads to, so decorators are found.
 */
const loadClassTransformer = (): typeof ClassTransformer => require('class-transformer');

// n.b. named, and by a name alone, as Node.js finds it: who makes CommonJS of modules need not know what a default import of CommonJS is.
export = { loadClassTransformer: loadClassTransformer as () => typeof ClassTransformer };
