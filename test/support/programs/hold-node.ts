// A program for the tests of `RabbitNode`: starts a node and never closes it.
import { RabbitNode } from '../rabbit-node.js';

const node = await RabbitNode.start();
console.log(`holding ${node.port}`);
setInterval(() => {}, 1_000);
