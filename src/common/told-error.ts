import { types } from 'node:util';
import { cut, cutLines, withoutPasswords } from './foreign-text.js';
import { partOf } from './part-of.js';
import { classNameOf, codeTextOf, originOf, toError } from './thrown.js';
import { isErrorCode } from './waybill-error.js';

/** An error and all that led to it, in texts of bounded length: what is told of it in logs, dossiers and answers. */
export interface ToldError extends Head {
  /** The first line says name, code and message. */
  readonly stack: string;
  /** Its `cause`. */
  readonly cause?: ToldError;
  /** The `errors` of an AggregateError, and of others that have some. */
  readonly errors?: readonly ToldError[];
}

const sources = new WeakMap<ToldError, Error>();

/** The error that was told so. */
export function sourceOf(told: ToldError): Error | undefined {
  return sources.get(told);
}

/** How deep causes are told, and how many errors there are in all. */
const most = { depth: 6, errors: 16 };
/** Lengths: of a message, of the only stack, and of one of several. */
const longest = { message: 2_000, story: 8_000, stack: 2_000 };

/** Tells of what was thrown. Never throws. */
export function tell(thrown: unknown): ToldError {
  try {
    return new Telling().tell(toError(thrown), 0);
  } catch {
    // Its getters throw at the second look only.
    const head = { name: 'Error', message: 'an error that cannot be read' };
    return { ...head, stack: headOf(head) };
  }
}

/** An error for the log: its stack, and those of all that led to it. */
export function storyOf(thrown: unknown): string {
  return cutLines(storyLines(tell(thrown)), longest.story);
}

/** An error for the log, without stacks: what it says, and what led to it. */
export function briefOf(thrown: unknown): string {
  const told = tell(thrown);
  return cutLines([headOf(told), ...causesOf(told)].join('; caused by '), longest.message);
}

/** What an error says; one without words says what led to it. */
export function messageOf(thrown: unknown): string {
  return tell(thrown).message;
}

/** All that led to an error, in order, each in one line. */
export function causesOf({ cause, errors = [] }: ToldError): readonly string[] {
  const direct = cause ? [cause, ...errors] : errors;
  return direct.flatMap((each) => [headOf(each), ...causesOf(each)]);
}

/** What its first line says. */
interface Head {
  /** @see classNameOf */
  readonly name: string;
  readonly message: string;
  readonly code?: string | undefined;
}

/** Its first line. */
function headOf(head: Head): string {
  return head.message === '' ? nameAndCode(head) : `${nameAndCode(head)}: ${head.message}`;
}

/** The codes of the system stand in its messages already, and those of our own errors say what their names say. */
function nameAndCode({ name, code, message }: Head): string {
  return code === undefined || message.includes(code) || isErrorCode(code) ? name : `${name} [${code}]`;
}

function storyLines({ stack, cause, errors = [] }: ToldError): string {
  const causes = cause ? [`caused by ${storyLines(cause)}`] : [];
  const parts = errors.map((each, at) => `error ${at + 1} of ${errors.length}: ${storyLines(each)}`);
  return [stack, ...[...causes, ...parts].map((each) => `  ${each.replaceAll('\n', '\n  ')}`)].join('\n');
}

/** One telling: what was told once is not told again, so circles end. */
class Telling {
  readonly #told = new Set<unknown>();
  #count = 0;

  tell(error: Error, depth: number): ToldError {
    this.#count++;
    const origin = originOf(error) ?? {};
    this.#told.add(error).add(origin);
    const cause = this.#tellOne(partOf(origin, 'cause'), depth + 1);
    const errors = this.#tellAll(partOf(origin, 'errors'), depth + 1);
    const code = codeTextOf(error);
    const head: Head = {
      name: cut(classNameOf(error), 255),
      message: text(error.message || summaryOf(cause, errors), longest.message),
      ...(code !== undefined && { code: cut(code, 255) }),
    };
    const isAlone = depth === 0 && !cause && errors.length === 0;
    const stack = text(stackOf(error, head), isAlone ? longest.story : longest.stack);
    const told = { ...head, stack, ...(cause && { cause }), ...(errors.length > 0 && { errors }) };
    sources.set(told, error);
    return told;
  }

  #tellOne(thrown: unknown, depth: number): ToldError | undefined {
    if (thrown === undefined || thrown === null || this.#told.has(thrown)) return undefined;
    return depth > most.depth || this.#count >= most.errors ? undefined : this.tell(toError(thrown), depth);
  }

  #tellAll(errors: unknown, depth: number): readonly ToldError[] {
    if (!isList(errors)) return [];
    return errors.slice(0, most.errors).flatMap((each) => this.#tellOne(each, depth) ?? []);
  }
}

/** n.b. asking a revoked Proxy throws. */
function isList(value: unknown): value is readonly unknown[] {
  return !types.isProxy(value) && Array.isArray(value);
}

/** What an error without words says. */
function summaryOf(cause: ToldError | undefined, errors: readonly ToldError[]): string {
  const [only] = errors;
  if (!only) return cause?.message ?? '';
  return errors.length === 1
    ? only.message
    : `${errors.length} errors: ${errors.map(({ message }) => cut(message, 300)).join('; ')}`;
}

/**
 * Its stack, with the name and the message that it has now: V8 writes the first line when the error is made, by the name of a class
 * further up.
 */
function stackOf({ stack, message }: Error, head: Head): string {
  if (!stack) return headOf(head);
  const told = /^([A-Za-z]*Error)(?: \[\w+\])?(?=: |\n|$)/.exec(stack);
  if (message !== '' && stack.includes(message))
    return told ? `${nameAndCode({ ...head, message })}${stack.slice(told[0].length)}` : stack;
  const frames = stack.indexOf('\n    at ');
  return frames === -1 ? headOf(head) : `${headOf(head)}${stack.slice(frames)}`;
}

function text(whole: string, length: number): string {
  // What is cut away may be the end of an address, by which its password is known: so it is masked before.
  return cutLines(withoutPasswords(whole.slice(0, 2 * length)), length);
}
