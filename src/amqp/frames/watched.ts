import { throwHere } from '../../common/call-site.js';
import type { Outgoing } from './outgoing.js';

/** A message on its way out that somebody follows, to tell of it elsewhere. */
export interface Watched {
  /** What is sent: the message, with what tells the other side where it belongs. */
  readonly message: Outgoing;
  /** It is stored, or why it is not. Must not throw. */
  end(thrown?: unknown): void;
}

/** Sends what is watched, and tells of its end. Errors lead to the line that has sent. */
export function sendWatched(watched: Watched, send: (message: Outgoing) => Promise<void>): Promise<void> {
  return send(watched.message).then(
    () => watched.end(),
    (thrown) => {
      watched.end(thrown);
      throwHere(thrown);
    },
  );
}
