import { Registry } from 'prom-client';
import { type AddonCounters, addonMetrics } from './addon.js';
import { type CameraFacts, cameraMetrics } from './cameras.js';
import { processMetrics } from './process.js';

export interface MetricsSources {
  readonly cameras: () => readonly CameraFacts[];
  readonly addon: () => AddonCounters;
}

/** Everything that `/metrics` tells, read when it is asked for: counting costs nothing in between. */
export function createMetrics({ cameras, addon }: MetricsSources) {
  const registry = new Registry();
  cameraMetrics(registry, cameras);
  addonMetrics(registry, addon);
  processMetrics(registry);
  return { contentType: registry.contentType, render: () => registry.metrics() };
}
