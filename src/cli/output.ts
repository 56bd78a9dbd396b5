import { cutLines } from '../common/foreign-text.js';

/** Where a command writes to: a console will do. */
export interface Output {
  /** A line of what was asked for, on standard output. */
  log(text: string): void;
  /** A line about it, on standard error. */
  error(text: string): void;
}

/** Prints a document as one line of JSON. */
export function logJson(output: Output, document: unknown): void {
  output.log(jsonText(document));
}

/** What JSON leaves as it is and a terminal may take for a command, and what ends a line for some. */
const unescaped = /[\u007f-\u009f\u2028\u2029]/g;

/** A document as JSON that any terminal can show, on one line or, with `indent`, on several. */
export function jsonText(document: unknown, indent?: number): string {
  return JSON.stringify(document, undefined, indent).replaceAll(
    unescaped,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A text of a peer as a terminal can show it, all of it: its lines and tabs stay, what would command the terminal does not. */
export function shownText(text: string): string {
  return cutLines(text, Number.POSITIVE_INFINITY);
}
