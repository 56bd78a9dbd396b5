/** The network of components: who is there, how it is, and what it does, asked of the components themselves. */
export type { RollCall } from './asking.js';
export type {
  Asked,
  ComponentFacts,
  ComponentFigures,
  HandlerFigures,
  LastError,
  NodeAnswer,
  NodeFacts,
  NodeFigures,
  Obeyed,
  Question,
  QueueFacts,
  RunFacts,
  SenderFigures,
} from './facts.js';
export type { Selector } from './names.js';
export { type AskOptions, Network, type OpenOptions } from './network.js';
export type { Order, OrderArguments } from './orders.js';
export type { NetworkEvent, NodeState, SeenComponent, SeenNode } from './seen.js';
export type { Watch, WatchOptions } from './watch.js';
