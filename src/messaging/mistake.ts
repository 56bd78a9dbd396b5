/** A type that no value has: it carries a sentence into the compiler's message. */
export interface Mistake<Sentence extends string> {
  /** The sentence. */
  readonly mistake: Sentence;
}
