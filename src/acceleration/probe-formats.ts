import type { FindingsCache } from './cache.js';
import type { Environment } from './environment.js';
import { Prober, type ProberOptions, pluginVersions } from './prober.js';
import type { ProbeReport } from './report.js';
import { formatKey, type StreamFormat } from './stream-format.js';

/** What most cameras deliver, for a machine without one. */
export const COMMON_FORMATS: readonly StreamFormat[] = (['jpeg', 'h264', 'h265', null] as const).map((codec) => ({
  codec,
  width: 1920,
  height: 1080,
  fps: 30,
  profile: null,
  isWideChroma: false,
  memories: ['system'],
}));

export interface ProbeFormatsOptions extends ProberOptions {
  readonly environment: Environment;
  readonly cache: FindingsCache;
  /** The findings could not be kept. */
  readonly onCacheError: (error: unknown) => void;
}

/** Probes all formats anew, software too, and keeps what was found. */
export async function probeFormats(
  formats: readonly StreamFormat[],
  { environment, cache, onCacheError, ...options }: ProbeFormatsOptions,
): Promise<ProbeReport> {
  const byKey = new Map(formats.map((format) => [formatKey(format), format]));
  const prober = new Prober(options);
  const found: ProbeReport['formats'][number][] = [];
  for (const format of byKey.values()) {
    const findings = await prober.probe(format, { withSoftware: true });
    found.push(findings);
    try {
      cache.put(
        findings,
        pluginVersions(format.codec, (factory) => options.addon.findElement(factory)),
      );
    } catch (error) {
      onCacheError(error);
    }
  }
  return { environment, formats: found };
}
