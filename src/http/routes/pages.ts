import type { Camera } from '../../camera/camera.js';
import { LensError, quote } from '../../core/errors.js';
import { SOURCE_TIER } from '../../pipeline/plan.js';
import { indexPage } from '../../web/index-page.js';
import { readPlayerFiles } from '../../web/player-files.js';
import { playerPage, playerPolicy } from '../../web/player-page.js';
import type { App, Services } from '../environment.js';

const indexPolicy =
  "default-src 'none'; img-src 'self' data: blob:; connect-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** What a person sees who types the server's address: all cameras, and one of them. */
export function pageRoutes(app: App, { cameras }: Services): void {
  const files = readPlayerFiles();
  app.get('/', (c) => {
    const shown = cameras.all().map(({ id, config, tierNames }) => ({ id, name: config.name, tiers: tierNames }));
    c.header('Cache-Control', 'no-store');
    c.header('Content-Security-Policy', indexPolicy);
    return c.html(indexPage(shown));
  });
  app.get('/cameras/:id', (c) => {
    const { id } = cameras.get(c.req.param('id'));
    // Relative, as all addresses of the page: something may stand in front of the path.
    return c.redirect(`${encodeURIComponent(id)}/`, 308);
  });
  app.get('/cameras/:id/', (c) => {
    const camera = cameras.get(c.req.param('id'));
    c.header('Cache-Control', 'no-store');
    c.header('Content-Security-Policy', playerPolicy);
    return c.html(playerPage({ id: camera.id, name: camera.config.name, tiers: tiersOf(camera) }));
  });
  app.get('/player/:file', (c) => {
    const name = c.req.param('file');
    const file = files.get(name);
    if (file === undefined) throw new LensError('NOT_FOUND', `The player has no file ${quote(name)}.`);
    const { body, contentType, etag } = file;
    c.header('ETag', etag);
    c.header('Cache-Control', 'no-cache');
    if (c.req.header('If-None-Match') === etag) return c.body(null, 304);
    return c.body(body, 200, { 'Content-Type': contentType, 'X-Content-Type-Options': 'nosniff' });
  });
}

/** Those of any medium, best first: the camera's own picture is better than all that is made of it. */
function tiersOf(camera: Camera): readonly string[] {
  const names = [...new Set([...camera.tierNames, ...camera.tierNamesOf('h264')])];
  return names.toSorted((a, b) => Number(b === SOURCE_TIER) - Number(a === SOURCE_TIER));
}
