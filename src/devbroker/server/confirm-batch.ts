/** Sends a confirm: `multiple` covers all publishes up to the tag. */
export type SendConfirm = (publishTag: number, outcome: 'ack' | 'nack', multiple: boolean) => void;

/** Joins confirms that follow one another, as RabbitMQ does. */
export class ConfirmBatch {
  readonly #send: SendConfirm;
  #first = 0;
  #last = 0;
  #hasGap = false;

  constructor(send: SendConfirm) {
    this.#send = send;
  }

  add(publishTag: number, outcome: 'ack' | 'nack'): void {
    if (publishTag !== this.#last + 1) {
      this.flush();
      this.#hasGap = true;
    }
    if (outcome === 'nack') {
      this.flush();
      this.#send(publishTag, 'nack', false);
    } else if (this.#first === 0) this.#first = publishTag;
    this.#last = publishTag;
  }

  /** Sends what is held. A tag that was left out must not be covered: from then on each goes by itself. */
  flush(): void {
    if (this.#first === 0) return;
    if (this.#hasGap) for (let tag = this.#first; tag <= this.#last; tag += 1) this.#send(tag, 'ack', false);
    else this.#send(this.#last, 'ack', this.#last > this.#first);
    this.#first = 0;
  }
}
