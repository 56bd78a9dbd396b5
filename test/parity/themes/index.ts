import type { Theme } from '../theme.js';
import { agreedSizes } from './agreed-sizes.js';
import { bindings } from './bindings.js';
import { channels } from './channels.js';
import { consume } from './consume.js';
import { consumerArguments } from './consumer-arguments.js';
import { consumerTimeouts } from './consumer-timeouts.js';
import { deadLetters } from './dead-letters.js';
import { deathsAfterDelivery } from './deaths-after-delivery.js';
import { deprecated } from './deprecated.js';
import { exchangeGraph } from './exchange-graph.js';
import { exchanges } from './exchanges.js';
import { exclusive } from './exclusive.js';
import { fairTurns } from './fair-turns.js';
import { frames } from './frames.js';
import { handshake } from './handshake.js';
import { headers } from './headers.js';
import { limits } from './limits.js';
import { prefetch } from './prefetch.js';
import { properties } from './properties.js';
import { protocolHeaders } from './protocol-headers.js';
import { publish } from './publish.js';
import { queueArguments } from './queue-arguments.js';
import { queueTypes } from './queue-types.js';
import { queues } from './queues.js';
import { quorumReturns } from './quorum-returns.js';
import { repeatedDeaths } from './repeated-deaths.js';
import { replyTo } from './reply-to.js';
import { requeue } from './requeue.js';
import { sentDeaths } from './sent-deaths.js';
import { settle } from './settle.js';
import { streamOffsets } from './stream-offsets.js';
import { streams } from './streams.js';
import { surplusBytes } from './surplus-bytes.js';
import { transactions } from './transactions.js';

/** Every behaviour of the script, by theme. */
export const themes: Readonly<Record<string, Theme>> = {
  handshake,
  frames,
  exchanges,
  'exchange graph': exchangeGraph,
  bindings,
  headers,
  queues,
  'exclusive queues and consumers': exclusive,
  limits,
  publish,
  properties,
  consume,
  prefetch,
  settle,
  requeue,
  'dead letters': deadLetters,
  'repeated deaths': repeatedDeaths,
  'direct reply-to': replyTo,
  channels,
  'queue types': queueTypes,
  'consumer timeouts': consumerTimeouts,
  'deaths after delivery': deathsAfterDelivery,
  deprecated,
  'queue arguments': queueArguments,
  'quorum returns': quorumReturns,
  'sent deaths': sentDeaths,
  'consumer arguments': consumerArguments,
  streams,
  'stream offsets': streamOffsets,
  'protocol headers': protocolHeaders,
  'agreed sizes': agreedSizes,
  'surplus bytes': surplusBytes,
  'fair turns': fairTurns,
  transactions,
};
