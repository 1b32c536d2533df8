import { cameraView, ustreamerState } from '../camera-view.js';
import type { App, Services } from '../environment.js';

/** What the server knows about its cameras, as JSON. */
export function apiRoutes(app: App, { cameras, viewers }: Services): void {
  app.get('/api/cameras', (c) => c.json({ cameras: cameras.all().map((camera) => cameraView(camera, viewers)) }));
  app.get('/api/cameras/:id', (c) => c.json(cameraView(cameras.get(c.req.param('id')), viewers)));
  app.get('/state', (c) => c.json(ustreamerState(cameras.first(), viewers)));
  app.get('/cameras/:id/state', (c) => c.json(ustreamerState(cameras.get(c.req.param('id')), viewers)));
}
