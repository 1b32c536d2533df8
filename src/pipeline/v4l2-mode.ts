/** Which of a V4L2 camera's modes to run it in. */

export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

export interface V4l2Mode {
  /** `JPEG` (also Motion-JPEG), or the raw format's GStreamer name, such as `YUY2`. */
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly fps: Fraction;
}

export interface WantedMode {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
}

export function fpsOf(mode: V4l2Mode): number {
  return mode.fps.numerator / mode.fps.denominator;
}

// What jpegenc takes as it comes, cheapest first; others cost a conversion.
const rawFormats: readonly string[] = ['NV12', 'I420', 'YV12', 'YUY2', 'UYVY', 'YVYU', 'NV21'];

/**
 * The mode that serves the best tier: as large and as fast as it asks for, then the least there is above that (a larger
 * picture costs USB bandwidth and a scaler), JPEG before raw, since the camera's own JPEGs pass untouched. Where no mode
 * is large and fast enough, the one that delivers the most of the wanted pixels a second: many cameras have their
 * largest pictures raw and twice a second. Undefined without modes.
 */
export function pickV4l2Mode(modes: readonly V4l2Mode[], wanted: WantedMode): V4l2Mode | undefined {
  const cost = (mode: V4l2Mode): readonly number[] => {
    const scale = Math.min(mode.width / wanted.width, mode.height / wanted.height);
    const speed = fpsOf(mode) / wanted.fps;
    // 29.97 is 30.
    const served = Math.min(1, scale) ** 2 * (speed >= 0.99 ? 1 : speed);
    return [1 - served, mode.width * mode.height, speed, formatCost(mode.format)];
  };
  return [...modes].sort((a, b) => compare(cost(a), cost(b)))[0];
}

function formatCost(format: string): number {
  if (format === 'JPEG') return -1;
  const place = rawFormats.indexOf(format);
  return place === -1 ? rawFormats.length : place;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0);
    if (Math.abs(difference) > 1e-9) return difference;
  }
  return 0;
}

/**
 * Reads one caps structure as the addon lists them, for example
 * `image/jpeg, width=(int)1920, height=(int)1080, framerate=(fraction)30/1`. A range counts with its upper end. Null
 * for what Lenscast can't use (Bayer patterns, H.264, other memory than the system's, structures without a size).
 */
export function parseV4l2Mode(caps: string): V4l2Mode | null {
  // With a memory feature in parentheses, such as DMABuf, it is none of these.
  const media = /^[^,;]+/.exec(caps)?.[0];
  const width = integerField(caps, 'width');
  const height = integerField(caps, 'height');
  if (width === null || height === null) return null;
  const fps = rateField(caps);
  if (media === 'image/jpeg') return { format: 'JPEG', width, height, fps };
  const format = /format=\((?:string|format)\)([A-Z0-9_]+)/i.exec(caps)?.[1];
  if (media !== 'video/x-raw' || format === undefined) return null;
  return { format, width, height, fps };
}

function integerField(caps: string, name: string): number | null {
  const match = new RegExp(`\\b${name}=\\(int\\)(?:\\[ *\\d+, *(\\d+)(?:, *\\d+)? *\\]|(\\d+))`).exec(caps);
  const value = match?.[1] ?? match?.[2];
  return value === undefined ? null : Number(value);
}

const assumedRate: Fraction = { numerator: 30, denominator: 1 };

function rateField(caps: string): Fraction {
  const match = /framerate=\(fraction\)(?:\[ *\d+\/\d+, *(\d+)\/(\d+) *\]|(\d+)\/(\d+))/.exec(caps);
  const numerator = Number(match?.[1] ?? match?.[3] ?? 0);
  const denominator = Number(match?.[2] ?? match?.[4] ?? 0);
  // Drivers say 0/1 or MAXINT/1 for "any": name a rate that every consumer knows.
  if (numerator === 0 || denominator === 0 || numerator / denominator > 1000) return assumedRate;
  return { numerator, denominator };
}
