import { parseArgs } from 'node:util';
import type { PairLimits } from './measure/compare.js';

/** What was asked on the command line. */
export interface BenchOptions {
  /** Parts of ids; empty for all. */
  readonly workloads: readonly string[];
  readonly size: 'full' | 'quick';
  readonly pairs: PairLimits;
  /** The rivals that are measured, too: all of them, or those of these names. */
  readonly rivals: readonly string[] | true;
  readonly bodyBytes: number;
  /** Where the records go. */
  readonly json: string | undefined;
  /** Where profiles of the candidates' processes go (`node --cpu-prof`). */
  readonly profiles: string | undefined;
}

/** How it is called. */
export const usage = `Usage: npm run bench -- [W1 W2 ...] [--quick] [--pairs N] [--body-bytes N] [--rivals | --rival NAME ...] [--json FILE] [--profiles FOLDER]`;

/** @throws TypeError for what is no option; RangeError for a number that is none. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      pairs: { type: 'string' },
      rivals: { type: 'boolean', default: false },
      rival: { type: 'string', multiple: true, default: [] },
      'body-bytes': { type: 'string', default: '300' },
      json: { type: 'string' },
      profiles: { type: 'string' },
    },
  });
  const size = values.quick ? 'quick' : 'full';
  const usual = { full: { least: 5, most: 9 }, quick: { least: 3, most: 5 } }[size];
  const asked = values.pairs === undefined ? undefined : count(values.pairs);
  return {
    workloads: positionals,
    size,
    pairs: asked === undefined ? usual : { least: asked, most: asked },
    rivals: values.rivals || values.rival,
    bodyBytes: count(values['body-bytes']),
    json: values.json,
    profiles: values.profiles,
  };
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`'${text}' is no count.`);
  return value;
}
