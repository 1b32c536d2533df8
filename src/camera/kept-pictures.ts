import type { Frame } from '../core/frame.js';
import type { Medium } from '../hub/viewer-registry.js';
import { type Output, type OutputKey, outputKey } from '../pipeline/output.js';

/** A picture kept in memory of its own: a JPEG, or an H.264 keyframe with its parameter sets. */
export interface KeptPicture {
  readonly medium: Medium;
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** CLOCK_MONOTONIC ms. */
  readonly captureMs: number;
}

/** The last pictures of a camera: one of each tier in each medium. */
export class KeptPictures {
  readonly #pictures = new Map<OutputKey, KeptPicture>();

  /** Keeps a copy, which outlives the frame. */
  keep({ tier, medium }: Output, { data, width, height, captureMs }: Frame): void {
    const picture = { medium, data: Uint8Array.from(data), width, height, captureMs };
    this.#pictures.set(outputKey({ tier, medium }), picture);
  }

  clear(): void {
    this.#pictures.clear();
  }

  /** The tier's last JPEG, else another tier's newest; null where there never was one. */
  lastJpeg(tier: string): KeptPicture | null {
    const all = [...this.#pictures.values()].filter(({ medium }) => medium === 'jpeg');
    return this.#pictures.get(outputKey({ tier, medium: 'jpeg' })) ?? newest(all);
  }

  /** The tier's newest picture in either medium, else another tier's; null where there never was one. */
  last(tier: string): KeptPicture | null {
    const own = (['jpeg', 'h264'] as const).map((medium) => this.#pictures.get(outputKey({ tier, medium })));
    return newest(own.filter((picture) => picture !== undefined)) ?? newest([...this.#pictures.values()]);
  }
}

function newest(pictures: readonly KeptPicture[]): KeptPicture | null {
  return pictures.toSorted((a, b) => b.captureMs - a.captureMs)[0] ?? null;
}
