/** A text behind its length in bytes: `5:hello,`. So two texts never run into each other (D. J. Bernstein, netstrings). */
export function netstring(text: string): string {
  return `${byteLength(text)}:${text},`;
}

/** n.b. most are short and plain, and to ask for their length costs more than to look at them. */
function byteLength(text: string): number {
  if (text.length > 64) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}
