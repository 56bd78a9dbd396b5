export { open } from './publish.js';
