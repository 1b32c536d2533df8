import { Registry } from 'prom-client';
import { adaptationMetrics, type SwitchFacts } from './adaptation.js';
import { type AddonCounters, addonMetrics } from './addon.js';
import { type CameraFacts, cameraMetrics } from './cameras.js';
import { Continuity } from './continuity.js';
import { processMetrics } from './process.js';
import { tierMetrics } from './tiers.js';

export interface MetricsSources {
  readonly cameras: () => readonly CameraFacts[];
  readonly switches: () => readonly SwitchFacts[];
  readonly addon: () => AddonCounters;
}

/**
 * Everything that `/metrics` tells, read when it is asked for: counting costs nothing in between. Counters of a camera
 * that is taken away are gone with it, and go on where they were when it comes again.
 */
export function createMetrics({ cameras, switches, addon }: MetricsSources) {
  const registry = new Registry();
  const continuity = new Continuity();
  const present = () => continuity.over(cameras());
  cameraMetrics(registry, present);
  tierMetrics(registry, present);
  adaptationMetrics(registry, () => {
    const ids = new Set(cameras().map(({ id }) => id));
    return switches().filter(({ camera }) => ids.has(camera));
  });
  addonMetrics(registry, addon);
  processMetrics(registry);
  return { contentType: registry.contentType, render: () => registry.metrics() };
}
