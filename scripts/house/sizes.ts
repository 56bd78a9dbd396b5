import ts from 'typescript-5.9';
import { lineOf, nodesOf, type SourceFile } from '../../test/support/architecture/source-files.js';

/** How large the rooms are. */
export interface Size {
  readonly files: number;
  readonly lines: number;
  /** Lines that are neither empty nor comments. */
  readonly code: number;
  /** Lengths of all functions in lines, the shortest first. */
  readonly functions: readonly number[];
}

/** The size of some files together. */
export function sizeOf(files: readonly SourceFile[]): Size {
  const sum = (count: (file: SourceFile) => number): number =>
    files.reduce((total, file) => total + count(file), 0);
  return {
    files: files.length,
    lines: sum(linesOf),
    code: sum(codeLinesOf),
    functions: files.flatMap(functionLengths).sort((a, b) => a - b),
  };
}

/** The first folder of a path; `src` for the files beside the rooms. */
export function roomOf({ path }: SourceFile): string {
  return path.includes('/') ? (path.split('/')[0] ?? path) : 'src';
}

function linesOf({ tree }: SourceFile): number {
  return tree.text.trimEnd().split('\n').length;
}

/** A line counts once, however many tokens begin in it; a comment is no token. */
function codeLinesOf({ tree }: SourceFile): number {
  const lines = new Set<number>();
  for (const node of nodesOf(tree)) {
    if (node.getChildCount(tree) > 0 || node.kind === ts.SyntaxKind.EndOfFileToken) continue;
    const end = tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1;
    for (let line = lineOf(tree, node); line <= end; line++) lines.add(line);
  }
  return lines.size;
}

function functionLengths({ tree }: SourceFile): number[] {
  return nodesOf(tree)
    .filter((node) => ts.isFunctionLike(node) && 'body' in node && node.body !== undefined)
    .map((node) => tree.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - lineOf(tree, node));
}
