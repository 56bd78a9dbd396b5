import { Key } from '../../src/identity/key.js';
import { writeSignature, writeTime } from '../../src/identity/signature.js';
import { signedText } from '../../src/identity/signed-text.js';
import {
  arrivedVector,
  refusedVectors,
  type Vector,
  type VectorFile,
  vectorKeys,
  vectorMessages,
  vectorTime,
} from '../../test/support/identity-vectors.js';

const about =
  'Messages with their signatures (docs/identity.md), for whoever implements them elsewhere. The keys are for these only. Bodies are base64; ' +
  'a header of the type int, double, bytes, timestamp or decimal is written as { "!": type, … }.';

/** All of the file. */
export function writtenVectors(): VectorFile {
  const messages = vectorMessages().map(([entry, message]): Vector => {
    const key = new Key(entry);
    const head = { alg: key.alg, keyId: key.id, at: writeTime(vectorTime) };
    const text = signedText(head, arrivedVector(message));
    return { ...message, signature: writeSignature(head, key.sign(text)), signed_text: text };
  });
  return { about, keys: vectorKeys(), messages, refused: refusedVectors(messages) };
}
