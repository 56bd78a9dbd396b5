/** The network of components: who is there, how it is, and what it does, asked of the components themselves. */
export type { RollCall } from './asking/asker.js';
export { type AskOptions, Network, type OpenOptions, type OrderOptions } from './asking/network.js';
export type { NetworkEvent, NodeState, SeenComponent, SeenNode } from './asking/seen.js';
export type { Watch, WatchOptions } from './asking/watch.js';
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
  TracedRun,
} from './common/facts.js';
export type { SilentNode } from './common/nameplate.js';
export type { Selector } from './common/names.js';
export type { Order, OrderArguments } from './common/order.js';
