/** By what a message is known again. */
export interface KnownMessage {
  /** Whose handlers have had it: a queue, unless `once.consumer` says otherwise. Up to 255 bytes. */
  readonly consumer: string;
  /** Its `message_id`, unless `once.key` says otherwise. Up to 255 bytes. */
  readonly id: string;
  /** Of its bytes, so that another message with its id is not taken for it; `''` where `once.key` says what it is known by. */
  readonly digest: string;
  /** For how long it is to be known, in milliseconds; `Infinity` for ever. */
  readonly keepMs: number;
}

/** What is known of a message that was handled before. */
export interface HandledMessage {
  /** What it had as {@link KnownMessage.digest}: another one is another message, with the same id. */
  readonly digest: string;
  /** The answer of a call, as it was given to `keepAnswer`; undefined where there is none. */
  readonly answer: Buffer | undefined;
}

/** A message that is to leave. */
export interface LeavingMessage {
  /** What it is and where it goes, for people. */
  readonly about: string;
  /** The whole of it, to be given to `relay` as it is. */
  readonly bytes: Buffer;
}

/** A message that waits in the outbox. */
export interface WaitingMessage {
  /** As they were put. */
  readonly bytes: Buffer;
  /** How often it could not be sent. */
  readonly failures: number;
}

/** What became of a message that was to leave: it has, or why it has not, and in how many milliseconds it is to be tried again. */
export type Departure =
  | 'left'
  | {
      /** Why it has not left, for people. */
      readonly error: string;
      /** In how many milliseconds it is taken again, at the earliest. */
      readonly againInMs: number;
    };

/**
 * Where it is written down which messages were handled: in the very database in which their handlers write, so that both are in one
 * transaction. Yours needs these seven methods; see docs/once.md for what each must do.
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
  /** Forgets up to `most` messages whose time is over, whoever has handled them, in a transaction of its own. Gives how many they were. */
  forget(most: number): Promise<number>;
  /** Writes down, in the transaction, a message that is to leave when it is committed. */
  put(transaction: Transaction, message: LeavingMessage): Promise<void>;
  /**
   * Takes up to `most` of the messages that are to leave now, those first that were put first, and none that somebody else has taken. Gives
   * them to `send`, which tells of each what became of it: what has left is forgotten, what has not is kept until it is to be tried
   * again, with one failure more. What was taken by a process that dies is taken by another one, after a while. Gives how many were taken.
   */
  relay(
    most: number,
    send: (messages: readonly WaitingMessage[]) => Promise<readonly Departure[]>,
  ): Promise<number>;
  /** Makes its tables where they are not there, however many processes ask at once. */
  migrate(): Promise<void>;
}
