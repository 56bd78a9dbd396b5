import type { NodeAnswer } from '../common/facts.js';
import { isOrder } from '../common/order.js';
import { conform, type Shape } from './conform.js';

/** A process with many components tells much; more is nobody's answer. */
const longestBytes = 8 * 1024 * 1024;

const named = { ref: 'text', name: 'text' } as const;
const node = {
  fields: {
    id: 'text',
    host: 'text',
    pid: 'number',
    vhost: 'text',
    since: 'text',
    waybill: 'text',
    node: 'text',
  },
} as const;
const queue = {
  fields: {
    queue: 'text',
    prefetch: 'number',
    concurrency: { optional: 'number' },
    active: 'boolean',
    paused: 'boolean',
  },
} as const;
const lastError = { optional: { fields: { code: 'text', message: 'text', at: 'text' } } } as const;
const handler = {
  fields: {
    name: 'text',
    done: 'number',
    failed: 'number',
    averageMs: 'number',
    p50Ms: 'number',
    p99Ms: 'number',
    lastError,
  },
} as const;
const optionalText = { optional: 'text' } as const;
const run = {
  fields: {
    queue: 'text',
    messageId: optionalText,
    correlationId: optionalText,
    from: optionalText,
    handler: optionalText,
    forMs: 'number',
    redelivered: 'boolean',
  },
} as const;
const sender = {
  fields: {
    sender: 'text',
    version: optionalText,
    message: 'text',
    count: 'number',
    failed: 'number',
    lastAt: 'text',
  },
} as const;

const info = {
  fields: {
    ...named,
    style: 'text',
    service: optionalText,
    version: optionalText,
    since: 'text',
    queues: { list: queue },
    handles: { list: 'text' },
  },
} as const;

/** What each component tells, by what was asked. */
const components: Readonly<Record<string, Shape>> = {
  ping: { fields: named },
  info,
  stats: {
    fields: {
      ...named,
      ok: 'boolean',
      done: 'number',
      failed: 'number',
      inflight: 'number',
      waiting: 'number',
      paused: { list: 'text' },
      handlers: { list: handler },
    },
  },
  health: { fields: { ...named, ok: 'boolean', health: 'anything' } },
  inflight: { fields: { ...named, runs: { list: run } } },
  senders: { fields: { ...named, senders: { list: sender } } },
};

const obeyed: Shape = { fields: { ...named, ok: 'boolean', done: 'text' } };

const traced = {
  fields: {
    at: 'text',
    message: 'text',
    queue: 'text',
    messageId: optionalText,
    correlationId: optionalText,
    handler: optionalText,
    from: 'text',
    redelivered: 'boolean',
    ms: 'number',
    waitedMs: 'number',
    headers: { list: 'text' },
    error: lastError,
  },
} as const;

const figures = {
  optional: {
    fields: {
      uptimeMs: 'number',
      heapUsed: 'number',
      rss: 'number',
      loopDelayMs: 'number',
      outbox: { fields: { waiting: 'number', unconfirmed: 'number' } },
      reconnects: 'number',
      refusedOrders: 'number',
    },
  },
} as const;

const told = {
  ref: optionalText,
  name: optionalText,
  reason: optionalText,
  component: { optional: info },
  run: { optional: traced },
} as const;

/** What a process has told, made whole where it lacks something; undefined where it is none: anybody may have sent it. */
export function readAnswer(content: Buffer, type: string): NodeAnswer | undefined {
  const asked = type.replace(/^waybill\./, '');
  const component = Object.hasOwn(components, asked) ? components[asked] : undefined;
  const list = component ?? (isOrder(asked) ? obeyed : 'anything');
  const shape = { fields: { node, figures, refused: optionalText, components: { list }, ...told } } as const;
  const read = content.length > longestBytes ? undefined : parsed(content);
  if (typeof read !== 'object' || read === null) return undefined;
  const answer = conform(read, shape) as NodeAnswer;
  return answer.node.id === '' ? undefined : answer;
}

function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}
