/** Who has sent a message, as its signature shows. */
export interface VerifiedSender {
  /** The id of the key that has signed it. */
  readonly keyId: string;
  /** What the sender calls itself: the key may speak for that. */
  readonly name: string;
  /** The user of the broker that has sent it, where the sender says that (`userId: true`): the broker has looked at it. */
  readonly userId: string | undefined;
}
