import { expect, onTestFinished, test } from 'vitest';
import { stopAfterTest } from '../support/cleanup.js';
import { runLoad } from '../support/load-client.js';
import { Server } from '../support/server.js';
import { until } from '../support/until.js';
import { oneV4l2Camera, renderV4l2Pictures } from '../support/v4l2-camera.js';

test('ten stalled viewers among twenty cost the others nothing, and see recent pictures when they read on', async () => {
  renderV4l2Pictures('MJPG', '1280x720');
  const { cameras, camera } = oneV4l2Camera({ formats: ['MJPG'], sizes: ['1280x720'], rates: [30] });
  onTestFinished(() => cameras.dispose());
  const server = stopAfterTest(await Server.start({ sources: [`v4l2:${camera.device}`], env: cameras.env }));
  const before = camera.counters();

  const report = await runLoad({
    url: `${server.url}/stream?tier=source`,
    viewers: 20,
    stalled: 10,
    resumeAfterSeconds: 6,
    // What waited in the two kernels comes first.
    resumeSkip: 10,
    warmupSeconds: 1,
    seconds: 8,
  });

  expect(report.viewers).toBe(10);
  expect(report.badFrames + report.framingErrors + report.backwards + report.closed).toBe(0);
  // Frames that the camera itself couldn't make on a busy machine are gaps for everybody.
  const { lost, late } = camera.counters();
  const missing = lost - before.lost + late - before.late;
  for (const viewer of report.perViewer) {
    expect(viewer.missed, JSON.stringify(viewer)).toBeLessThanOrEqual(missing + viewer.frames * 0.25);
  }
  const counts = report.perViewer.map(({ frames }) => frames);
  expect(Math.max(...counts) - Math.min(...counts), counts.join(' ')).toBeLessThan(12);
  expect(report.stalled).toHaveLength(10);
  for (const viewer of report.stalled) {
    expect(viewer.resumed).toBe(true);
    expect(viewer.badFrames + viewer.framingErrors + viewer.backwards, JSON.stringify(viewer)).toBe(0);
    // Six seconds of frames passed them by.
    expect(viewer.framesAfterResume).toBeGreaterThan(10);
    expect(viewer.worstAgeAfterSkipMs ?? 0).toBeLessThan(2000);
  }
  const slow = 'lenscast_frames_dropped_total{camera="cam1",tier="source",medium="jpeg",reason="slow"}';
  expect(await server.metric(slow)).toBeGreaterThan(10 * 30);
  await until('no frame stays alive', async () => (await server.metric('lenscast_live_frames')) === 0);
});
