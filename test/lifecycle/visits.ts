/** Viewers who come and go, and cameras that start and stop with them. */
import { MjpegClient } from '../support/mjpeg-client.js';
import type { Server } from '../support/server.js';
import { until } from '../support/until.js';

/** Starts a camera by watching it, sees a picture, and stops it by leaving; the camera's `linger_ms` is short. */
export async function startAndStop(server: Server, path: string, id = 'cam1'): Promise<void> {
  const client = await MjpegClient.open(server.url, path);
  try {
    await client.part(20_000);
  } finally {
    await client.stop();
  }
  await until(`${id} has stopped`, async () => (await server.camera(id)).state === 'idle');
  await until('no pipeline', async () => (await server.metric('lenscast_pipelines')) === 0);
}
