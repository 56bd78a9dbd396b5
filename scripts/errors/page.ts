import { listed, type Throwable, throwables } from './classes.js';

/** Where the page stands. */
export const PAGE = 'docs/errors.md';

/** Rooms with an entry point of their own, from which their errors are imported. */
const OWN_ENTRIES = ['app', 'channel', 'registry', 'testing'];

/** The classes with a code of `codes`, in the order of their codes and names. */
export function withCodeOf(codes: readonly string[]): Throwable[] {
  return throwables()
    .filter(({ code }) => code !== undefined && codes.includes(code))
    .sort((a, b) => `${a.code} ${a.name}`.localeCompare(`${b.code} ${b.name}`, 'en'));
}

/** The page of all codes, made from the doc comments of the classes. */
export function errorsPage(): string {
  const failures = withCodeOf(listed('common/waybill-error.ts', 'codes'));
  const steering = withCodeOf(listed('common/control-flow.ts', 'controlFlow'));
  return `# Errors

<!-- Made by \`npm run errors:docs\` from the doc comments of the classes: change those. -->

Every error that Waybill throws has a \`code\` that never changes, keeps its \`cause\` where there is one, and says what to do.
\`isWaybillError(error)\` recognises them, \`isWaybillError(error, 'TIMEOUT')\` those of one code, also where a second copy of the package has made
them. Texts may be improved at any time. What your own handlers throw, an \`AbortError\`, and what Node.js throws by itself come as they are.

${table(
  ['code', 'class', 'when', 'what to do'],
  failures.map((each) => [`\`${each.code}\``, classCell(each), each.when, begun(each.remedy ?? '')]),
)}

A class is imported from \`waybill\`, or from the entry point that stands beside it.

## Thrown to steer

These are thrown on purpose by your own code. They are no failures: \`isWaybillError\` is false for them, and none is logged as an error.

${table(
  ['code', 'class', 'what it does'],
  steering.map((each) => [`\`${each.code}\``, classCell(each), each.when]),
)}
`;
}

function classCell({ name, file }: Throwable): string {
  const room = file.split('/')[0] ?? '';
  return OWN_ENTRIES.includes(room) ? `\`${name}\` (\`waybill/${room}\`)` : `\`${name}\``;
}

function begun(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}
