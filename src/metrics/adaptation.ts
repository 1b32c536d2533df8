import type { Registry } from 'prom-client';
import { counter } from './families.js';

/** How often the server moved viewers of a camera. Reasons are few and fixed. */
export interface SwitchFacts {
  readonly camera: string;
  readonly direction: 'up' | 'down';
  readonly reason: string;
  readonly count: number;
}

export function adaptationMetrics(registry: Registry, read: () => readonly SwitchFacts[]): void {
  counter(registry, {
    name: 'lenscast_tier_switches_total',
    help: 'How often the server by itself gave a viewer another tier or frame rate, down or up, and why',
    labels: ['camera', 'direction', 'reason'],
    read: (tell) => {
      for (const { camera, direction, reason, count } of read()) tell({ camera, direction, reason }, count);
    },
  });
}
