import { expect, it } from 'vitest';
import { endAfterTest, stopAfterTest } from '../../support/cleanup.js';
import { FakeHardware } from '../../support/fake-hardware.js';
import { MjpegClient } from '../../support/mjpeg-client.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/until.js';
import { WhepViewer } from '../../support/whep-viewer.js';

const slowMs = 60_000;
type View = { readonly acceleration: { readonly h264: { readonly element: string } | null } };

/** How many packets the next thirty pictures take, on average. */
async function packetsOfPicture(viewer: WhepViewer): Promise<number> {
  const { packets, pictures } = viewer;
  await viewer.sees(pictures + 30);
  return (viewer.packets - packets) / (viewer.pictures - pictures);
}

it("another bit rate reaches a Jetson's encoder, which takes it only as it starts, and its viewer stays", async () => {
  const chip = endAfterTest(new FakeHardware('jetson'), (one) => one.dispose());
  const tiers = '{ low: { width: 640, height: 360, fps: 30, bitrate: 3000000 } }';
  const config = `cameras:\n  front: { source: "test:", linger_ms: 0, tiers: ${tiers} }\n`;
  const server = stopAfterTest(await Server.start({ config, env: chip.env }));
  const first = stopAfterTest(await MjpegClient.open(server.url, '/stream?tier=low'));
  await until('the probe', () => server.logs.includes('can be used'), slowMs);
  await first.stop();
  await server.reach('idle', 'front');

  const watched = await WhepViewer.watch(`${server.url}/cameras/front/whep?tier=low`);
  const viewer = endAfterTest(watched, (one) => one.close());
  await viewer.sees(30);
  const { acceleration } = await server.json<View>('/api/cameras/front');
  expect(acceleration.h264?.element).toBe('nvv4l2h264enc');
  // 12.5 kB each, of which a packet holds 1.2.
  expect(await packetsOfPicture(viewer)).toBeGreaterThan(5);

  const body = JSON.stringify({ bitrate: 200_000 });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${server.url}/api/cameras/front/tiers/low`, { method: 'PUT', headers, body });
  expect(await answer.json()).toMatchObject({ bitrate: 200_000 });
  // 0.8 kB each.
  await until('fewer packets', async () => (await packetsOfPicture(viewer)) < 3, slowMs);
  expect(viewer.hasEnded).toBe(false);
  expect(server.logs).not.toContain('hardware failed');
});
