/** A request that is not served, as an answer of HTTP. Its words are for the person before the page. */
export class Refused extends Error {
  override readonly name: string = 'Refused';
  /** The status of the answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
