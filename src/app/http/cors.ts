import { cut } from '../../common/foreign-text.js';
import { duration } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';

/**
 * Which pages of other origins may read the answers of an app, and send what browsers ask about first (CORS). What the app tells of itself,
 * health and metrics, is not among them.
 */
export interface CorsOptions {
  /** The origins of those pages, as in `https://shop.example`; `'*'` for all. */
  readonly origins: readonly string[] | '*';
  /** Which headers their requests may have, beside those that each may. @default those that are asked for */
  readonly allowHeaders?: readonly string[] | undefined;
  /** Which headers of answers they may read, beside those that each may. @default none */
  readonly exposeHeaders?: readonly string[] | undefined;
  /** Whether they may send cookies and logins; not with `'*'`. @default false */
  readonly credentials?: boolean | undefined;
  /** How long a browser may remember what it was told, in milliseconds; browsers count whole seconds. @default the browser's, 5,000 in most */
  readonly maxAgeMs?: number | undefined;
}

/** Writes into the headers of an answer what the browser is told. */
export type Cors = (request: Request, answer: Headers) => void;

/** Makes the rule of an app. @throws ConfigurationError for options that no browser would understand */
export function cors(options: CorsOptions): Cors {
  checkCors(options);
  const { origins, exposeHeaders = [], credentials = false } = options;
  return (request, answer) => {
    const origin = request.headers.get('origin');
    if (origins !== '*') answer.append('vary', 'Origin');
    if (origin === null || !(origins === '*' || origins.includes(origin))) return;
    // A handler has answered this itself.
    if (answer.has('access-control-allow-origin')) return;
    answer.set('access-control-allow-origin', origins === '*' ? '*' : origin);
    if (credentials) answer.set('access-control-allow-credentials', 'true');
    if (exposeHeaders.length > 0) answer.set('access-control-expose-headers', exposeHeaders.join(', '));
    if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method'))
      preflight(request, answer, options);
  };
}

/** What is asked before the request itself. The methods are those of the path. */
function preflight(request: Request, answer: Headers, { allowHeaders, maxAgeMs }: CorsOptions): void {
  const headers = allowHeaders?.join(', ') ?? request.headers.get('access-control-request-headers');
  const methods = answer.get('allow');
  if (methods) answer.set('access-control-allow-methods', methods);
  if (headers) answer.set('access-control-allow-headers', headers);
  if (maxAgeMs !== undefined) answer.set('access-control-max-age', String(Math.floor(maxAgeMs / 1_000)));
  answer.append('vary', 'Access-Control-Request-Headers');
}

/** A token (RFC 9110 section 5.6.2). */
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;

function checkCors({ origins, credentials, maxAgeMs, ...headers }: CorsOptions): void {
  if (maxAgeMs !== undefined) duration('App: http.cors.maxAgeMs', maxAgeMs, { max: 2 ** 31 });
  for (const setting of ['allowHeaders', 'exposeHeaders'] as const) {
    const odd = headers[setting]?.find((each) => !headerName.test(each));
    if (odd !== undefined)
      throw new ConfigurationError(`App: http.cors.${setting}: '${cut(odd)}' is no name of a header.`);
  }
  if (origins === '*') {
    if (!credentials) return;
    throw new ConfigurationError(
      "App: http.cors: browsers send no credentials where origins is '*'. Name the origins.",
    );
  }
  if (!Array.isArray(origins)) throw new ConfigurationError("App: http.cors.origins must be a list, or '*'.");
  const odd = origins.find((each) => !isOrigin(each));
  if (odd === undefined) return;
  throw new ConfigurationError(
    `App: http.cors.origins: '${odd}' is no origin. Write scheme, host and port only, as browsers send it: 'https://shop.example'.`,
  );
}

function isOrigin(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text) && new URL(text).origin === text;
}
