import type { OwnRoute } from '../http/http-front.js';
import type { Metrics } from './metrics.js';

/** Where Prometheus reads. */
export function metricsRoute(metrics: Metrics): OwnRoute {
  const answer = async (): Promise<Response> => {
    const headers = { 'content-type': metrics.contentType };
    return new Response(await metrics.text(), { headers });
  };
  return { path: metrics.path, answer };
}
