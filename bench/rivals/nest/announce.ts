// To a queue that is not there: it goes to nobody.
export { open } from './publish.js';
