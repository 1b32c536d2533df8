/** What the catalogue says of an element. */
import type { H264Encoder } from '../h264-encoder.js';
import type { PropertyChoices } from './element-properties.js';
import type { Memory } from './memory.js';

/** Who makes the chip, or how it is reached. */
export type Family = 'jetson' | 'nvidia' | 'va' | 'vaapi' | 'qsv' | 'v4l2' | 'macos' | 'software';

/** What is to be done. */
export type Job = 'decode' | 'scale' | 'jpeg' | 'h264';

export type Codec = 'jpeg' | 'h264' | 'h265';

/** Major and minor number of GStreamer. */
export type Version = readonly [number, number];

/** Pictures that an element takes or gives. */
export interface Pictures {
  readonly memory: Memory;
  /** In order of preference. */
  readonly formats: readonly string[];
  /** Where the element learnt it later than it was made. */
  readonly since?: Version;
}

interface Candidate {
  /** Stable and unique: the element's factory, and what tells it from another of that name or for another codec. */
  readonly id: string;
  readonly family: Family;
  readonly element: string;
  /** The plugin that the element must be of: the same name can be two elements. Null: any. */
  readonly plugin: string | null;
  /** The first GStreamer that has it; NVIDIA's own come with theirs. */
  readonly since: Version;
  /** Further elements that its chain needs. */
  readonly needs: readonly string[];
}

export interface DecodeRow extends Candidate {
  readonly job: 'decode';
  readonly codec: Codec;
  /** Elements between the source and the decoder. */
  readonly before: readonly string[];
  readonly properties: PropertyChoices;
  /** In order of preference. */
  readonly outputs: readonly Pictures[];
  /** Whether what it gives must be converted before anybody else can take it. */
  readonly converts: boolean;
}

/** Brings pictures into a memory, scales and converts them there, and brings them out again. */
export interface ScaleRow extends Candidate {
  readonly job: 'scale';
  readonly memory: Memory;
  readonly into: readonly string[];
  readonly within: readonly string[];
  readonly out: readonly string[];
}

export interface JpegEncoder {
  /** The element's factory. */
  readonly element: string;
  /** All that it is set to; quality 1 to 100. */
  properties(quality: number): PropertyChoices;
}

export interface JpegRow extends Candidate {
  readonly job: 'jpeg';
  readonly inputs: readonly Pictures[];
  readonly encoder: JpegEncoder;
}

/** As {@link H264Encoder}, but for properties that not every version has. */
export interface H264EncoderChoices extends Omit<H264Encoder, 'properties'> {
  properties(bitrateBps: number, fps: number): PropertyChoices;
}

export interface H264Row extends Candidate {
  readonly job: 'h264';
  readonly inputs: readonly Pictures[];
  readonly encoder: H264EncoderChoices;
  /** What is asked of its source pad. */
  readonly caps: string;
}

export type Row = DecodeRow | ScaleRow | JpegRow | H264Row;

export function isHardware({ family }: Pick<Row, 'family'>): boolean {
  return family !== 'software';
}

export function isAtLeast(version: Version, least: Version): boolean {
  return version[0] > least[0] || (version[0] === least[0] && version[1] >= least[1]);
}

/** From `1.22.0`. */
export function parseVersion(text: string): Version {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return [major, minor];
}
