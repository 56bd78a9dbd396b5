/** By what a message is known again. */
export interface KnownMessage {
  /** Whose handlers have had it: a queue, unless `once.consumer` says otherwise. Up to 255 bytes. */
  readonly consumer: string;
  /** Its `message_id`, unless `once.key` says otherwise. Up to 255 bytes. */
  readonly id: string;
  /** Of its bytes, so that another message with its id is not taken for it; `''` where `once.key` says what it is known by. */
  readonly digest: string;
}

/** What is known of a message that was handled before. */
export interface HandledMessage {
  readonly digest: string;
  /** The answer of a call, as it was given to `keepAnswer`; undefined where there is none. */
  readonly answer: Buffer | undefined;
}

/**
 * Where it is written down which messages were handled: in the very database in which their handlers write, so that both are in one
 * transaction. Yours needs these five methods; see docs/once.md for what each must do.
 */
export interface Store<Transaction = unknown> {
  /** What it is called in logs: `PostgreSQL`. */
  readonly name: string;
  /**
   * Runs `work` in a transaction of its own. Commits when it has ended, then gives what it gave; rolls back when it throws, and throws that.
   * @throws StoreUnavailableError when no transaction could be begun, and when the database went away before it was surely
   * committed or rolled back
   */
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * Writes down, in the transaction, that a message is handled: by (consumer, id), which are unique. Gives undefined then; what is
   * known of it where it was written down before. While another transaction that is not over has written down the same, it waits for that.
   */
  claim(transaction: Transaction, message: KnownMessage): Promise<HandledMessage | undefined>;
  /** Writes down, in the same transaction, what a call was answered. */
  keepAnswer(transaction: Transaction, message: KnownMessage, answer: Buffer): Promise<void>;
  /**
   * Forgets up to `most` of a consumer's messages that were handled more than `ageMs` ago, in a transaction of its own. Gives how
   * many they were.
   */
  forget(consumer: string, ageMs: number, most: number): Promise<number>;
  /** Makes its tables where they are not there, however many processes ask at once. */
  migrate(): Promise<void>;
}
