/** How old pictures are when a browser shows them: their time codes, read in the page, against the page's clock. */
import type { TestPage } from '../../test/support/browsers/browser.js';
import { timecodeReader } from '../../test/support/browsers/page-timecode.js';
import { median } from './statistics.js';

/** One picture that was shown. Times are CLOCK_MONOTONIC, in ms. */
export interface GlassSample {
  readonly capturedMs: number;
  /** When its last packet came. */
  readonly receivedMs: number;
  /** When it was handed to be shown. */
  readonly presentedMs: number;
  /** When the browser expects it to be visible. */
  readonly displayedMs: number;
}

export interface Glass {
  readonly samples: readonly GlassSample[];
  /** Pictures that the browser showed between two that the page was told of. */
  readonly unseen: number;
  /** The page's clock is known as well as this, ±ms. */
  readonly clockErrorMs: number;
}

/** As the page keeps it; its times are of performance.now(). */
interface RawSample {
  readonly captureUs: number | null;
  readonly rtpTimestamp: number;
  readonly receiveTime: number;
  readonly presentationTime: number;
  readonly expectedDisplayTime: number;
  readonly presentedFrames: number;
}

const sampler = `(() => {
  ${timecodeReader}
  window.glass = [];
  const video = document.querySelector('#stage video.shown');
  const next = (_, { rtpTimestamp, receiveTime, presentationTime, expectedDisplayTime, presentedFrames }) => {
    const captureUs = timecodeOf(video)?.captureUs ?? null;
    window.glass.push({ captureUs, rtpTimestamp, receiveTime, presentationTime, expectedDisplayTime, presentedFrames });
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
})()`;

/** Watches what the page's player shows while `during` runs. */
export async function watchGlass(page: TestPage, during: () => Promise<unknown>): Promise<Glass> {
  const before = await pageClock(page);
  await page.evaluate(sampler);
  await during();
  const raw = await page.evaluate<readonly RawSample[]>('window.glass');
  const after = await pageClock(page);
  const [first, last] = [raw[0], raw.at(-1)];
  if (first === undefined || last === undefined) throw new Error('the page showed no picture');
  return {
    samples: withMonotonicTimes(raw, (before.offsetMs + after.offsetMs) / 2),
    unseen: last.presentedFrames - first.presentedFrames - (raw.length - 1),
    clockErrorMs: Math.max(before.errorMs, after.errorMs) + Math.abs(before.offsetMs - after.offsetMs) / 2,
  };
}

/** What to add to the page's performance.now() for CLOCK_MONOTONIC: by the quickest of many questions. */
async function pageClock(page: TestPage): Promise<{ readonly offsetMs: number; readonly errorMs: number }> {
  let best = { offsetMs: Number.NaN, errorMs: Number.POSITIVE_INFINITY };
  for (let i = 0; i < 50; i++) {
    const askedMs = monotonicMs();
    const pageMs = await page.evaluate<number>('performance.now()');
    const errorMs = (monotonicMs() - askedMs) / 2;
    if (errorMs < best.errorMs) best = { offsetMs: askedMs + errorMs - pageMs, errorMs };
  }
  return best;
}

function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const ticksPerMs = 90;
const wrap = 2 ** 32;

/**
 * A picture that came between the page's being told of one and its reading it would be taken for that one. The RTP
 * timestamp is of the one that was told of, and differs from the capture time by the same amount in all of them.
 */
function withMonotonicTimes(raw: readonly RawSample[], offsetMs: number): readonly GlassSample[] {
  const ahead = (captureMs: number, rtpTimestamp: number) => mod(rtpTimestamp - captureMs * ticksPerMs, wrap);
  const read = raw.flatMap(({ captureUs, rtpTimestamp }) =>
    captureUs === null ? [] : [{ captureMs: captureUs / 1000, rtpTimestamp }],
  );
  const start = median(read.map(({ captureMs, rtpTimestamp }) => ahead(captureMs, rtpTimestamp)));
  const [first] = read;
  if (first === undefined) throw new Error('no picture showed a time code');
  return raw.map(({ rtpTimestamp, receiveTime, presentationTime, expectedDisplayTime }) => {
    // The capture time modulo what the timestamps wrap at, about 13 hours; the first one tells the rest.
    const ticks = mod(rtpTimestamp - start - first.captureMs * ticksPerMs + wrap / 2, wrap) - wrap / 2;
    return {
      capturedMs: first.captureMs + ticks / ticksPerMs,
      receivedMs: receiveTime + offsetMs,
      presentedMs: presentationTime + offsetMs,
      displayedMs: expectedDisplayTime + offsetMs,
    };
  });
}

function mod(value: number, modulus: number): number {
  return ((value % modulus) + modulus) % modulus;
}
