import { Counter, Gauge, type Registry } from 'prom-client';

/** A camera as the metrics see it. Labels are its id and its tiers' names: as many as the configuration has. */
export interface CameraFacts {
  readonly id: string;
  readonly state: string;
  readonly frames: number;
  readonly corruptFrames: number;
  readonly tiers: readonly TierFacts[];
}

export interface TierFacts {
  readonly name: string;
  readonly published: number;
  readonly bitrateBps: number;
  readonly viewersByTransport: Readonly<Record<string, number>>;
  readonly delivered: number;
  readonly droppedSlow: number;
  readonly droppedRate: number;
}

const states = ['idle', 'starting', 'live', 'degraded', 'recovering', 'failed'] as const;

export function cameraMetrics(registry: Registry, read: () => readonly CameraFacts[]): void {
  const registers = [registry];
  const counter = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: (add: (labels: Record<Label, string>, value: number) => void) => void,
  ) => {
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        fill((labels, value) => this.inc(labels, value));
      },
    });
  };
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    fill: (set: (labels: Record<Label, string>, value: number) => void) => void,
  ) => {
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        fill((labels, value) => this.set(labels, value));
      },
    });
  };
  const tiers = () => read().flatMap((camera) => camera.tiers.map((tier) => ({ camera: camera.id, ...tier })));

  gauge('lenscast_camera_state', "1 for the camera's present state", ['camera', 'state'], (set) => {
    for (const { id, state } of read())
      for (const one of states) set({ camera: id, state: one }, Number(one === state));
  });
  counter('lenscast_camera_frames_total', 'Frames that the source delivered', ['camera'], (add) => {
    for (const { id, frames } of read()) add({ camera: id }, frames);
  });
  counter('lenscast_camera_corrupt_frames_total', 'Broken frames that were dropped', ['camera'], (add) => {
    for (const { id, corruptFrames } of read()) add({ camera: id }, corruptFrames);
  });
  counter('lenscast_tier_frames_total', 'Frames of a tier, whoever watched', ['camera', 'tier'], (add) => {
    for (const { camera, name, published } of tiers()) add({ camera, tier: name }, published);
  });
  gauge('lenscast_tier_bitrate_bps', 'Bits a second of a tier, once', ['camera', 'tier'], (set) => {
    for (const { camera, name, bitrateBps } of tiers()) set({ camera, tier: name }, bitrateBps);
  });
  gauge('lenscast_viewers', 'Viewers at this moment', ['camera', 'tier', 'transport'], (set) => {
    for (const { camera, name, viewersByTransport } of tiers()) {
      for (const [transport, count] of Object.entries(viewersByTransport))
        set({ camera, tier: name, transport }, count);
    }
  });
  counter('lenscast_frames_sent_total', 'Frames handed to viewers', ['camera', 'tier'], (add) => {
    for (const { camera, name, delivered } of tiers()) add({ camera, tier: name }, delivered);
  });
  counter('lenscast_frames_dropped_total', 'Frames not sent to a viewer', ['camera', 'tier', 'reason'], (add) => {
    for (const { camera, name, droppedSlow, droppedRate } of tiers()) {
      add({ camera, tier: name, reason: 'slow' }, droppedSlow);
      add({ camera, tier: name, reason: 'fps' }, droppedRate);
    }
  });
}
