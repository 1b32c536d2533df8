import { methodNotAllowed } from '../core/errors.js';
import type { App } from './environment.js';

/**
 * Answers OPTIONS, and methods that a path doesn't have, with the methods that it has: as told by the routes registered
 * on the app before and after. `extra` tells the methods of paths that no plain route matches.
 */
export function methodRoutes(app: App, extra: (path: string) => readonly string[]): void {
  app.all('*', async (c, next) => {
    const { method, path } = c.req;
    const methods = new Set([...methodsOf(app, path), ...extra(path)]);
    if (methods.size === 0) return next();
    if (methods.has('GET')) methods.add('HEAD');
    methods.add('OPTIONS');
    const allowed = [...methods].toSorted();
    if (method === 'OPTIONS') return c.body(null, 204, { Allow: allowed.join(', ') });
    if (methods.has(method)) return next();
    throw methodNotAllowed(method, allowed);
  });
}

function methodsOf(app: App, path: string): string[] {
  return app.routes
    .filter(({ method, path: pattern }) => method !== 'ALL' && matches(pattern, path))
    .map(({ method }) => method);
}

function matches(pattern: string, path: string): boolean {
  if (pattern.includes('*')) return false;
  const segments = pattern.split('/');
  const given = path.split('/');
  return (
    segments.length === given.length &&
    segments.every((segment, index) => (segment.startsWith(':') ? given[index] !== '' : segment === given[index]))
  );
}
