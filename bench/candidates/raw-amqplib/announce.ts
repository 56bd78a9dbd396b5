// What goes to nobody costs a raw program the same as what goes to a queue.
export { open } from './publish.js';
