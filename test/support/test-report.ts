import { relative } from 'node:path';

/** The figures node's test runner prints at the end, in its order. */
const FIGURES = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo', 'duration_ms'] as const;

type Figures = Readonly<Record<(typeof FIGURES)[number], number>>;

/** What one run of node's test runner said. */
export interface TestReport {
  /** Its closing figures. */
  readonly figures: Figures;
  /** Test files in which node found no test; node counts them as passed. */
  readonly emptyFiles: readonly string[];
  /** Names of tests that were skipped or are to do. */
  readonly skipped: readonly string[];
  /** Each test that failed by itself: its name, its place, and the error. */
  readonly failures: readonly string[];
}

const RESULT_LINE = /^\s*(not )?ok \d+ - (.*)$/gm;
/** A failed test with its diagnosis; a suite whose tests failed says `subtestsFailed`, and tells nothing new. */
const FAILURE = /^( *)not ok \d+ - (.*)\n\1 {2}---\n([\s\S]*?)^\1 {2}\.\.\.$/gm;
const LOCATION = /^ *location: '(.*)'$/m;
const ERROR = /^( *)error: (?:\|-\n((?:\1 {2}.*\n)*)|(.*)\n)/m;
const DIRECTIVE = /^(.*?) # (?:SKIP|TODO)\b/i;

/** Reads the TAP output of a run over `files` (absolute paths). */
export function readReport(tap: string, files: readonly string[]): TestReport {
  const results = [...tap.matchAll(RESULT_LINE)].map(([, failed, name = '']) => ({ failed, name }));
  const passed = results.filter(({ failed }) => failed === undefined).map(({ name }) => name);
  return {
    figures: readFigures(tap),
    emptyFiles: files.filter((file) => namesOf(file).some((name) => passed.includes(escapeTap(name)))),
    skipped: results.flatMap(({ name }) => DIRECTIVE.exec(name)?.[1] ?? []),
    failures: readFailures(tap),
  };
}

/** How node calls a file in which it found no test: by its path, and since Node 22 as seen from the working directory. */
function namesOf(file: string): readonly string[] {
  return [file, relative(process.cwd(), file)];
}

/** The sum of several runs, in the form of node's own summary. */
export function formatSummary(reports: readonly TestReport[]): string {
  const lines = FIGURES.map((figure) => {
    const sum = reports.reduce((total, report) => total + report.figures[figure], 0);
    return `ℹ ${figure} ${figure === 'duration_ms' ? Math.round(sum) : sum}`;
  });
  return lines.join('\n');
}

function readFailures(tap: string): string[] {
  return [...tap.matchAll(FAILURE)].flatMap(([, , name = '', diagnosis = '']) => {
    if (diagnosis.includes("failureType: 'subtestsFailed'") || DIRECTIVE.test(name)) return [];
    const [, indent = '', lines, line = ''] = ERROR.exec(diagnosis) ?? [];
    const error = lines?.replaceAll(`\n${indent}`, '\n').trimEnd() ?? `  ${line}`;
    return [`${name}\n  ${LOCATION.exec(diagnosis)?.[1] ?? ''}\n${error.replace(/^ */, '  ')}`];
  });
}

function readFigures(tap: string): Figures {
  const figures = Object.fromEntries(FIGURES.map((figure) => [figure, 0])) as Record<keyof Figures, number>;
  for (const figure of FIGURES) {
    const last = [...tap.matchAll(new RegExp(`^# ${figure} ([\\d.]+)$`, 'gm'))].at(-1);
    figures[figure] = Number(last?.[1] ?? 0);
  }
  return figures;
}

/** Node writes names with `\` and `#` escaped. */
function escapeTap(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}
