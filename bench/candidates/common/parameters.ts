/** What each message and each call carries: its number, and text that brings the envelope to its size. */
export interface Parameters {
  readonly index: number;
  readonly text: string;
}

/** An envelope without its text, about: names, fingerprint, number. */
const ENVELOPE_BYTES = 220;

/** Makes parameters for envelopes of about `bodyBytes`. */
export function parametersOf(bodyBytes: number): (index: number) => Parameters {
  const text = 'x'.repeat(Math.max(0, bodyBytes - ENVELOPE_BYTES));
  return (index) => ({ index, text });
}

/** What a server answers: which question it was, and as much text. */
export interface Answer {
  readonly answerTo: number;
  readonly text: string;
}

/** The answer to one call. */
export function answerTo({ index, text }: Parameters): Answer {
  return { answerTo: index, text };
}

/** @throws Error for the answer to another question. */
export function checkAnswer(answer: Answer | undefined, index: number): void {
  if (answer?.answerTo !== index)
    throw new Error(`Call ${index} was answered with ${JSON.stringify(answer)}.`);
}
