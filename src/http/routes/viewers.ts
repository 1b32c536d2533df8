import { putInBounds } from '../../adaptation/place.js';
import { viewerNotFound } from '../../core/errors.js';
import type { Viewer } from '../../hub/viewer-registry.js';
import { readBody } from '../body.js';
import type { App, Services } from '../environment.js';
import { viewerChangeSchema } from '../schemas/requests.js';
import { viewerView } from '../viewer-view.js';

/** Who watches, and what one of them gets. */
export function viewerRoutes(app: App, { cameras, viewers }: Services): void {
  const find = (id: string): Viewer => {
    const viewer = viewers.get(id);
    if (viewer === undefined) throw viewerNotFound(id);
    return viewer;
  };

  app.get('/api/viewers', (c) => c.json({ viewers: viewers.all().map(viewerView) }));
  app.get('/api/viewers/:viewer', (c) => c.json(viewerView(find(c.req.param('viewer')))));
  app.patch('/api/viewers/:viewer', async (c) => {
    const id = c.req.param('viewer');
    const { camera: watched, medium } = find(id);
    const camera = cameras.get(watched);
    const { tier, fps } = await readBody(c, viewerChangeSchema(camera.tierNamesOf(medium)));
    // It may have left while its change was under way.
    const viewer = find(id);
    if (fps !== undefined) viewer.limitTo(fps);
    if (tier !== undefined) {
      viewer.pinTo(tier === 'auto' ? null : tier);
      putInBounds(camera, viewer, viewers, 'request');
    }
    return c.json(viewerView(viewer));
  });
  app.delete('/api/viewers/:viewer', (c) => {
    find(c.req.param('viewer')).close();
    return c.body(null, 204);
  });
}
