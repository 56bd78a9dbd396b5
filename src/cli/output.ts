/** Where a command writes to: a console will do. */
export interface Output {
  /** A line of what was asked for, on standard output. */
  log(text: string): void;
  /** A line about it, on standard error. */
  error(text: string): void;
}

/** Prints a document as one line of JSON. */
export function logJson(output: Output, document: unknown): void {
  output.log(JSON.stringify(document));
}
