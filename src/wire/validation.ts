import type { SchemaIssue } from './typed-content.js';

/** What is wrong with a property of an instance, as class-validator tells it (its `ValidationError`). */
export interface ValidationProblem {
  /** The name of the property; of an item of a list its number. */
  readonly property: string;
  /** Words for people, by the name of each rule that does not hold. */
  readonly constraints?: Readonly<Record<string, string>> | undefined;
  /** What is wrong inside of it. */
  readonly children?: readonly ValidationProblem[] | undefined;
}

/** Looks at an instance and gives what is wrong with it, now or later: `validate` and `validateSync` of class-validator fit. */
export type ValidateInstance = (
  instance: object,
) => readonly ValidationProblem[] | Promise<readonly ValidationProblem[]>;

/** n.b. of a thousand that do not fit the first ones tell enough. */
export const toldAtMost = 10;

/** The problems, each with its place, as a schema tells them. */
export function issuesOf(
  problems: readonly ValidationProblem[],
  place: readonly PropertyKey[] = [],
): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  for (const { property, constraints = {}, children = [] } of problems) {
    const path = [...place, property];
    issues.push(...Object.values(constraints).map((message) => ({ path, message })));
    issues.push(...issuesOf(children, path));
    if (issues.length >= toldAtMost) break;
  }
  return issues.slice(0, toldAtMost);
}
