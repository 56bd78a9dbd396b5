/** @import { Flow, Overview, ReplayJob } from '../told.js' */
/** @import { NetworkEvent } from '../../network/index.js' */
import { ask, Locked, listen } from './session.js';

const mostPoints = 90;
const mostEvents = 1_000;

/** All that the server has told. */
export const store = {
  /** @type {Overview | undefined} */
  overview: undefined,
  /** @type {readonly Flow[]} */
  flows: [],
  /** @type {NetworkEvent[]} */
  events: [],
  /** The job of each queue that was seen last. @type {Map<string, ReplayJob>} */
  jobs: new Map(),
  /** Rates of the last minutes, by the names of components. @type {Map<string, number[]>} */
  rates: new Map(),
  /** @type {'connecting' | 'open' | 'lost' | 'locked'} */
  state: 'connecting',
  /** What went wrong last. */
  error: '',
};

/** @type {() => void} */
let changed = () => {};

/** Calls back, with the next picture, when anything has changed. @param {() => void} listener */
export function onChange(listener) {
  let isPlanned = false;
  changed = () => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      listener();
    });
  };
}

/** Something that is shown has changed. */
export function tellChange() {
  changed();
}

/** Hears the server, and begins again when it has ended. */
export async function follow() {
  for (;;) {
    try {
      await listen((name, told) => {
        store.state = 'open';
        note(name, told);
        changed();
      });
      throw new Error('The server has ended.');
    } catch (thrown) {
      store.state = thrown instanceof Locked ? 'locked' : 'lost';
      store.error = thrown instanceof Error ? thrown.message : String(thrown);
      changed();
      if (thrown instanceof Locked) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
}

/** @param {string} name @param {any} told */
function note(name, told) {
  if (name === 'overview') {
    store.overview = told;
    notePoints(told);
  } else if (name === 'flows') store.flows = told;
  else if (name === 'history') store.events = told;
  else if (name === 'happened') store.events = [...store.events, told].slice(-mostEvents);
  else if (name === 'job') noteJob(told);
}

/** A job that has ended has changed what is parked. @param {ReplayJob} job */
function noteJob(job) {
  store.jobs.set(job.queue, job);
  if (job.state !== 'running') forget('/api/failed');
}

let pointsAt = 0;

/** One point a second is enough. @param {Overview} overview */
function notePoints({ components }) {
  if (performance.now() - pointsAt < 1_000) return;
  pointsAt = performance.now();
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const { name, rate = 0 } of components) sums.set(name, (sums.get(name) ?? 0) + rate);
  for (const [name, sum] of sums) {
    const points = store.rates.get(name) ?? [];
    points.push(sum);
    if (points.length > mostPoints) points.shift();
    store.rates.set(name, points);
  }
  for (const name of store.rates.keys()) if (!sums.has(name)) store.rates.delete(name);
}

/**
 * What was asked for, as far as it has come.
 * @typedef {{ data: any, error: string, at: number, isAsking: boolean }} Asked
 * @type {Map<string, Asked>}
 */
const asked = new Map();
const mostAsked = 50;

/**
 * What the server answers to a question, which is asked again while somebody shows it.
 * @param {string} path @param {Readonly<Record<string, string>>} query @param {number} [everyMs] Infinity for once
 * @returns {Readonly<Asked>}
 */
export function answer(path, query, everyMs = Infinity) {
  const key = `${path}?${new URLSearchParams(query)}`;
  const known = asked.get(key) ?? { data: undefined, error: '', at: -Infinity, isAsking: false };
  if (!known.isAsking && performance.now() - known.at >= everyMs) void renew(known, path, query);
  else if (!known.isAsking && known.at === -Infinity) void renew(known, path, query);
  asked.delete(key);
  asked.set(key, known);
  for (const old of asked.keys()) if (asked.size > mostAsked) asked.delete(old);
  return known;
}

/** Asks anew for all whose path begins like this, when it is shown next. @param {string} path */
export function forget(path) {
  for (const [key, known] of asked) if (key.startsWith(path)) known.at = -Infinity;
  changed();
}

/** @param {Asked} known @param {string} path @param {Readonly<Record<string, string>>} query */
async function renew(known, path, query) {
  known.isAsking = true;
  known.at = performance.now();
  try {
    known.data = await ask(path, query);
    known.error = '';
  } catch (thrown) {
    known.error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  known.isAsking = false;
  changed();
}
