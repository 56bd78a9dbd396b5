import { isControlFlow } from '../../common/control-flow.js';
import { ConfigurationError } from '../../errors.js';

/** What may be told beside the status. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Headers of the answer, for example `{ 'retry-after': '10' }`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** More fields of the answer, beside `error`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Thrown by an HTTP handler to answer with a status of its own. The caller reads the message: `{ "error": message }`. Nothing is
 * logged. Anything else that is thrown is answered with 500 and without a word of it.
 */
export class HttpError extends Error {
  /** Always `HttpError`. */
  override readonly name = 'HttpError' as const;
  /** Always `HTTP`: by it {@link isHttpError} knows those of other copies of this package. */
  readonly code = 'HTTP' as const;
  /** The status code, from 400 to 599. */
  readonly status: number;
  /** Headers of the answer; empty unless given. */
  readonly headers: Readonly<Record<string, string>>;
  /** Fields of the answer beside `error`; empty unless given. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    message: string,
    { headers = {}, details = {}, ...options }: HttpErrorOptions = {},
  ) {
    super(message, options);
    if (!(Number.isInteger(status) && status >= 400 && status <= 599))
      throw new ConfigurationError(
        `HttpError: the status must be a whole number from 400 to 599, and is ${status}.`,
      );
    this.status = status;
    this.headers = headers;
    this.details = details;
  }
}

/** True for an {@link HttpError}, also one from another copy of this package: the `code` decides. */
export function isHttpError(error: unknown): error is HttpError {
  return isControlFlow(error, 'HTTP') && 'status' in (error as Error);
}
