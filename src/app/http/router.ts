import type { ServerResponse } from 'node:http';
import { storyOf } from '../../common/told-error.js';
import { withinTraceOf } from '../../component/index.js';
import type { Logger } from '../../logger.js';
import { optional } from '../common/optional.js';
import type { Meter } from '../parts/meter.js';
import { type Answer, answerOf, json, refusal } from './answer.js';
import type { Cors } from './cors.js';
import { type HttpRoute, handle } from './http-route.js';
import { headOf, passOn } from './passed-on.js';

/** What HTTP needs. */
export const httpPackages: readonly string[] = ['hono', '@hono/node-server'];

/** What a {@link router} works with. */
export interface RouterOptions {
  readonly routes: readonly HttpRoute[];
  readonly logger: Logger;
  readonly meter: Meter;
  /** What answers tell browsers of pages of other origins. */
  readonly cors: Cors | undefined;
  /** Whether OpenTelemetry is told of what handlers send and call. */
  readonly isTold: boolean;
  /** Whether routes of users answer now; else they are told to come again. */
  isOpen(): boolean;
  /** Aborted at the stop: answers that would never end are ended. */
  readonly stopping: AbortSignal;
}

/** What the server gives beside a request. */
export interface Exchange {
  /** Where the answer is written to. */
  readonly outgoing: Pick<ServerResponse, 'destroy'>;
}

/** Answers a request. Never rejects. */
export type Router = (request: Request, exchange: Exchange) => Promise<Response>;

/** How paths are called that no route has, in metrics: a label for each would have no end. */
const noPath = 'unregistered_path';

/** Makes the router for some routes. @throws ConfigurationError when hono is not installed */
export async function router(options: RouterOptions): Promise<Router> {
  const { Hono } = await optional('HTTP needs', httpPackages, () => import('hono'));
  const hono = new Hono<{ Variables: { allowed: string[] }; Bindings: Exchange }>();
  hono.use(async (context, next) => {
    context.set('allowed', []);
    await next();
  });
  for (const route of options.routes) {
    const methods = new Set([...route.methods, ...impliedMethods(route, options.routes)]);
    // For all methods: by itself the router would know nothing of HEAD, and say 404 where 405 is meant.
    hono.all(route.template.pattern, async (context, next) => {
      if (methods.has(context.req.method))
        return await run(route, context.req.raw, context.req.param(), { ...options, ...context.env });
      context.get('allowed').push(...methods);
      return await next();
    });
  }
  hono.notFound((context) => lost(context.req.raw, context.get('allowed'), options.meter));
  hono.onError((error, { req }) => failure(`${req.method} ${req.path}`, error, options.logger).response);
  const { cors } = options;
  const own = new Set(options.routes.filter(({ always }) => always).map(({ template }) => template.text));
  return async (request, exchange) => {
    const response = await hono.fetch(request, exchange);
    return cors && !own.has(new URL(request.url).pathname) ? withCors(cors, request, response) : response;
  };
}

/** In a Response of its own: a handler's may be one whose headers nobody can change, as that of Response.redirect(). */
function withCors(cors: Cors, request: Request, { body, status, statusText, headers }: Response): Response {
  const all = new Headers(headers);
  cors(request, all);
  return new Response(body, { status, statusText, headers: all });
}

/** Who answers GET answers HEAD, too (RFC 9110 section 9.1), where nobody else does. */
function impliedMethods({ methods, template }: HttpRoute, routes: readonly HttpRoute[]): readonly string[] {
  const siblings = routes.filter((each) => each.template.shape === template.shape);
  const isTaken = siblings.some((each) => each.methods.includes('HEAD'));
  return methods.includes('GET') && !isTaken ? ['HEAD'] : [];
}

async function run(
  route: HttpRoute,
  raw: Request,
  texts: Readonly<Record<string, string>>,
  options: RouterOptions & Exchange,
): Promise<Response> {
  const end = options.meter.request(raw.method, route.template.text);
  const { response, bytes, sent } = await answered(route, raw, texts, options);
  if (sent) void sent.then((outcome) => end(outcome === 'broken' ? 500 : response.status, bytes));
  else end(response.status, bytes);
  return response;
}

async function answered(
  route: HttpRoute,
  raw: Request,
  texts: Readonly<Record<string, string>>,
  { logger, isOpen, isTold, stopping, outgoing }: RouterOptions & Exchange,
): Promise<Answer> {
  if (!route.always && !isOpen()) return json({ error: 'Not ready.' }, 503, { 'retry-after': '1' });
  const what = `${raw.method} ${route.template.text}`;
  try {
    const ended = new AbortController();
    const given = await withinTraceOf(raw, { isTold }, () => handle(route, raw, texts, ended.signal));
    if (!(given instanceof Response)) return answerOf(given);
    if (raw.method === 'HEAD') return headOf(given);
    const onBroken = (error: Error): void => {
      report(`The answer to ${what} broke off`, error, logger);
      outgoing.destroy();
    };
    return await passOn(given, { onBroken, stopping, ended });
  } catch (thrown) {
    return failure(what, thrown, logger);
  }
}

/** The answer for what was thrown: an HttpError says what the client reads; all else is told to the log, and to nobody else. */
function failure(what: string, thrown: unknown, logger: Logger): Answer {
  try {
    const told = refusal(thrown);
    if (told) return told;
    report(`${what} failed`, thrown, logger);
  } catch (unwritable) {
    report(`${what} failed, and its HttpError cannot be written`, unwritable, logger);
  }
  return { response: json({ error: 'Internal Server Error' }, 500).response };
}

function report(what: string, thrown: unknown, logger: Logger): void {
  logger.error(`${what}: ${storyOf(thrown)}`);
}

function lost(raw: Request, allowed: readonly string[], meter: Meter): Response {
  const end = meter.request(raw.method, noPath);
  const { response, bytes } = unrouted(raw.method, [...new Set(allowed)]);
  end(response.status, bytes);
  return response;
}

/** What is answered where no route is for the method, or none for the path at all. */
function unrouted(method: string, allowed: readonly string[]): Answer {
  if (allowed.length === 0) return json({ error: 'Not Found' }, 404);
  if (method !== 'OPTIONS') return json({ error: 'Method Not Allowed' }, 405, { allow: allowed.join(', ') });
  const headers = { allow: [...allowed, 'OPTIONS'].join(', ') };
  return { response: new Response(null, { status: 204, headers }), bytes: 0 };
}
