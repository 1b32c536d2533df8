import type { H264Encoder } from './h264-encoder.js';
import { ACCESS_UNITS } from './h264-units.js';
import { BASELINE, type Processing } from './processing.js';
import { chain, element } from './syntax.js';
import { type ElementSetting, latestFrameQueue, shutValve, type TierSettings, tierElements } from './tier.js';

/** Frames that build on each other: none is left out before the addon's own queue, which drops to a keyframe. */
export function accessUnitSink(name: string): string {
  return element('appsink', { name, sync: false, async: false });
}

/** A tier's H.264 branch, from its scaled pictures to access units, with parameter sets before each keyframe. */
export function h264TierBranch(
  tier: string,
  settings: TierSettings,
  { encoder, before, caps }: NonNullable<Processing['h264']>,
): string {
  const names = tierElements(tier).h264;
  return chain(
    shutValve(names.valve),
    latestFrameQueue(names.queue),
    before,
    encodedFrames(names, encoder, settings.bitrateBps, settings.fps, caps),
  );
}

/** From raw pictures to access units. */
export function encodedFrames(
  names: { readonly encoder: string; readonly sink: string },
  encoder: H264Encoder,
  bitrateBps: number,
  fps: number,
  caps: string = BASELINE,
): string {
  return chain(
    element(encoder.element, { name: names.encoder, ...encoder.properties(bitrateBps, fps) }),
    element('capsfilter', { caps }),
    element('h264parse', { 'config-interval': -1 }),
    element('capsfilter', { caps: ACCESS_UNITS }),
    accessUnitSink(names.sink),
  );
}

/** Whether another bit rate takes another encoder: this one can't be told while it plays. */
export function needsAnotherEncoder(before: TierSettings, after: TierSettings, encoder: H264Encoder): boolean {
  const old = encoder.properties(before.bitrateBps, after.fps);
  const fresh = encoder.properties(after.bitrateBps, after.fps);
  const changed = Object.keys(fresh).filter((property) => fresh[property] !== old[property]);
  return changed.length > 0 && !changed.some((property) => encoder.live.includes(property));
}

/** What must be set on a running encoder to make one tier out of the other. */
export function h264Changes(
  tier: string,
  before: TierSettings,
  after: TierSettings,
  encoder: H264Encoder,
): readonly ElementSetting[] {
  const old = encoder.properties(before.bitrateBps, before.fps);
  const fresh = encoder.properties(after.bitrateBps, after.fps);
  const { encoder: name } = tierElements(tier).h264;
  return encoder.live.flatMap((property) => {
    const value = fresh[property];
    return value === undefined || value === old[property] ? [] : [{ element: name, property, value }];
  });
}
