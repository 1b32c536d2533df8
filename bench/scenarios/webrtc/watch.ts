import { runWebRtcLoad, type WebRtcLoadReport } from '../../../test/support/webrtc-client.js';
import { CpuMeter, ProcessMeter, type ProcessUse } from '../../support/process-use.js';
import { LOAD_CPU, type RunningServer, SERVER_CPU } from '../../support/servers.js';

/** A server and its viewers by WebRTC, and what both saw in the same seconds. */
export interface WebRtcMeasurement {
  readonly viewers: number;
  readonly use: ProcessUse;
  readonly load: WebRtcLoadReport;
  readonly fpsPerViewer: number;
  /** Of RTP, headers included. */
  readonly bitrateBps: number;
  readonly lost: number;
  readonly freezes: number;
  /** Of a core. */
  readonly clientPercent: number;
  /** What other programs took of the server's core: how far to trust the rest. */
  readonly foreignPercent: number;
}

export async function watchByWebRtc(
  server: Pick<RunningServer, 'pid' | 'url'>,
  tier: string,
  viewers: number,
  seconds: number,
  warmupSeconds = 2,
): Promise<WebRtcMeasurement> {
  const meter = new ProcessMeter(server.pid);
  const core = new CpuMeter(SERVER_CPU);
  const measured: { use?: ProcessUse; busyPercent: number } = { busyPercent: 0 };
  const load = await runWebRtcLoad(
    { url: `${server.url}/whep?tier=${tier}`, viewers, concurrency: 20, warmupSeconds, seconds, cpu: LOAD_CPU },
    {
      onMeasuring: () => {
        meter.begin();
        core.begin();
      },
      onMeasured: () => {
        measured.use = meter.end();
        measured.busyPercent = core.end();
      },
    },
  );
  const { use, busyPercent } = measured;
  if (use === undefined) throw new Error('the viewers measured nothing');
  const sum = (read: (one: WebRtcLoadReport['perViewer'][number]) => number) =>
    load.perViewer.reduce((total, one) => total + read(one), 0);
  return {
    viewers,
    use,
    load,
    fpsPerViewer: sum(({ pictures }) => pictures) / viewers / load.seconds,
    bitrateBps: (8 * sum(({ rtpBytes }) => rtpBytes)) / viewers / load.seconds,
    lost: sum(({ lost }) => lost),
    freezes: sum(({ freezes }) => freezes),
    clientPercent: (100 * load.cpuSeconds) / load.seconds,
    foreignPercent: Math.max(0, busyPercent - use.cpuPercent),
  };
}
