/** What people need to know a name by. */
const usualLength = 100;

/** Control characters, which would write lines of their own into a log or command a terminal; and halves of characters. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}]|\p{Surrogate}/gu;
/** Those characters without line feeds and tabs, which a text of several lines keeps. */
const unprintableInLines = /[^\P{Cc}\n\t]|\p{Surrogate}/gu;

/**
 * Text of a peer as it may stand in logs, health, errors and memory: at most so many characters, the last one an ellipsis
 * where something was cut away, and all of them for people to read. What is no text is told by what it is.
 */
export function cut(text: unknown, most: number = usualLength): string {
  return shortened(text, most).replace(unprintable, '\ufffd');
}

/** Text of a peer in several lines, cut as {@link cut} does; its line feeds and tabs stay. */
export function cutLines(text: unknown, most: number): string {
  return shortened(text, most).replace(unprintableInLines, '\ufffd');
}

/** A text in which the passwords of addresses, as in `amqp://user:password@host`, are masked. */
export function withoutPasswords(text: string): string {
  return text.replace(/:\/\/([^\s:/@]*):[^\s/@]+@/g, '://$1:***@');
}

function shortened(text: unknown, most: number): string {
  const whole = typeof text === 'string' ? text : textOf(text);
  if (whole.length <= most) return whole;
  // V8 keeps a long string for the sake of a part of it: by way of bytes the part becomes a string of its own.
  return Buffer.from(`${whole.slice(0, most - 1)}…`, 'utf16le').toString('utf16le');
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
