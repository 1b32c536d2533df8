import type { CameraConfig } from '../config/config.js';
import type { PipelineSource } from '../pipeline/source.js';
import type { FindingsCache } from './cache.js';
import { sourceKey } from './source-key.js';
import { formatOfCaps, formatOfSource, type StreamFormat } from './stream-format.js';

export interface CameraFormatsOptions {
  /** What must be known of a camera before it can be opened; rejects where it can't be had. */
  readonly inspect: (camera: CameraConfig) => Promise<PipelineSource>;
  /** Opens it and sees what it delivers, as caps; rejects where it gives nothing. */
  readonly look: (source: PipelineSource) => Promise<string>;
  /** An error of the two, in words without passwords. */
  readonly explain: (error: unknown, camera: CameraConfig) => Promise<string>;
  readonly cache: Pick<FindingsCache, 'formatOf' | 'rememberFormat'>;
  /** What was seen could not be kept. */
  readonly onCacheError: (error: unknown) => void;
}

/** A camera that gave nothing now. */
export interface UnseenCamera {
  /** Its id. */
  readonly camera: string;
  readonly reason: string;
  /** Whether what it delivered before stands in for it; else it is left out. */
  readonly isRemembered: boolean;
}

export interface CameraFormats {
  readonly formats: readonly StreamFormat[];
  readonly unseen: readonly UnseenCamera[];
}

/**
 * What the cameras deliver, all looked at at once: those whose source says it need not be opened, and so may be in use.
 * What was seen is remembered for the server, which takes it at a camera's next start. Never rejects.
 */
export async function formatsOfCameras(
  cameras: readonly CameraConfig[],
  options: CameraFormatsOptions,
): Promise<CameraFormats> {
  const found = await Promise.all(cameras.map((camera) => formatOf(camera, options)));
  return {
    formats: found.flatMap(({ format }) => (format === null ? [] : [format])),
    unseen: found.flatMap(({ unseen }) => (unseen === null ? [] : [unseen])),
  };
}

interface Found {
  readonly format: StreamFormat | null;
  readonly unseen: UnseenCamera | null;
}

async function formatOf(camera: CameraConfig, options: CameraFormatsOptions): Promise<Found> {
  const unseen = (reason: string, remembered: StreamFormat | null): Found => ({
    format: remembered,
    unseen: { camera: camera.id, reason, isRemembered: remembered !== null },
  });
  let source: PipelineSource | null = null;
  try {
    source = await options.inspect(camera);
    const fixed = formatOfSource(source);
    if (fixed !== null) return { format: fixed, unseen: null };
    const caps = await options.look(source);
    const seen = formatOfCaps(caps, source.kind);
    if (seen === null) return unseen(`no chip is known for ${/^[^,;(]*/.exec(caps)?.[0]}`, null);
    remember(source, seen, options);
    return { format: seen, unseen: null };
  } catch (error) {
    const remembered = source === null ? null : options.cache.formatOf(sourceKey(source));
    return unseen(await options.explain(error, camera), remembered);
  }
}

function remember(source: PipelineSource, format: StreamFormat, { cache, onCacheError }: CameraFormatsOptions): void {
  try {
    cache.rememberFormat(sourceKey(source), format);
  } catch (error) {
    onCacheError(error);
  }
}
