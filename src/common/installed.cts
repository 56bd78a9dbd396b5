import nodeModule = require('node:module');

/**
 * Where packages are looked for that only some install: beside this file. It is CommonJS because `import.meta`, which tells a module
 * where it lies, is empty or no syntax at all once Jest or a bundler has made CommonJS of it. In a bundle of modules, which knows
 * neither, it is the folder that the program was started in.
 */
const place = typeof __filename === 'string' ? __filename : `${process.cwd()}/`;

const requireInstalled = nodeModule.createRequire(place);

// n.b. named, and by a name alone, as Node.js finds it: who makes CommonJS of modules need not know what a default import of CommonJS is.
export = { requireInstalled: requireInstalled as NodeJS.Require };
