/**
 * The routes as they are declared, without a server under them: for their description.
 */
import { allRoutes, type RouteParts } from '../all-routes.ts';
import type { Route } from '../routes.ts';

export function declaredRoutes(): Route[] {
  return allRoutes(absent('the server') as RouteParts);
}

/**
 * Stands for what routes work with: its parts can be named, and none can be used, as only requests do that.
 */
function absent(name: string): unknown {
  return new Proxy(() => {}, {
    get: (_, part) => absent(`${name}.${String(part)}`),
    apply: () => {
      throw new Error(`${name} is used while routes are declared; use it where a request is handled`);
    },
  });
}
