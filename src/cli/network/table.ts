import { cut } from '../../common/foreign-text.js';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number | undefined;
  /** Figures stand to the right. @default 'left' */
  readonly align?: 'left' | 'right';
}

const widest = 60;

/** Lines of a table, its titles first. What comes from others is cut, and holds no control characters. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly string[] {
  const cells = rows.map((row) => columns.map(({ of }) => cut(of(row) ?? '-', widest)));
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const line = (words: readonly string[]): string =>
    words
      .map((word, at) =>
        columns[at]?.align === 'right' ? word.padStart(widths[at] ?? 0) : word.padEnd(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...cells.map(line)];
}
