import ts from 'typescript-5.9';

/** All names that each module exports, types included, `export *` followed, in alphabetical order. */
export function exportedNames(files: readonly string[]): string[][] {
  const options = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] };
  const program = ts.createProgram(files, options);
  const checker = program.getTypeChecker();
  return files.map((file) => {
    const source = program.getSourceFile(file);
    const symbol = source && checker.getSymbolAtLocation(source);
    if (symbol === undefined) throw new Error(`${file} is no module`);
    return checker
      .getExportsOfModule(symbol)
      .map(({ name }) => name)
      .sort();
  });
}
