import { rawCaps } from './catalogue/memory.js';
import { type Processing, softwareProcessing } from './processing.js';
import { chain, element } from './syntax.js';

const software = softwareProcessing(null);

/** What a tier asks for. */
export interface TierSettings {
  /** Bounds in pixels: the picture is made smaller to fit both and keeps its shape; it is never made larger. */
  readonly width: number;
  readonly height: number;
  /** The most frames a second. */
  readonly fps: number;
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
  /** Of its H.264, bit/s. */
  readonly bitrateBps: number;
  /** Down to so many frames a second those that show nothing new are left out; without it none is. */
  readonly minFps?: number | null;
}

/** The names of a tier's elements, for valves, frames and live changes; the outer ones of its scaled pictures. */
export function tierElements(tier: string) {
  return {
    valve: `valve_${tier}`,
    queue: `queue_${tier}`,
    rate: `rate_${tier}`,
    size: `size_${tier}`,
    pictures: `pictures_${tier}`,
    jpeg: { valve: `jpegvalve_${tier}`, gate: `gate_${tier}`, encoder: `encode_${tier}`, sink: `sink_${tier}` },
    h264: {
      valve: `h264valve_${tier}`,
      queue: `h264queue_${tier}`,
      encoder: `h264encode_${tier}`,
      sink: `h264sink_${tier}`,
    },
  } as const;
}

/** An appsink that never holds the pipeline up: the addon takes the newest sample, older ones go. */
export function frameSink(name: string): string {
  return element('appsink', { name, sync: false, async: false, 'max-buffers': 2, drop: true });
}

/** A valve that is shut until somebody watches what lies behind it. */
export function shutValve(name: string): string {
  return element('valve', { name, drop: true });
}

/** A thread of its own for what follows; when that is too slow, old frames go first. */
export function latestFrameQueue(name?: string): string {
  return element('queue', {
    ...(name === undefined ? {} : { name }),
    leaky: 'downstream',
    'max-size-buffers': 1,
    'max-size-bytes': 0,
    'max-size-time': 0,
  });
}

/** Leaves out pictures that show nothing new, as the addon's `lenscaststillgate` does; all pass where nothing is said. */
export function stillGate(tier: string, minFps: number | null | undefined): string {
  const { element: name, property, value } = gateSetting(tier, minFps);
  return element('lenscaststillgate', { name, [property]: value });
}

/** What lets a tier's next picture pass, whatever it shows. */
export function passNext(tier: string): ElementSetting {
  return { element: tierElements(tier).jpeg.gate, property: 'pass-next', value: true };
}

/** What sets a tier's least frame rate. */
export function gateSetting(tier: string, minFps: number | null | undefined) {
  return { element: tierElements(tier).jpeg.gate, property: 'min-fps', value: minFps ?? 0 } satisfies ElementSetting;
}

/**
 * Caps that bound the size. videoscale picks from the ranges the size nearest to its input that keeps the display
 * aspect ratio (gst_video_scale_fixate_caps): it never enlarges, and the steps of 2 suit 4:2:0. Anamorphic pictures
 * come out with square pixels, since a JPEG viewer knows no other. The chips' scalers took their choice over from it.
 */
export function sizeCaps(
  { width, height }: Pick<TierSettings, 'width' | 'height'>,
  { tierMemory, formats }: Pick<Processing, 'tierMemory' | 'formats'> = software,
): string {
  const even = (pixels: number) => Math.max(2, pixels - (pixels % 2));
  const size = `width=(int)[2,${even(width)},2],height=(int)[2,${even(height)},2],pixel-aspect-ratio=(fraction)1/1`;
  return rawCaps(tierMemory, formats, size);
}

/** A property of one of a pipeline's elements, which may be set while it plays. */
export interface ElementSetting {
  readonly element: string;
  readonly property: string;
  readonly value: string | number | boolean;
}

/** What a tier's settings are on its elements. */
function settingsOf(tier: string, settings: TierSettings, processing: Processing) {
  const names = tierElements(tier);
  const encoder = Object.entries(processing.jpeg.encoder.properties(settings.quality));
  return {
    rate: { element: names.rate, property: 'max-rate', value: settings.fps },
    size: { element: names.size, property: 'caps', value: sizeCaps(settings, processing) },
    quality: encoder.map(([property, value]) => ({ element: names.jpeg.encoder, property, value })),
    gate: gateSetting(tier, settings.minFps),
  } satisfies Record<string, ElementSetting | readonly ElementSetting[]>;
}

/**
 * How many frames a second are to be decoded for tiers of such rates; 0: all of them. The fastest tier's where the others
 * take each second, each third… of them: else these would come unevenly.
 */
export function decodeRate(tierRates: readonly number[]): number {
  const fastest = Math.max(0, ...tierRates);
  return tierRates.every((rate) => fastest % rate === 0) ? fastest : 0;
}

/** What must be set on a running tier to make one out of the other. */
export function tierChanges(
  tier: string,
  before: TierSettings,
  after: TierSettings,
  processing: Processing = software,
): readonly ElementSetting[] {
  const old = settingsOf(tier, before, processing);
  const fresh = settingsOf(tier, after, processing);
  const changes: ElementSetting[] = [
    ...(old.rate.value === fresh.rate.value ? [] : [fresh.rate]),
    ...(old.size.value === fresh.size.value ? [] : [fresh.size]),
    ...fresh.quality.filter(({ value }, i) => value !== old.quality[i]?.value),
    ...(old.gate.value === fresh.gate.value ? [] : [fresh.gate]),
  ];
  // The change is to be seen also where nothing moves.
  return changes.length > 0 && fresh.gate.value > 0 ? [...changes, passNext(tier)] : changes;
}

/** What a tier's media share, from raw frames to a tee of pictures of its size and rate. */
export function scaledBranch(tier: string, settings: TierSettings, processing: Processing = software): string {
  const names = tierElements(tier);
  const { rate, size } = settingsOf(tier, settings, processing);
  return chain(
    shutValve(names.valve),
    latestFrameQueue(names.queue),
    element('lenscastratelimit', { name: rate.element, [rate.property]: rate.value }),
    processing.scale,
    element('capsfilter', { name: size.element, [size.property]: size.value }),
    element('tee', { name: names.pictures, 'allow-not-linked': true }),
  );
}

/**
 * A tier's JPEG branch, from its scaled pictures. Whether one shows something new is seen by the picture where that
 * lies in the system's memory, else by the JPEG.
 */
export function jpegTierBranch(tier: string, settings: TierSettings, processing: Processing = software): string {
  const names = tierElements(tier).jpeg;
  const { before, visible, encoder } = processing.jpeg;
  const gate = stillGate(tier, settings.minFps);
  return chain(
    shutValve(names.valve),
    before,
    visible ? gate : '',
    element(encoder.element, { name: names.encoder, ...encoder.properties(settings.quality) }),
    visible ? '' : gate,
    frameSink(names.sink),
  );
}
