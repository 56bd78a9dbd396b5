import { readFileSync } from 'node:fs';

/** One message as Python's Postage 1.2.1 wrote it. */
export interface RecordedBytes {
  readonly kind: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly body: string;
}

const file = new URL('../../fixtures/postage-v2.json', import.meta.url);

/** All that was recorded. */
export const recordings: readonly RecordedBytes[] = JSON.parse(readFileSync(file, 'utf8'));

/** The one of this kind. */
export function recording(kind: string): RecordedBytes {
  const found = recordings.find((each) => each.kind === kind);
  if (!found) throw new Error(`There is no recording of '${kind}'`);
  return found;
}

/** The sender of all that was recorded but the replies, whose fingerprint is empty. */
export const recorder = JSON.parse(recording('status').body).fingerprint;
