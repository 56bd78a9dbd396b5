import { type Command, Option } from 'commander';
import { type KeyEntry, type ListedKey, listKeys, type NewKey, newKey } from '../identity/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { UsageError } from './command-error.js';
import { logJson } from './output.js';
import { another } from './values.js';

interface FileOptions {
  readonly keys?: string;
}

interface NewOptions extends FileOptions, Pick<NewKey, 'id' | 'notBefore' | 'notAfter'> {
  readonly name: readonly string[];
  readonly alg: KeyEntry['alg'];
}

/** `waybill key`: the keys by which components and operators sign. Nothing that is secret is written to the output. */
export const key: CommandDefinition = {
  name: 'key',
  group: 'Steering:',
  summary: 'make keys by which components and operators sign, and list them',
  description:
    'Looks after the file of keys by which components sign what they send, and operators what they order. Processes read it again when it ' +
    'has changed. What is secret stays in the file, which is for its owner alone.',
  examples: [
    ['waybill key new --name operator --keys keys.json', 'one for whoever steers components'],
    ['waybill key list --keys keys.json', 'which there are, and for whom they may speak'],
  ],
  commands: [
    {
      name: 'new',
      isOffline: true,
      summary: 'make a key, and add it to the file',
      description:
        'Makes a key and adds it to the file of keys, which is made where there is none. Give the public part of an Ed25519 key to those who ' +
        'only verify; of an HMAC key everybody needs the secret.',
      examples: [
        ['waybill key new --name Shop --keys keys.json', 'for the component Shop'],
        [
          'waybill key new --name operator-anna --not-after 2027-12-31 --keys keys.json',
          'for one operator, for a year',
        ],
        ["waybill key new --name 'billing-*' --alg hmac-sha256 --keys keys.json", 'for many, and fast'],
      ],
      define: (command) => {
        defineFile(command)
          .requiredOption('--name <name>', 'for whom it may speak, also billing-*; may be repeated', another)
          .option('--id <id>', 'what it is called (default: the name and the day)')
          .addOption(
            new Option('--alg <algorithm>', 'ed25519: only who has the key can sign')
              .choices(['ed25519', 'hmac-sha256'])
              .default('ed25519'),
          )
          .option('--not-before <time>', 'signs from then on, ISO 8601')
          .option('--not-after <time>', 'is over then, ISO 8601');
      },
      run: make,
    },
    {
      name: 'list',
      isOffline: true,
      summary: 'list the keys of the file',
      description:
        'Lists the keys of the file: id, algorithm, for whom it may speak, whether it can sign, and the public part.',
      examples: [['waybill key list --keys /etc/waybill/keys.json', 'those of a file']],
      define: (command) => void defineFile(command),
      run: listed,
    },
  ],
};

function defineFile(command: Command): Command {
  return command.option('--keys <file>', 'the file of keys (default: WAYBILL_KEYS)');
}

async function make(context: Context, { keys, name: names, ...asked }: NewOptions): Promise<ExitCode> {
  const path = fileOf(keys);
  const made = newKey(path, { ...asked, names });
  if (context.json) logJson(context.output, made);
  else context.output.log(`${lineOf(made)}\nadded to ${path}`);
  return exitCodes.done;
}

async function listed({ output, json }: Context, { keys }: FileOptions): Promise<ExitCode> {
  for (const each of listKeys(fileOf(keys))) output.log(json ? JSON.stringify(each) : lineOf(each));
  return exitCodes.done;
}

/** @throws UsageError where none is named */
function fileOf(given: string | undefined): string {
  const path = given ?? process.env['WAYBILL_KEYS'];
  if (path) return path;
  throw new UsageError('Which file of keys? Name it by --keys, or by WAYBILL_KEYS.');
}

function lineOf({ id, alg, names, notBefore, notAfter, signs, public: open }: ListedKey): string {
  return [
    id,
    alg,
    names.join(', '),
    signs ? 'signs' : 'verifies only',
    ...(open === undefined ? [] : [`public ${open}`]),
    ...(notBefore === undefined ? [] : [`signs from ${notBefore}`]),
    ...(notAfter === undefined ? [] : [`until ${notAfter}`]),
  ].join('  ');
}
