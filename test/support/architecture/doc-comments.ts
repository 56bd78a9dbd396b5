import ts from 'typescript-5.9';
import { lineOf, type SourceFile } from './source-files.js';

/** What files export without a doc comment: functions, classes, types, constants. What they pass on is not asked. */
export function undocumentedExports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const statements = exportedStatements(file.tree);
    const documented = new Set(statements.filter(hasDocComment).map(nameOf));
    const bare = statements.filter((each) => !documented.has(nameOf(each)));
    return bare.map(
      (each) => `${file.path}:${lineOf(file.tree, each)} exports ${nameOf(each)} without a doc comment`,
    );
  });
}

/** Exported where they are declared, or by a list further down. */
function exportedStatements(tree: ts.SourceFile): ts.Statement[] {
  const listed = new Set(tree.statements.flatMap(namesListedBy));
  return tree.statements.filter((statement) => isExported(statement) || listed.has(nameOf(statement)));
}

function namesListedBy(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement)) return [statement.expression.getText()];
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier !== undefined) return [];
  const clause = statement.exportClause;
  if (clause === undefined || !ts.isNamedExports(clause)) return [];
  return clause.elements.map(({ name, propertyName }) => (propertyName ?? name).text);
}

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  const modifiers = ts.getModifiers(statement) ?? [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** Overloads share a name, so that one comment serves them all. */
function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name?.getText() ?? 'a default';
}

function hasDocComment(statement: ts.Statement): boolean {
  return ts.getJSDocCommentsAndTags(statement).length > 0;
}
