import { lineOf, PROMISED, type RabbitmqVersion } from './rabbitmq-version.js';

/** What a run of tests was asked for. */
export interface RunArguments {
  /** `unit`, `broker`, ..., `all`; undefined when none was named. */
  readonly group: string | undefined;
  /** Parts of paths; where given, only files with one of them are run. */
  readonly filters: readonly string[];
  /** The versions of RabbitMQ, where somebody chose: by `--rabbitmq`, else by WAYBILL_TEST_RABBITMQ. */
  readonly versions: readonly RabbitmqVersion[] | undefined;
}

const OPTION = '--rabbitmq';

/**
 * Reads `<group> [part of a path ...] [--rabbitmq <version,... | all>]`.
 *
 * @throws Error on an option or a version that is none.
 */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): RunArguments {
  const rest: string[] = [];
  let chosen = env['WAYBILL_TEST_RABBITMQ'] || undefined;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === OPTION) chosen = args[++index] ?? '';
    else if (arg.startsWith(`${OPTION}=`)) chosen = arg.slice(OPTION.length + 1);
    else if (arg.startsWith('--'))
      throw new Error(`No option ${arg}; there is ${OPTION} <version,... | all>`);
    else rest.push(arg);
  }
  const [group, ...filters] = rest;
  return { group, filters, versions: chosen === undefined ? undefined : readVersions(chosen) };
}

function readVersions(text: string): RabbitmqVersion[] {
  if (text === 'all') return [...PROMISED];
  const versions = text.split(',').map((word) => {
    const version = lineOf(word.trim());
    if (version === undefined) throw new Error(`${OPTION} takes versions such as 4.3, or all; not "${text}"`);
    return version;
  });
  return [...new Set(versions)];
}
