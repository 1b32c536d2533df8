/** Where raw pictures lie: caps features of GStreamer (GstCapsFeatures), `system` for none. */
export type Memory = 'system' | 'NVMM' | 'CUDAMemory' | 'VAMemory' | 'VASurface';

/** Caps of raw pictures; `formats` in order of preference, none given: any; `more` is further fields. */
export function rawCaps(memory: Memory, formats: readonly string[] = [], more = ''): string {
  const media = memory === 'system' ? 'video/x-raw' : `video/x-raw(memory:${memory})`;
  const [only, ...others] = formats;
  const format =
    only === undefined ? '' : others.length === 0 ? `,format=${only}` : `,format=(string){${formats.join(',')}}`;
  return `${media}${format}${more === '' ? '' : `,${more}`}`;
}
