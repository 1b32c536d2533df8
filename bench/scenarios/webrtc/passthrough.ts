import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RtspCamera } from '../../../test/support/rtsp-camera.js';
import type { Context, Scenario, ScenarioResult } from '../../support/report.js';
import { startLenscast } from '../../support/servers.js';
import { median } from '../../support/statistics.js';
import { type WebRtcMeasurement, watchByWebRtc } from './watch.js';

const counts = [1, 10, 50];

/** A camera's own H.264, not decoded and not encoded. */
export const webRtcPassthrough: Scenario = {
  name: 'webrtc-passthrough',
  page: 'webrtc',
  async run({ quick, folder, progress }: Context): Promise<ScenarioResult> {
    const camera = await RtspCamera.start({ file: renderClip(folder) });
    const configFile = join(folder, 'webrtc-passthrough.yaml');
    writeFileSync(configFile, `cameras:\n  cam: { source: "${camera.url}", linger_ms: 60000 }\n`);
    const rounds: WebRtcMeasurement[][] = [];
    try {
      const server = await startLenscast({ configFile, tier: 'low' });
      // The decoder that the first picture wanted rests by then, and V8 has compiled what it will.
      await watchByWebRtc(server, 'source', 20, 4, 4);
      if (!quick) await watchByWebRtc(server, 'source', 1, 10, 20);
      for (let i = 0; i < (quick ? 1 : 3); i++) {
        const round: WebRtcMeasurement[] = [];
        for (const viewers of counts) {
          // After each crowd the garbage collector tidies up for a while.
          const one = await watchByWebRtc(
            server,
            'source',
            viewers,
            quick ? 4 : 10,
            quick ? 2 : viewers === 1 ? 18 : 8,
          );
          round.push(one);
          progress(
            `${viewers}: ${one.use.cpuPercent.toFixed(2)} % CPU, ${one.fpsPerViewer.toFixed(1)} fps, ${(one.bitrateBps / 1e6).toFixed(2)} Mb/s, ${one.freezes} freezes, age p50 ${one.load.ageMs.p50.toFixed(1)} ms`,
          );
        }
        rounds.push(round);
      }
      await server.stop();
    } finally {
      await camera.stop();
    }
    return resultOf(rounds);
  },
};

/** Ten seconds of a moving picture as cameras with hardware encoders give it: no B-frames, a keyframe a second. */
function renderClip(folder: string): string {
  const path = join(folder, 'camera.mp4');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=30', '-t', '10'];
  const encoder = ['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'main', '-bf', '0', '-g', '30'];
  const rate = ['-b:v', '4M', '-maxrate', '4M', '-bufsize', '2M', '-pix_fmt', 'yuv420p'];
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...source, ...encoder, ...rate, path], { stdio: 'pipe' });
  return path;
}

function resultOf(rounds: readonly (readonly WebRtcMeasurement[])[]): ScenarioResult {
  const of = (i: number, read: (one: WebRtcMeasurement) => number) =>
    median(rounds.flatMap((round) => (round[i] ? [read(round[i])] : [])));
  return {
    title: 'A camera’s own H.264, passed through',
    notes: [
      `A 1080p30 RTSP camera (main profile, no B-frames, a keyframe a second, 4 Mb/s, over TCP), its video sent on as it is. Medians of ${rounds.length} rounds, from about a minute after the start on: before, V8 still compiles.`,
      'Age is from capture, as the camera’s RTP tells it, to the last packet of a picture at the viewer.',
    ],
    tables: [
      {
        title: '',
        columns: ['viewers', 'CPU, % of a core', 'Mb/s each', 'fps each', 'freezes', 'age p50 / p95, ms'],
        rows: counts.map((viewers, i) => [
          String(viewers),
          of(i, (one) => one.use.cpuPercent).toFixed(2),
          (of(i, (one) => one.bitrateBps) / 1e6).toFixed(2),
          of(i, (one) => one.fpsPerViewer).toFixed(1),
          of(i, (one) => one.freezes).toFixed(0),
          `${of(i, (one) => one.load.ageMs.p50).toFixed(1)} / ${of(i, (one) => one.load.ageMs.p95).toFixed(1)}`,
        ]),
      },
    ],
    targets: [
      {
        what: 'one viewer of a 1080p30 camera’s own video',
        measured: of(0, (one) => one.use.cpuPercent),
        limit: 3,
        unit: '% of a core',
      },
    ],
    samples: rounds.map((round) => round.map(({ load, ...one }) => ({ ...one, ageMs: load.ageMs }))),
  };
}
