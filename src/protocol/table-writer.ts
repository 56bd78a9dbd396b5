import type { ByteWriter } from './byte-writer.js';
import { isTable, Unwritable, writeScalar } from './table-scalars.js';
import type { FieldTable } from './types.js';

/** More levels than a frame of 256 KiB has room for: whoever has them has put a circle into it. */
const DEEPEST = 65_536;

/** A path longer than this tells nobody more. */
const SHOWN_PATH = 200;

/** How a table is written. */
export interface TableWriting {
  /** What it is, for the error that tells where a value stands. @default 'table' */
  readonly name?: string;
  /** How many levels it may have. @default as many as ever fit into a frame */
  readonly maxDepth?: number;
}

/** A table or an array that is being written. */
interface Level {
  readonly values: Readonly<Record<string, unknown>> | readonly unknown[];
  /** The names of a table's values. */
  readonly names: readonly string[] | undefined;
  readonly length: number;
  /** Where its size stands. */
  readonly mark: number;
  /** Which value comes next. */
  at: number;
}

/**
 * Writes a field table with its size before it, faithfully or not at all. The types are those of RabbitMQ's errata to
 * section 4.2.5. What it holds is kept in a list and not on the stack, so that what came that deep can go out again.
 *
 * @throws TypeError that names the value which AMQP cannot carry, as in `headers.a.b is NaN`. Some bytes are written then.
 */
export function writeTable(
  writer: ByteWriter,
  table: FieldTable,
  { name = 'table', maxDepth = DEEPEST }: TableWriting = {},
): void {
  const open: Level[] = [];
  try {
    if (!isTable(table)) throw new Unwritable('no table');
    let level: Level | undefined = begin(writer, table, open);
    while (level) {
      const nested: object | undefined =
        level.at < level.length ? writeNext(writer, level) : end(writer, open);
      if (nested && open.length >= maxDepth) throw new Unwritable('deeper than any table, or a circle');
      level = nested ? begin(writer, nested, open) : open.at(-1);
    }
  } catch (thrown) {
    if (!(thrown instanceof Unwritable)) throw thrown;
    throw new TypeError(`${pathOf(name, open)} is ${thrown.message}, which AMQP cannot carry`, {
      cause: thrown,
    });
  }
}

function begin(writer: ByteWriter, values: object, open: Level[]): Level {
  const isArray = Array.isArray(values);
  const names = isArray ? undefined : Object.keys(values);
  const length = names?.length ?? (values as readonly unknown[]).length;
  const level = { values: values as Level['values'], names, length, mark: writer.openSize(), at: 0 };
  open.push(level);
  return level;
}

function end(writer: ByteWriter, open: Level[]): undefined {
  const level = open.pop();
  if (level) writer.closeSize(level.mark);
}

/** Writes the next value; of one that has values of its own the type only, and gives it back. */
function writeNext(writer: ByteWriter, level: Level): object | undefined {
  const { values, names } = level;
  const at = level.at++;
  if (!names) return writeScalar(writer, (values as readonly unknown[])[at] ?? null);
  const name = names[at] as string;
  const value = (values as Readonly<Record<string, unknown>>)[name];
  if (value === undefined) return undefined;
  if (name.length > 85 && Buffer.byteLength(name) > 255)
    throw new Unwritable('a name of more than 255 bytes');
  writer.shortstr(name, 'a name in a table');
  return writeScalar(writer, value);
}

/** `headers.a.b[0]` */
function pathOf(name: string, open: readonly Level[]): string {
  const steps = open.map(({ names, at }) => (names ? `.${names[at - 1]}` : `[${at - 1}]`));
  const path = `${name}${steps.join('')}`;
  return path.length > SHOWN_PATH ? `${path.slice(0, SHOWN_PATH)}...` : path;
}
