import { Gauge, type Registry } from 'prom-client';

/** What the native side holds at this moment. */
export interface AddonCounters {
  readonly liveFrames: number;
  readonly liveBytes: number;
  readonly pipelines: number;
  readonly abandoned: number;
}

export function addonMetrics(registry: Registry, read: () => AddonCounters): void {
  const gauge = (name: string, help: string, value: (counters: AddonCounters) => number) => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value(read()));
      },
    });
  };
  gauge('lenscast_live_frames', 'Encoded frames held in memory', (counters) => counters.liveFrames);
  gauge('lenscast_live_frame_bytes', 'Bytes of the encoded frames held in memory', (counters) => counters.liveBytes);
  gauge('lenscast_pipelines', 'Pipelines that exist', (counters) => counters.pipelines);
  gauge('lenscast_pipelines_abandoned', 'Pipelines that refuse to stop', (counters) => counters.abandoned);
}
