import { indexPage } from '../../web/index-page.js';
import type { App, Services } from '../environment.js';

/** What a person sees who types the server's address. */
export function pageRoutes(app: App, { cameras }: Services): void {
  app.get('/', (c) => {
    const shown = cameras.all().map(({ id, config, tierNames }) => ({ id, name: config.name, tiers: tierNames }));
    c.header('Cache-Control', 'no-store');
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; img-src 'self' data: blob:; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
    );
    return c.html(indexPage(shown));
  });
}
