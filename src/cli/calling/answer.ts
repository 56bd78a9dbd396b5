import { cut, cutLines } from '../../common/foreign-text.js';
import { isWaybillError, type RemoteError } from '../../errors.js';
import { hopsOf, type Result } from '../../wire/index.js';
import type { Context } from '../command.js';
import { jsonText, logJson, shownText } from '../output.js';

/** Prints what a call has ended with: the answer on standard output, an error on standard error; as JSON both on standard output. */
export function tellAnswer({ output, json }: Context, result: Result, ms: number): void {
  if (json) logJson(output, documentOf(result, ms));
  else if (result.ok) output.log(textOf(result.value));
  else for (const line of linesOf(result.error)) output.error(line);
}

/** A text as it is; anything else as JSON in lines. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? shownText(value) : jsonText(value, 2);
}

function documentOf(result: Result, ms: number): object {
  const took = Math.round(ms);
  if (result.ok) return { ok: true, answer: result.value, ms: took };
  const { error } = result;
  return { ok: false, error: { ...identity(error), message: error.message, hops: hopsOf(error) }, ms: took };
}

function linesOf(error: Error & { readonly code?: unknown }): readonly string[] {
  const { name, code } = identity(error);
  const words = `${cut(name)}${code === undefined ? '' : ` (${cut(code)})`}: ${cutLines(error.message, 4_000)}`;
  const hops = hopsOf(error).map(
    ({ component, host, pid, queue }) => `  by ${component}@${host} ${pid}, from queue '${queue}'`,
  );
  return [words, ...hops];
}

/** An error of the far end by what it is called there. */
function identity(error: Error & { readonly code?: unknown }): {
  readonly name: string;
  readonly code: string | undefined;
} {
  if (!isWaybillError(error, 'REMOTE'))
    return { name: error.name, code: String(error.code ?? '') || undefined };
  const { remoteName = 'Error', remoteCode } = error as RemoteError;
  return { name: remoteName, code: remoteCode };
}
