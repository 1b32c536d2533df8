import type { Registry } from 'prom-client';
import { counter, type Durations, gauge } from './families.js';

/** A camera as the metrics see it. Labels are its id and its tiers' names: as many as the configuration has. */
export interface CameraFacts {
  readonly id: string;
  readonly state: string;
  readonly transitions: readonly { readonly state: string; readonly cause: string; readonly count: number }[];
  readonly frames: number;
  readonly corruptFrames: number;
  /** How often an element of a chip was set aside for it. */
  readonly hardwareFallbacks: number;
  /** By job, whether the chip does it. */
  readonly hardware: Readonly<Record<string, boolean>>;
  readonly tiers: readonly TierFacts[];
}

/** A tier in one medium. */
export interface TierFacts {
  readonly name: string;
  readonly medium: 'jpeg' | 'h264';
  readonly published: number;
  /** Of them, those that need no earlier ones. */
  readonly keyframes: number;
  readonly bitrateBps: number;
  readonly viewersByTransport: Readonly<Record<string, number>>;
  readonly delivered: number;
  readonly droppedSlow: number;
  readonly droppedRate: number;
  readonly unchanged: number;
  readonly late: number;
  readonly encoded: number;
  readonly encodeMs: number;
  readonly ages: Durations;
}

const states = ['idle', 'starting', 'live', 'degraded', 'recovering', 'failed'] as const;

export function cameraMetrics(registry: Registry, read: () => readonly CameraFacts[]): void {
  const camera = ['camera'] as const;
  gauge(registry, {
    name: 'lenscast_camera_state',
    help: "1 for the camera's present state",
    labels: ['camera', 'state'],
    read: (tell) => {
      for (const { id, state } of read())
        for (const one of states) tell({ camera: id, state: one }, Number(one === state));
    },
  });
  counter(registry, {
    name: 'lenscast_camera_transitions_total',
    help: 'How often the camera went into a state, by the code of the cause; "" for none',
    labels: ['camera', 'state', 'cause'],
    read: (tell) => {
      for (const { id, transitions } of read())
        for (const { state, cause, count } of transitions) tell({ camera: id, state, cause }, count);
    },
  });
  counter(registry, {
    name: 'lenscast_camera_frames_total',
    help: 'Frames that the source delivered',
    labels: camera,
    read: (tell) => {
      for (const { id, frames } of read()) tell({ camera: id }, frames);
    },
  });
  counter(registry, {
    name: 'lenscast_hardware_fallbacks_total',
    help: "How often the machine's chip failed while it ran and software took over",
    labels: camera,
    read: (tell) => {
      for (const { id, hardwareFallbacks } of read()) tell({ camera: id }, hardwareFallbacks);
    },
  });
  gauge(registry, {
    name: 'lenscast_hardware_used',
    help: "1 where the machine's chip does the job, 0 where software does",
    labels: ['camera', 'job'],
    read: (tell) => {
      for (const { id, hardware } of read())
        for (const [job, used] of Object.entries(hardware)) tell({ camera: id, job }, Number(used));
    },
  });
  counter(registry, {
    name: 'lenscast_camera_corrupt_frames_total',
    help: 'Broken frames that were dropped',
    labels: camera,
    read: (tell) => {
      for (const { id, corruptFrames } of read()) tell({ camera: id }, corruptFrames);
    },
  });
}
