import { ContentMismatchError } from '../../errors.js';
import { type ContentType, readTyped } from '../../wire/index.js';
import { HttpError } from './http-error.js';
import type { HttpMethod, PlainBodies } from './http-options.js';
import { HttpRequest } from './http-request.js';
import { LimitedBody } from './limited-body.js';
import type { PathTemplate } from './path-template.js';

/** How a route reads bodies. */
export type BodyKind = ContentType | keyof PlainBodies | undefined;

/** One route, settled. */
export interface HttpRoute {
  readonly methods: readonly HttpMethod[];
  readonly template: PathTemplate;
  readonly body: BodyKind;
  readonly maxBodyBytes: number;
  readonly handler: (request: HttpRequest<never, never>) => unknown;
  /** True for a route that answers in every state of the app. */
  readonly always?: boolean;
}

/** Reads a request as its route asks, and calls the handler. @throws HttpError, and whatever the handler throws */
export async function handle(
  { template, body: kind, maxBodyBytes, handler }: HttpRoute,
  raw: Request,
  texts: Readonly<Record<string, string>>,
  ended: AbortSignal,
): Promise<unknown> {
  const params = template.read(texts);
  const content = new LimitedBody(raw, maxBodyBytes);
  const body = await readBody(kind, content);
  return await handler(new HttpRequest(raw, content, { route: template.text, params, body, ended }) as never);
}

async function readBody(kind: BodyKind, content: LimitedBody): Promise<unknown> {
  if (kind === undefined) return undefined;
  if (kind === 'text') return await content.text();
  if (kind === 'raw') return await content.bytes();
  const value = await content.json();
  return kind === 'json' ? value : await typed(kind, value);
}

async function typed(type: ContentType, value: unknown): Promise<unknown> {
  try {
    return await readTyped(type, value);
  } catch (thrown) {
    if (!(thrown instanceof ContentMismatchError)) throw thrown;
    const { reasons } = thrown;
    throw new HttpError(422, 'The body does not fit.', { cause: thrown, details: { reasons } });
  }
}
