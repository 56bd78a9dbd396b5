import ts from 'typescript-5.9';
import { nodesOf, readSourceFiles, type SourceFile } from '../../test/support/architecture/source-files.js';

/** A class of `src` that can be thrown. */
export interface Throwable {
  readonly name: string;
  /** Below `src`. */
  readonly file: string;
  /** The class that it extends, as it stands there. */
  readonly base: string;
  readonly isExported: boolean;
  /** Undefined where it says none of its own. */
  readonly code: string | undefined;
  /** Its doc comment, without what follows `What to do:`. */
  readonly when: string;
  /** What follows `What to do:` in its doc comment. */
  readonly remedy: string | undefined;
}

const BUILT_IN = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError'];

/** All classes of `src` that extend an error, directly or not. */
export function throwables(files: readonly SourceFile[] = readSourceFiles('src')): Throwable[] {
  const classes = files.flatMap((file) =>
    nodesOf(file.tree)
      .filter(ts.isClassDeclaration)
      .map((node) => read(node, file)),
  );
  const bases = new Map(classes.map(({ name, base }) => [name, base]));
  const isError = (name: string | undefined): boolean =>
    name !== undefined && (BUILT_IN.includes(name) || isError(bases.get(name)));
  return classes.filter(({ base }) => isError(base));
}

/** Where a built-in error is made, as `file: class`, once for each place. */
export function bareErrors(files: readonly SourceFile[] = readSourceFiles('src')): string[] {
  return files.flatMap(({ path, tree }) =>
    nodesOf(tree)
      .filter((node) => ts.isNewExpression(node) || ts.isCallExpression(node))
      .map(({ expression }) => expression.getText())
      .filter((made) => BUILT_IN.includes(made))
      .map((made) => `${path}: ${made}`),
  );
}

/** The texts of a constant list, for example of the codes in `common/waybill-error.ts`. */
export function listed(path: string, name: string): string[] {
  const file = readSourceFiles('src').find((each) => each.path === path);
  const declared =
    file && nodesOf(file.tree).find((node) => ts.isVariableDeclaration(node) && node.name.getText() === name);
  return declared
    ? nodesOf(declared)
        .filter(ts.isStringLiteral)
        .map(({ text }) => text)
    : [];
}

function read(node: ts.ClassDeclaration, { path }: SourceFile): Throwable {
  const extended = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  const [when = '', remedy] = docOf(node).split(/\s*What to do: /);
  return {
    name: node.name?.text ?? '',
    file: path,
    base: extended?.types[0]?.expression.getText() ?? '',
    isExported: node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false,
    code: codeOf(node),
    when,
    remedy,
  };
}

function codeOf(node: ts.ClassDeclaration): string | undefined {
  const member = node.members.find((each) => each.name?.getText() === 'code');
  const text = member && nodesOf(member).find(ts.isStringLiteral);
  return text?.text;
}

/** As one line of Markdown. */
function docOf(node: ts.ClassDeclaration): string {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = docs.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
  return text
    .replace(/\{@link ([^}]+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .trim();
}
