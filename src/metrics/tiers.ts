import type { Registry } from 'prom-client';
import type { CameraFacts, TierFacts } from './cameras.js';
import { counter, durations, gauge, type Labels } from './families.js';

const labels = ['camera', 'tier', 'medium'] as const;
type Label = (typeof labels)[number];

/** What becomes of a tier's frames, from its encoder to the viewers. */
export function tierMetrics(registry: Registry, read: () => readonly CameraFacts[]): void {
  const each = (tell: (labels: Labels<Label>, tier: TierFacts) => void) => {
    for (const { id, tiers } of read()) {
      for (const tier of tiers) tell({ camera: id, tier: tier.name, medium: tier.medium }, tier);
    }
  };
  const count = (name: string, help: string, amountOf: (tier: TierFacts) => number) =>
    counter(registry, { name, help, labels, read: (tell) => each((series, tier) => tell(series, amountOf(tier))) });

  count('lenscast_tier_frames_total', 'Frames of a tier, whoever watched', ({ published }) => published);
  count('lenscast_frames_sent_total', 'Frames handed to viewers', ({ delivered }) => delivered);
  count('lenscast_encoded_frames_total', 'Frames that were encoded for a tier', ({ encoded }) => encoded);
  count('lenscast_encode_seconds_total', 'Time that encoding them took', ({ encodeMs }) => encodeMs / 1000);
  count('lenscast_keyframes_total', 'Frames of a tier that need no earlier ones', ({ keyframes }) => keyframes);
  gauge(registry, {
    name: 'lenscast_tier_bitrate_bps',
    help: 'Bits a second of a tier, once',
    labels,
    read: (tell) => each((series, { bitrateBps }) => tell(series, bitrateBps)),
  });
  gauge(registry, {
    name: 'lenscast_viewers',
    help: 'Viewers at this moment',
    labels: [...labels, 'transport'],
    read: (tell) =>
      each((series, { viewersByTransport }) => {
        for (const [transport, viewers] of Object.entries(viewersByTransport)) tell({ ...series, transport }, viewers);
      }),
  });
  counter(registry, {
    name: 'lenscast_frames_dropped_total',
    help: 'Frames left out: slow, fps: for one viewer, who was busy or wants fewer; unchanged, late: for all, since they showed nothing new or a newer one overtook them',
    labels: [...labels, 'reason'],
    read: (tell) =>
      each((series, { medium, droppedSlow, droppedRate, unchanged, late }) => {
        // Of video nothing is left out for one viewer, nor for showing nothing new.
        const reasons = medium === 'h264' ? { late } : { slow: droppedSlow, fps: droppedRate, unchanged, late };
        for (const [reason, frames] of Object.entries(reasons)) tell({ ...series, reason }, frames);
      }),
  });
  durations(registry, {
    name: 'lenscast_frame_age_seconds',
    help: "How old frames were when they had been handed to a viewer's socket",
    labels,
    read: (tell) => each((series, { ages }) => tell(series, ages)),
  });
}
