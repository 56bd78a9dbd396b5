import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import ts from 'typescript-5.9';

/** A parsed file of `src`. */
export interface SourceFile {
  /** Its path below `src`, with `/`. */
  readonly path: string;
  /** Its syntax tree. TypeScript 7 has no API for this, so it is the one of 5.9. */
  readonly tree: ts.SourceFile;
}

/** One place where a file names another module, as a value or as a type. */
export interface Import {
  /** What it names, or `undefined` where that is computed at run time. */
  readonly specifier: string | undefined;
  /** The line, from 1. */
  readonly line: number;
  /** Whether only types come in: the compiler removes it, so it orders nothing at run time. */
  readonly typeOnly: boolean;
}

/**
 * All TypeScript files below `folder`.
 *
 * @throws Error when there are none: checks over nothing would all be green.
 */
export function readSourceFiles(folder: string): SourceFile[] {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const paths = names.filter((name) => /\.[cm]?tsx?$/.test(name)).sort();
  if (paths.length === 0) throw new Error(`No source file below ${folder}`);
  return paths.map((path) => {
    const text = readFileSync(join(folder, path), 'utf8');
    return {
      path: path.split(sep).join('/'),
      tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
    };
  });
}

/** Everything a file imports: import and export from, import types, `import()`, `import x = require()`, `require()`. */
export function importsOf({ tree }: SourceFile): Import[] {
  return nodesOf(tree).flatMap((node) => {
    const named = moduleNamedBy(node);
    if (named === undefined) return [];
    const specifier = ts.isStringLiteralLike(named) ? named.text : undefined;
    return [{ specifier, line: lineOf(tree, node), typeOnly: isTypeOnly(node) }];
  });
}

/** The path below `src` that a relative specifier leads to, in the way TypeScript reads `./x.js`. */
export function targetOf({ path }: SourceFile, specifier: string): string {
  return posix.join(posix.dirname(path), specifier).replace(/\.([cm]?)js$/, '.$1ts');
}

/** A node and all below it. */
export function nodesOf(root: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return nodes;
}

/** The line a node begins in, from 1, its comments left aside. */
export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

function moduleNamedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isCallExpression(node) && isImporter(node.expression)) return node.arguments[0] ?? node;
  return undefined;
}

/** With `verbatimModuleSyntax` only these vanish; `import { type A }` leaves an import behind. */
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.isTypeOnly ?? false;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportTypeNode(node);
}

function isImporter(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  return ts.isIdentifier(callee) && callee.text === 'require';
}
