import type { Link } from '../amqp/index.js';
import { CancelledError } from '../errors.js';
import type { StreamNote } from './call-note.js';
import type { StreamRun } from './stream-run.js';

/** A stream that is sent here, and what stops whoever makes it. */
interface Sent {
  readonly run: StreamRun;
  stop(reason: Error): void;
}

/** The streams that the components of a link send, as their readers find them. */
export class StreamRuns {
  readonly #sent = new Map<string, Sent>();

  static of(link: Link): StreamRuns {
    const runs = runsOf.get(link) ?? new StreamRuns();
    runsOf.set(link, runs);
    return runs;
  }

  add(sent: Sent): void {
    this.#sent.set(sent.run.id, sent);
  }

  remove({ id }: StreamRun): void {
    this.#sent.delete(id);
  }

  /** A reader has told something. Of what is over nobody needs to know. */
  hear(note: StreamNote): void {
    const sent = this.#sent.get(note.run);
    if (!sent) return;
    if ('stop' in note) sent.stop(new CancelledError('The reader does not take this stream.'));
    else sent.run.grant(note.upTo);
  }
}

const runsOf = new WeakMap<Link, StreamRuns>();
