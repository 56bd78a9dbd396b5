import { Command, CommanderError } from 'commander';
import { packageVersion } from '../common/package-version.js';
import { isWaybillError, toError } from '../errors.js';
import { EditError } from '../parked/index.js';
import { type CommandDefinition, type Context, type ExitCode, exitCodes } from './command.js';
import { CommandError, UsageError } from './command-error.js';
import { commands } from './commands.js';
import { jsonText, type Output } from './output.js';

/** The options that may stand anywhere. */
interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
}

/** Does what a command line asks for, and resolves with the exit code. Never rejects. */
export async function runCommandLine(args: readonly string[], output: Output): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const program = buildProgram(output, (ended) => {
    code = ended;
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    return tell(thrown, args, { output, program });
  }
}

/** The program as commander knows it: of use to whoever wants to look at its commands. */
export function buildProgram(output: Output, ended: (code: ExitCode) => void = () => {}): Command {
  const program = new Command('waybill')
    .description(
      'Looks at messages and components on RabbitMQ, and after them. Also a broker for development.',
    )
    .version(packageVersion, '--version', 'print the version')
    .helpOption('-h, --help', 'print this, or what is to be known of a command')
    .option(
      '--url <url>',
      'where the broker is, amqp://user:password@host:5672/vhost (default: WAYBILL_URL, else localhost)',
    )
    .option('--json', 'print JSON, one document a line')
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.log(text.trimEnd()),
      writeErr: (text) => output.error(text.trimEnd()),
      // Told at the end, with all other errors.
      outputError: () => {},
    })
    .addHelpText('after', programNotes);
  for (const each of commands) add(program, each, { output, program, ended });
  return program;
}

interface Builder {
  readonly output: Output;
  readonly program: Command;
  readonly ended: (code: ExitCode) => void;
}

function add(parent: Command, definition: CommandDefinition, builder: Builder): void {
  const { name, group, summary, description, define, run, commands: within = [] } = definition;
  const command = parent.command(name).summary(summary).description(description);
  if (group !== undefined) command.helpGroup(group);
  command.helpCommand(false).addHelpText('after', notes(definition));
  define?.(command);
  for (const each of within) add(command, each, builder);
  if (!run) return;
  const start = run as (context: Context, ...given: unknown[]) => Promise<ExitCode>;
  // commander gives the command itself behind arguments and options.
  command.action(async (...given: unknown[]) => {
    builder.ended(await start(contextOf(definition, builder), ...given.slice(0, -1)));
  });
}

function contextOf({ name, isOffline = false }: CommandDefinition, { output, program }: Builder): Context {
  const { url, json = false } = program.opts<GlobalOptions>();
  if (isOffline && url !== undefined) throw new UsageError(`${name} talks to no broker, so it has no --url.`);
  return { output, program, json, url };
}

function notes({ examples }: CommandDefinition): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, does]) =>
    width > 60 ? `  # ${does}\n  ${line}` : `  ${line.padEnd(width)}  # ${does}`,
  );
  return `\nExamples:\n${lines.join('\n')}`;
}

const programNotes = `
waybill <command> --help tells of a command, with examples.

Exit codes:
  0  done
  1  failed, or what was asked for is not there
  2  the command line is wrong
  3  the broker could not be reached, or has not let us in`;

/** Tells of what was thrown, and gives the exit code for it. */
function tell(
  thrown: unknown,
  args: readonly string[],
  { output, program }: Pick<Builder, 'output' | 'program'>,
): ExitCode {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.done;
  if (thrown instanceof CommanderError && thrown.code === 'commander.help') return exitCodes.usage;
  const code = codeOf(thrown);
  const { message: words } = toError(thrown);
  const message = thrown instanceof CommanderError ? usageMessage(words) : words;
  if (args.includes('--json')) output.error(jsonText({ error: { code, message } }));
  else
    output.error(
      code === 'USAGE' ? `${message}\n${meant(args, program)} --help tells what there is.` : message,
    );
  if (code === 'USAGE' || code === 'CONFIGURATION') return exitCodes.usage;
  return code === 'CONNECT_FAILED' ? exitCodes.unreachable : exitCodes.failed;
}

/** The command that somebody has begun to write: `waybill failed list`. */
function meant(args: readonly string[], program: Command): string {
  let command = program;
  const path = [program.name()];
  for (const word of args) {
    const next = command.commands.find((each) => each.name() === word);
    if (!next) continue;
    command = next;
    path.push(word);
  }
  return path.join(' ');
}

function codeOf(thrown: unknown): string {
  if (isWaybillError(thrown)) return thrown.code;
  if (thrown instanceof CommanderError || thrown instanceof UsageError) return 'USAGE';
  return thrown instanceof CommandError || thrown instanceof EditError ? 'FAILED' : 'UNEXPECTED';
}

/** commander says `error: unknown option '--prot'\n(Did you mean --port?)`; we speak in sentences. */
function usageMessage(words: string): string {
  const [said = '', hint] = words.replace(/^error: /, '').split('\n');
  const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1)}`;
  const full = /[.?]$/.test(sentence) ? sentence : `${sentence}.`;
  return hint === undefined ? full : `${full} ${hint.replace(/^\((.*)\)$/, '$1')}`;
}
