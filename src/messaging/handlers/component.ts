import type { FingerprintStamp } from '../../wire/index.js';

/** What a handler sees of the processor that it belongs to; name your own class where you need more. */
export interface Component {
  /** The fingerprint of the component, which stands on its answers. */
  readonly fingerprint: FingerprintStamp;
  /** Asks the component to end: nothing new starts, what runs is finished. */
  stop(): void;
}
