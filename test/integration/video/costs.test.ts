import { expect, test } from 'vitest';
import { cameraFacts } from '../../../src/camera/facts.js';
import { cameraView } from '../../../src/http/camera-view.js';
import { tierView } from '../../../src/http/tier-view.js';
import { ViewerRegistry } from '../../../src/hub/viewer-registry.js';
import { until } from '../../support/until.js';
import { startCamera, watchVideo } from '../../support/video.js';

test('what a tier’s video costs is told, beside what its pictures cost', async () => {
  const camera = startCamera('test:');
  const viewers = new ViewerRegistry();
  expect(cameraView(camera, viewers)).toMatchObject({
    h264: { passthrough: false, reason: 'the camera gives no H.264' },
    tiers: [{ name: 'high' }, { name: 'medium' }, { name: 'low', media: ['jpeg', 'h264'] }],
  });
  const { units } = watchVideo(camera.video('low'));
  await until('video', () => units.length > 30);
  await until('figures', () => camera.tierWork('low', 'h264').encoded > 20);

  const { h264, encode_ms, rates } = tierView(camera, 'low', viewers);
  expect(h264).toMatchObject({ viewers: 0, encoder: 'x264enc' });
  expect(h264?.rates.fps).toBeGreaterThan(5);
  expect(h264?.rates.bits_per_second).toBeGreaterThan(100_000);
  expect(h264?.encode_ms).toBeGreaterThan(0);
  expect(h264?.keyframes).toBeGreaterThan(0);
  expect([encode_ms, rates.fps]).toEqual([null, 0]);
  const facts = cameraFacts([camera], viewers)[0]?.tiers.find(
    ({ name, medium }) => name === 'low' && medium === 'h264',
  );
  expect(facts?.published).toBeGreaterThan(20);
  expect(facts?.encodeMs).toBeGreaterThan(0);
  expect(facts?.viewersByTransport).toEqual({ webrtc: 0 });
});
