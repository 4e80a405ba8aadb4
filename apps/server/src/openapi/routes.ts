import type { FastifyInstance } from 'fastify';

export interface Route {
  readonly method: string;
  /** As OpenAPI writes it: `/v1/chats/{chatId}`. */
  readonly path: string;
}

/** The page that shows the document, and the document itself. */
const OF_THE_PAGE = /^\/(docs|openapi\.(json|yaml))(\/|$)/;

/** Notes every route from now on. To be called before the application is initialised. */
export function noteRoutes(server: FastifyInstance): Route[] {
  const routes: Route[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    const path = url.replace(/:(\w+)/g, '{$1}');
    if (OF_THE_PAGE.test(path) || path === '*') return;
    for (const one of [method].flat()) if (one !== 'HEAD' && one !== 'OPTIONS') routes.push({ method: one, path });
  });
  return routes;
}

/** Routes the document does not know. */
export function undocumented(routes: readonly Route[], paths: Readonly<Record<string, object>>): Route[] {
  return routes.filter(({ method, path }) => !(method.toLowerCase() in (paths[path] ?? {})));
}
