/**
 * One promise that the compiler keeps. The body is compiled and never run. Above a line that must not compile stands
 * `// @ts-expect-error` and a part of what the compiler says there: scripts/check-types.mjs takes the directives away,
 * compiles with each compiler and in both decorator modes, and compares line by line.
 */
export function typeCase(_promise: string, _body: () => unknown): void {}
