import { importsOf, type SourceFile, targetOf } from './source-files.js';

/**
 * The cycles among the files' imports, each as `a.ts -> b.ts -> a.ts`. Imports of types only are left out: two types may
 * know each other (a queue its consumers, a consumer its queue), and nothing of it is left at run time.
 */
export function importCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(files.map((file) => [file.path, targetsOf(file)]));
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of graph.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of graph.keys()) visit(path);
  return cycles;
}

function targetsOf(file: SourceFile): string[] {
  const specifiers = importsOf(file).flatMap(({ specifier, typeOnly }) =>
    typeOnly ? [] : (specifier ?? []),
  );
  return specifiers.filter((each) => each.startsWith('.')).map((each) => targetOf(file, each));
}
