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
}

const RESULT_LINE = /^\s*(not )?ok \d+ - (.*)$/gm;
const DIRECTIVE = /^(.*?) # (?:SKIP|TODO)\b/i;

/** Reads the TAP output of a run over `files` (absolute paths). */
export function readReport(tap: string, files: readonly string[]): TestReport {
  const results = [...tap.matchAll(RESULT_LINE)].map(([, failed, name = '']) => ({ failed, name }));
  const passed = results.filter(({ failed }) => failed === undefined).map(({ name }) => name);
  return {
    figures: readFigures(tap),
    emptyFiles: files.filter((file) => passed.includes(escapeTap(file))),
    skipped: results.flatMap(({ name }) => DIRECTIVE.exec(name)?.[1] ?? []),
  };
}

/** The sum of several runs, in the form of node's own summary. */
export function formatSummary(reports: readonly TestReport[]): string {
  const lines = FIGURES.map((figure) => {
    const sum = reports.reduce((total, report) => total + report.figures[figure], 0);
    return `ℹ ${figure} ${figure === 'duration_ms' ? Math.round(sum) : sum}`;
  });
  return lines.join('\n');
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
