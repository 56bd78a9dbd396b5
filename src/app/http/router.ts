import { toError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import type { Meter } from '../metrics/meter.js';
import { optional } from '../optional.js';
import { type Answer, answerOf, json, refusal } from './answer.js';
import { type HttpRoute, handle } from './http-route.js';

/** What HTTP needs. */
export const httpPackages: readonly string[] = ['hono', '@hono/node-server'];

/** What a {@link router} works with. */
export interface RouterOptions {
  readonly routes: readonly HttpRoute[];
  readonly logger: Logger;
  readonly meter: Meter;
  /** Whether routes of users answer now; else they are told to come again. */
  isOpen(): boolean;
}

/** Answers a request. Never rejects. */
export type Router = (request: Request) => Promise<Response>;

/** How paths are called that no route has, in metrics: a label for each would have no end. */
const noPath = 'unregistered_path';

/** Makes the router for some routes. @throws ConfigurationError when hono is not installed */
export async function router(options: RouterOptions): Promise<Router> {
  const { Hono } = await optional('HTTP needs', httpPackages, () => import('hono'));
  const hono = new Hono<{ Variables: { allowed: string[] } }>();
  hono.use(async (context, next) => {
    context.set('allowed', []);
    await next();
  });
  for (const route of options.routes) {
    const methods = new Set([...route.methods, ...impliedMethods(route, options.routes)]);
    // For all methods: by itself the router would know nothing of HEAD, and say 404 where 405 is meant.
    hono.all(route.template.pattern, async (context, next) => {
      if (methods.has(context.req.method))
        return await run(route, context.req.raw, context.req.param(), options);
      context.get('allowed').push(...methods);
      return await next();
    });
  }
  hono.notFound((context) => lost(context.req.raw, context.get('allowed'), options.meter));
  return async (request) => await hono.fetch(request);
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
  options: RouterOptions,
): Promise<Response> {
  const end = options.meter.request(raw.method, route.template.text);
  const { response, bytes } = await answered(route, raw, texts, options);
  end(response.status, bytes);
  return response;
}

async function answered(
  route: HttpRoute,
  raw: Request,
  texts: Readonly<Record<string, string>>,
  { logger, isOpen }: RouterOptions,
): Promise<Answer> {
  if (!route.always && !isOpen()) return json({ error: 'Not ready.' }, 503, { 'retry-after': '1' });
  try {
    return answerOf(await handle(route, raw, texts));
  } catch (thrown) {
    const told = refusal(thrown);
    if (told) return told;
    const error = toError(thrown);
    logger.error(`${raw.method} ${route.template.text} failed: ${error.stack ?? error.message}`);
    return { response: json({ error: 'Internal Server Error' }, 500).response };
  }
}

function lost(raw: Request, allowed: readonly string[], meter: Meter): Response {
  const end = meter.request(raw.method, noPath);
  const { response, bytes } =
    allowed.length === 0
      ? json({ error: 'Not Found' }, 404)
      : json({ error: 'Method Not Allowed' }, 405, { allow: [...new Set(allowed)].join(', ') });
  end(response.status, bytes);
  return response;
}
