/** What a camera delivers, as far as a chip minds. */
import type { Delivered } from '../pipeline/catalogue/choice.js';
import type { Codec } from '../pipeline/catalogue/row.js';
import type { PipelineSource } from '../pipeline/source.js';

export interface StreamFormat {
  /** Null: raw pictures. */
  readonly codec: Codec | null;
  readonly width: number;
  readonly height: number;
  /** Frames a second; 0 where the camera doesn't say. */
  readonly fps: number;
  /** Of H.264, as caps name it; null where it isn't known. */
  readonly profile: string | null;
  /** Whether a JPEG's colours are 4:2:2, as USB cameras give them, and not 4:2:0. */
  readonly isWideChroma: boolean;
  readonly memories: Delivered['memories'];
}

/** Names a format among others. */
export function formatKey({ codec, width, height, fps, profile, isWideChroma, memories }: StreamFormat): string {
  const chroma = isWideChroma ? ' 4:2:2' : '';
  return `${codec ?? 'raw'}${profile === null ? '' : ` ${profile}`}${chroma} ${width}x${height}@${fps} ${memories.join('+')}`;
}

/** Where the source says it before it plays; null where that must be seen. */
export function formatOfSource(source: PipelineSource): StreamFormat | null {
  const raw = { codec: null, profile: null, isWideChroma: false } as const;
  switch (source.kind) {
    case 'v4l2': {
      const { format, width, height, fps } = source.mode;
      const rate = roundRate(fps.numerator / fps.denominator);
      const base = { ...raw, width, height, fps: rate, memories: ['system'] as const };
      return format === 'JPEG' ? { ...base, codec: 'jpeg', isWideChroma: true } : base;
    }
    case 'csi':
      return { ...raw, width: source.width, height: source.height, fps: source.fps, memories: ['NVMM', 'system'] };
    default:
      return null;
  }
}

const roundRate = (fps: number) => Math.round(fps * 100) / 100;

const media: Readonly<Record<string, Codec>> = { 'image/jpeg': 'jpeg', 'video/x-h264': 'h264', 'video/x-h265': 'h265' };

/** From the caps at a camera's tap; null where they don't tell, or no chip is known for them. */
export function formatOfCaps(caps: string, kind: PipelineSource['kind']): StreamFormat | null {
  const name = /^[^,;(]+/.exec(caps)?.[0] ?? '';
  const codec = name === 'video/x-raw' ? null : media[name];
  const width = Number(/\bwidth=\(int\)(\d+)/.exec(caps)?.[1] ?? 0);
  const height = Number(/\bheight=\(int\)(\d+)/.exec(caps)?.[1] ?? 0);
  if (codec === undefined || width === 0 || height === 0) return null;
  const [, numerator = 0, denominator = 1] = /\bframerate=\(fraction\)(\d+)\/(\d+)/.exec(caps) ?? [];
  const profile = /\bprofile=\(string\)([\w-]+)/.exec(caps)?.[1] ?? null;
  return {
    codec,
    width,
    height,
    fps: roundRate(Number(numerator) / Number(denominator)),
    profile: codec === 'h264' ? profile : null,
    isWideChroma: codec === 'jpeg' && kind === 'v4l2',
    memories: kind === 'csi' ? ['NVMM', 'system'] : ['system'],
  };
}
