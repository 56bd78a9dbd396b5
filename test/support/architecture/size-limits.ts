import ts from 'typescript-5.9';
import { lineOf, nodesOf, type SourceFile } from './source-files.js';

const FILE_LINES = 250;
const FUNCTION_LINES = 40;

/** A file that may be longer than others. */
export interface LongFile {
  /** Its path below `src`. */
  readonly path: string;
  /** Why it reads better in one piece: it is a table or a codec, not a decision. */
  readonly reason: string;
}

/**
 * Files above 250 lines that are not among `longFiles`, functions above 40, and entries of `longFiles` that are
 * needed no more.
 */
export function sizeViolations(files: readonly SourceFile[], longFiles: readonly LongFile[]): string[] {
  return [
    ...files.flatMap((file) => fileViolations(file, longFiles)),
    ...files.flatMap(functionViolations),
    ...staleEntries(files, longFiles),
  ];
}

function fileViolations(file: SourceFile, longFiles: readonly LongFile[]): string[] {
  const lines = linesOf(file);
  if (lines <= FILE_LINES || longFiles.some(({ path }) => path === file.path)) return [];
  return [`${file.path} has ${lines} lines, more than ${FILE_LINES}`];
}

function functionViolations({ path, tree }: SourceFile): string[] {
  return nodesOf(tree).flatMap((node) => {
    if (!ts.isFunctionLike(node)) return [];
    const first = lineOf(tree, node);
    const lines = tree.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - first;
    if (lines <= FUNCTION_LINES) return [];
    return [`${path}:${first} has a function of ${lines} lines, more than ${FUNCTION_LINES}`];
  });
}

function staleEntries(files: readonly SourceFile[], longFiles: readonly LongFile[]): string[] {
  const stale = longFiles.filter(({ path }) => {
    const file = files.find((each) => each.path === path);
    return file === undefined || linesOf(file) <= FILE_LINES;
  });
  return stale.map(({ path }) => `${path} is listed as a long file and is none`);
}

function linesOf({ tree }: SourceFile): number {
  return tree.text.trimEnd().split('\n').length;
}
