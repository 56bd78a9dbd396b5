import type ClassTransformer = require('class-transformer');

/**
 * class-transformer, loaded when it is first asked for: its forty files would make each component start later, and most
 * send and take plain data. This file is CommonJS because `import` cannot load at once what it loads later; bundlers
 * follow this `require` to the same copy that a user's `import` leads to, so decorators are found.
 */
const lazily = {
  get classTransformer(): typeof ClassTransformer {
    return require('class-transformer');
  },
};

export = lazily;
