import type { App, Services } from '../environment.js';

/** For supervisors and monitors: is the process well, can frames flow, and the numbers. */
export function healthRoutes(app: App, { cameras, metrics, version }: Services): void {
  app.get('/healthz', (c) => c.json({ status: 'ok', version, uptime_s: Math.round(process.uptime()) }));

  // Pages compare it with their own clock, to tell how old a picture is.
  app.get('/api/time', (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json({ unix_ms: Date.now() });
  });

  // A camera that rests is ready: it starts with its first viewer. One that is down does not take the others out.
  app.get('/readyz', (c) => {
    const states = cameras.all().map((camera) => ({ id: camera.id, state: camera.supervision.state }));
    const ready = states.some(({ state }) => state !== 'recovering' && state !== 'failed');
    return c.json({ status: ready ? 'ready' : 'not ready', cameras: states }, ready ? 200 : 503);
  });

  app.get('/metrics', async (c) => c.body(await metrics.render(), 200, { 'Content-Type': metrics.contentType }));
}
