import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Environment, sameEnvironment } from './environment.js';
import type { Findings } from './findings.js';
import type { StreamFormat } from './stream-format.js';
import { writeWhole } from './whole-file.js';

/** `$XDG_CACHE_HOME/lenscast/probe.json` (XDG Base Directory Specification); systemd's `$CACHE_DIRECTORY` goes first. */
export function cacheFile(environment: NodeJS.ProcessEnv): string {
  const { CACHE_DIRECTORY: service, XDG_CACHE_HOME: base } = environment;
  if (service) return join(service.split(':')[0] ?? service, 'probe.json');
  return join(base?.startsWith('/') ? base : join(homedir(), '.cache'), 'lenscast', 'probe.json');
}

const version = 1;
// So many formats are kept, the newest: cameras are exchanged now and then.
const mostFormats = 32;
const mostSources = 256;
const nothing = { formats: [], sources: {} };

const finding = z.object({
  row: z.string(),
  job: z.enum(['decode', 'scale', 'jpeg', 'h264']),
  family: z.enum(['jetson', 'nvidia', 'va', 'vaapi', 'qsv', 'v4l2', 'macos', 'software']),
  element: z.string(),
  passes: z.boolean(),
  reason: z.string().nullable(),
  msPerFrame: z.number().nullable(),
});
const format = z.object({
  codec: z.enum(['jpeg', 'h264', 'h265']).nullable(),
  width: z.int(),
  height: z.int(),
  fps: z.number(),
  profile: z.string().nullable(),
  isWideChroma: z.boolean(),
  memories: z.array(z.enum(['system', 'NVMM', 'CUDAMemory', 'VAMemory', 'VASurface'])),
});
const schema = z.object({
  version: z.literal(version),
  environment: z.object({ gstreamer: z.string(), kernel: z.string(), drivers: z.string() }),
  formats: z.array(
    z.object({
      format: z.string(),
      probedAt: z.iso.datetime(),
      plugins: z.string(),
      findings: z.array(finding),
      together: z.string().nullable(),
      startMs: z.number(),
      properties: z.record(z.string(), z.record(z.string(), z.array(z.string()).nullable())),
    }),
  ),
  sources: z.record(z.string(), format),
});
type Stored = z.output<typeof schema>;

/**
 * What probing found out, kept in a file. It counts for the same GStreamer, kernel and drivers, and for the same
 * versions of the plugins concerned (`plugins`, any text that tells them apart).
 */
export class FindingsCache {
  readonly #file: string;
  readonly #environment: Environment;

  constructor(file: string, environment: Environment) {
    this.#file = file;
    this.#environment = environment;
  }

  /** Null where nothing is known of the format, or what is known doesn't count any more. */
  get(format: string, plugins: string): Findings | null {
    const found = this.#read().formats.find((each) => each.format === format && each.plugins === plugins);
    return found ?? null;
  }

  /** Of all formats, the newest first, whatever plugins it was found with. */
  get all(): readonly Findings[] {
    return this.#read().formats;
  }

  /** Replaces what was known of the format. Throws what the file system throws; the file is whole at any moment. */
  put(findings: Findings, plugins: string): void {
    const { formats, sources } = this.#read();
    const others = formats.filter((each) => each.format !== findings.format);
    this.#write({ formats: [{ ...findings, plugins }, ...others].slice(0, mostFormats), sources });
  }

  /** What a source was seen to deliver, by any text that names it; null where that isn't known. */
  formatOf(source: string): StreamFormat | null {
    return this.#read().sources[source] ?? null;
  }

  /** Throws what the file system throws. */
  rememberFormat(source: string, delivered: StreamFormat): void {
    const { formats, sources } = this.#read();
    if (isDeepStrictEqual(sources[source], delivered)) return;
    const { [source]: _before, ...others } = sources;
    const kept = Object.entries(others).slice(0, mostSources - 1);
    this.#write({ formats, sources: { [source]: delivered, ...Object.fromEntries(kept) } });
  }

  #write({ formats, sources }: { readonly formats: readonly object[]; readonly sources: object }): void {
    writeWhole(this.#file, JSON.stringify({ version, environment: this.#environment, formats, sources }));
  }

  #read(): Pick<Stored, 'formats' | 'sources'> {
    try {
      const stored = schema.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
      return sameEnvironment(stored.environment, this.#environment) ? stored : nothing;
    } catch {
      // There is none, or it is of another version: it is made anew.
      return nothing;
    }
  }
}
