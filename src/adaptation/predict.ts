/** How large a tier's frames will be before any was made. Pure. */

export interface TierShape {
  readonly width: number;
  readonly height: number;
  /** JPEG quality, 1 to 100. */
  readonly quality: number;
}

export interface KnownTier extends TierShape {
  readonly meanFrameBytes: number;
}

// A detailed picture at quality 85 has about an eighth of a byte a pixel.
const typicalBytesPerPixel = 0.125;
const typicalQuality = 85;

/**
 * From another tier of the same camera where one was measured, since the scene decides most, else from a typical
 * scene. Bytes grow a little slower than pixels, and faster with the quality the higher it is.
 */
export function predictFrameBytes(tier: TierShape, known: KnownTier | null): number {
  const pixels = tier.width * tier.height;
  if (known === null)
    return pixels * typicalBytesPerPixel * (qualityWeight(tier.quality) / qualityWeight(typicalQuality));
  const scale = (pixels / (known.width * known.height)) ** 0.9;
  return known.meanFrameBytes * scale * (qualityWeight(tier.quality) / qualityWeight(known.quality));
}

/** Relative size of a JPEG by quality: the libjpeg scale of its quantisation tables, to the power that pictures show. */
function qualityWeight(quality: number): number {
  const scale = quality < 50 ? 5000 / quality : Math.max(2, 200 - 2 * quality);
  return scale ** -0.6;
}
