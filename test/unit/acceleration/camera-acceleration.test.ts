import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { FindingsCache } from '../../../src/acceleration/cache.js';
import { CameraAcceleration } from '../../../src/acceleration/camera-acceleration.js';
import type { CameraCrashes } from '../../../src/acceleration/crash-file.js';
import type { Findings } from '../../../src/acceleration/findings.js';
import { ProbeQueue } from '../../../src/acceleration/probe-queue.js';
import { type ProbeRunner, pluginVersions } from '../../../src/acceleration/prober.js';
import { REST_MS, SETBACK_WINDOW_MS, WATCHED_REST_MS } from '../../../src/acceleration/setbacks.js';
import { formatKey, formatOfSource } from '../../../src/acceleration/stream-format.js';
import { CATALOGUE } from '../../../src/pipeline/catalogue/catalogue.js';
import type { Row } from '../../../src/pipeline/catalogue/row.js';
import type { PipelineSource } from '../../../src/pipeline/source.js';
import { manualClock, silentLog } from '../fakes.js';

const mode = { format: 'JPEG', width: 1280, height: 720, fps: { numerator: 30, denominator: 1 } };
const camera: PipelineSource = { kind: 'v4l2', device: '/dev/video0', mode };
const network: PipelineSource = { kind: 'rtsp', url: 'rtsp://me:secret@10.0.0.7/', transport: 'tcp', latencyMs: 100 };
const all: readonly Row[] = Object.values(CATALOGUE).flat();
const jetson = all.filter(({ family }) => family === 'jetson');

const wanted = { tiers: ['low'], encoder: null, acceleration: 'auto', isolation: 'none' } as const;

/** A machine with a Jetson's elements, and software, as far as `has` says. */
function addonWith(has: (row: Row) => boolean) {
  return {
    gstreamerVersion: '1.20.3',
    findElement: (factory: string) => {
      const rows = all.filter((row) => has(row) && (row.element === factory || row.needs.includes(factory)));
      const own = rows.filter(({ element }) => element === factory);
      const row = [...own, ...rows].find(({ family }) => family === 'jetson' || family === 'software');
      return row === undefined ? null : { factory, plugin: row.plugin ?? 'software', version: '1', rank: 0 };
    },
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lenscast-acceleration-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function scene(has: (row: Row) => boolean = () => true, crashes?: CameraCrashes) {
  const addon = addonWith(has);
  const environment = { gstreamer: addon.gstreamerVersion, kernel: '5', drivers: '' };
  const cache = new FindingsCache(join(folder, 'probe.json'), environment);
  const probed: string[] = [];
  const runner = { close: async () => {}, elementProperties: async () => null } as unknown as ProbeRunner;
  const queue = new ProbeQueue({ addon, runner, cache, log: silentLog });
  queue.ask = (format) => void probed.push(formatKey(format));
  const clock = manualClock();
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const log = { ...silentLog, warn: note, error: note };
  const acceleration = new CameraAcceleration({ addon, queue, cache, crashes, clock: clock.clock, log });
  const find = (probedAt: string, reasons: Readonly<Record<string, string>> = {}, source = camera) => {
    const format = formatOfSource(source);
    if (format === null) throw new Error('no format');
    const findings = jetson.map(({ id: row, job, family, element }) => {
      const reason = reasons[element] ?? null;
      return { row, job, family, element, passes: reason === null, reason, msPerFrame: 1 };
    });
    const found: Findings = {
      format: formatKey(format),
      probedAt,
      findings,
      together: null,
      startMs: 10,
      properties: {},
    };
    cache.put(found, pluginVersions(format.codec, addon.findElement));
  };
  const elements = () => Object.values(acceleration.view).map((job) => job?.element ?? null);
  return { acceleration, cache, clock, probed, find, elements, lines };
}

const yesterday = '2026-11-20T04:00:00.000Z';
const today = '2026-11-21T04:00:00.000Z';

describe('CameraAcceleration', () => {
  it('begins in software where nothing is known, and has it found out', () => {
    const { acceleration, probed, elements } = scene();
    expect(acceleration.plan(camera, wanted)).toMatchObject({ hardware: null, processing: { decode: null } });
    acceleration.learn(camera, 'image/jpeg, width=(int)1280, height=(int)720');
    expect(probed).toEqual(['jpeg 4:2:2 1280x720@30 system']);
    expect(elements()).toEqual(['jpegdec', 'lenscastscale', 'jpegenc', 'x264enc']);
    expect(acceleration.view.jpeg?.fallbackReason).toBe('not probed yet');
  });

  it('says what was found out while a pipeline runs that began before', () => {
    const { acceleration, find } = scene();
    acceleration.plan(camera, wanted);
    acceleration.learn(camera, 'image/jpeg, width=(int)1280, height=(int)720');
    expect(acceleration.view.jpeg?.fallbackReason).toBe('not probed yet');
    find(today, { nvv4l2h264enc: 'it gives B-frames' });
    expect(acceleration.view.jpeg).toEqual({
      element: 'jpegenc',
      hardware: false,
      fallbackReason: "nvjpegenc: it works, and is used from the pipeline's next start",
    });
    expect(acceleration.view.h264?.fallbackReason).toBe('nvv4l2h264enc: it gives B-frames');
    acceleration.plan(camera, wanted);
    expect(acceleration.view.jpeg).toEqual({ element: 'nvjpegenc', hardware: true, fallbackReason: null });
    expect(acceleration.view.h264?.fallbackReason).toBe('nvv4l2h264enc: it gives B-frames');
  });

  it('takes what is known at the next start', () => {
    const { acceleration, find } = scene();
    acceleration.plan(camera, wanted);
    find(today);
    const { hardware, processing } = acceleration.plan(camera, wanted);
    expect(hardware?.factories).toEqual(['nvv4l2decoder', 'nvvidconv', 'nvjpegenc', 'nvv4l2h264enc']);
    expect([...(hardware?.metered ?? [])]).toEqual([
      ['decode', 'nvv4l2decoder'],
      ['encode_low', 'nvjpegenc'],
      ['h264encode_low', 'nvv4l2h264enc'],
    ]);
    expect(processing.lane).toBe('NVMM');
    expect(acceleration.view.jpeg).toEqual({ element: 'nvjpegenc', hardware: true, fallbackReason: null });
  });

  it('says why the probe left an element out', () => {
    const { acceleration, find } = scene();
    find(today, { nvjpegenc: 'it hangs' });
    acceleration.plan(camera, wanted);
    expect(acceleration.view.jpeg).toEqual({
      element: 'jpegenc',
      hardware: false,
      fallbackReason: 'nvjpegenc: it hangs',
    });
    expect(acceleration.view.decode?.hardware).toBe(true);
  });

  it('lets an element rest that failed, and says so', () => {
    const { acceleration, find, clock } = scene();
    find(today);
    const planned = () => acceleration.plan(camera, wanted).hardware?.factories ?? [];
    acceleration.began(planned());
    expect(acceleration.hasRested(false)).toBe(false);
    acceleration.failed(['nvjpegenc'], 'the driver is gone', null);
    acceleration.ended();
    acceleration.began(planned());
    expect(planned()).toEqual(['nvv4l2decoder', 'nvvidconv', 'nvv4l2h264enc']);
    expect(acceleration.fallbacks).toBe(1);
    expect(acceleration.view.jpeg).toEqual({
      element: 'jpegenc',
      hardware: false,
      fallbackReason: 'nvjpegenc: the driver is gone; it rests and has a second chance',
    });
    clock.nowMs += REST_MS;
    expect([acceleration.hasRested(false), acceleration.hasRested(true)]).toEqual([true, false]);
    clock.nowMs += WATCHED_REST_MS;
    expect(acceleration.hasRested(true)).toBe(true);
    expect(planned()).toContain('nvjpegenc');
    expect(acceleration.view.jpeg).toEqual({ element: 'nvjpegenc', hardware: true, fallbackReason: null });
    // It is taken now: nothing is left to begin anew for.
    expect([acceleration.hasRested(false), acceleration.hasRested(true)]).toEqual([false, false]);
  });

  it('sets aside what fails again, until it is probed anew', () => {
    const { acceleration, find, clock } = scene();
    find(yesterday);
    const run = (fault?: string) => {
      acceleration.began(acceleration.plan(camera, wanted).hardware?.factories ?? []);
      if (fault !== undefined) acceleration.failed(['nvjpegenc'], fault, null);
      acceleration.ended();
      clock.nowMs += REST_MS;
    };
    run('it stalled');
    run('the driver is gone');
    expect(acceleration.fallbacks).toBe(2);
    expect(acceleration.plan(camera, wanted).hardware?.factories).not.toContain('nvjpegenc');
    expect(acceleration.hasRested(false)).toBe(false);
    expect(acceleration.view.jpeg?.fallbackReason).toBe('nvjpegenc: the driver is gone');
    find(today);
    expect(acceleration.plan(camera, wanted).hardware?.factories).toContain('nvjpegenc');
    expect(acceleration.view.jpeg?.fallbackReason).toBeNull();
  });

  it('gives a start that was only slow its second chance', async () => {
    const { acceleration, find, clock, lines } = scene();
    find(today);
    const planned = () => acceleration.plan(camera, wanted).hardware?.factories ?? [];
    let comeBack = (): void => undefined;
    const hung = new Promise<void>((resolve) => {
      comeBack = resolve;
    });
    acceleration.began(planned());
    acceleration.failed(['nvjpegenc'], 'the start hung for 1000 ms', hung);
    acceleration.ended();
    acceleration.began(planned());
    expect(acceleration.view.jpeg?.fallbackReason).toBe('nvjpegenc: the start hung for 1000 ms, and has not come back');
    comeBack();
    await hung;
    expect(acceleration.view.jpeg?.fallbackReason).toMatch(/1000 ms; it rests and has a second chance$/);
    clock.nowMs += REST_MS;
    expect(acceleration.hasRested(false)).toBe(true);
    acceleration.ended();
    expect(planned()).toContain('nvjpegenc');
    expect(lines).toEqual(['hardware failed, software does its work: nvjpegenc: the start hung for 1000 ms']);
  });

  it('sets aside what never comes back from its start', () => {
    const { acceleration, find, clock, lines } = scene();
    find(today);
    acceleration.plan(camera, wanted);
    acceleration.failed(['nvjpegenc'], 'the start hung for 1000 ms', new Promise(() => undefined));
    clock.nowMs += REST_MS;
    expect(acceleration.hasRested(false)).toBe(false);
    acceleration.ended();
    expect(lines.slice(1)).toEqual([
      'nvjpegenc is set aside until the next probe: the start hung for 1000 ms, and never came back',
    ]);
    expect(acceleration.plan(camera, wanted).hardware?.factories).not.toContain('nvjpegenc');
  });

  it('leaves the chip alone where it is told to, tries nothing, and forgets no failure meanwhile', () => {
    const { acceleration, find, clock, probed } = scene();
    const off = { ...wanted, acceleration: 'software' } as const;
    find(today);
    acceleration.plan(camera, wanted);
    acceleration.failed(['nvjpegenc'], 'it hangs', new Promise(() => undefined));
    expect(acceleration.plan(camera, off)).toMatchObject({ hardware: null, processing: { decode: null } });
    expect(acceleration.view.decode).toEqual({
      element: 'jpegdec',
      hardware: false,
      fallbackReason: 'the configuration wants software',
    });
    acceleration.learn(camera, 'image/jpeg, width=(int)1280, height=(int)720');
    clock.nowMs += REST_MS + WATCHED_REST_MS;
    expect([probed, acceleration.hasRested(false)]).toEqual([[], false]);
    const again = acceleration.plan(camera, wanted).hardware?.factories;
    expect(again).toContain('nvv4l2decoder');
    expect(again).not.toContain('nvjpegenc');
  });

  it('remembers what a network camera delivers, and no password', () => {
    const { acceleration, cache } = scene();
    expect(acceleration.plan(network, wanted).hardware).toBeNull();
    acceleration.learn(network, 'video/x-h264, profile=(string)main, width=(int)640, height=(int)360');
    const text = readFileSync(join(folder, 'probe.json'), 'utf8');
    expect(cache.formatOf('nothing')).toBeNull();
    expect(text).toContain('"width":640');
    expect(text).not.toMatch(/secret|10\.0\.0\.7/);
  });
});

/** What earlier servers died of; notes what it is told. */
function crashesOf(counts: Readonly<Record<string, number>>, probedAt: string, atMs: number) {
  const told: string[] = [];
  const crashes: CameraCrashes = {
    since: (asked) => (asked === probedAt ? { counts, atMs } : null),
    began: (since, elements) => void told.push(`began ${elements.length} of ${since}`),
    ended: () => void told.push('ended'),
    forgive: (elements) => void told.push(`forgave ${elements.join()}`),
  };
  return { crashes, told };
}

describe('a server that died while the chip ran', () => {
  it('lets what ran rest, and says so', () => {
    const { crashes } = crashesOf({ nvvidconv: 1, nvjpegenc: 1 }, today, manualClock().nowMs);
    const { acceleration, find, clock, lines } = scene(() => true, crashes);
    find(today);
    const planned = () => acceleration.plan(camera, wanted).hardware?.factories ?? [];
    expect(planned()).not.toContain('nvjpegenc');
    const reason = 'the server died while it ran';
    expect(acceleration.view.jpeg?.fallbackReason).toBe(`nvjpegenc: ${reason}; it rests and has a second chance`);
    expect(lines).toEqual([`hardware failed before, software does its work: nvvidconv or nvjpegenc: ${reason}`]);
    expect(acceleration.fallbacks).toBe(1);
    clock.nowMs += REST_MS;
    expect(acceleration.hasRested(false)).toBe(true);
    expect(planned()).toContain('nvjpegenc');
    expect(lines).toHaveLength(1);
  });

  it('has its elements set aside with the second death, until the next probe', () => {
    const { crashes } = crashesOf({ nvv4l2decoder: 1, nvjpegenc: 2 }, yesterday, Number.NEGATIVE_INFINITY);
    const { acceleration, find, lines } = scene(() => true, crashes);
    find(yesterday);
    expect(acceleration.plan(camera, wanted).hardware?.factories).toEqual([
      ...['nvv4l2decoder', 'nvvidconv', 'nvv4l2h264enc'],
    ]);
    expect(acceleration.view.jpeg?.fallbackReason).toBe('nvjpegenc: the server died while it ran');
    expect(lines).toEqual(['nvjpegenc is set aside until the next probe: the server died while it ran']);
    find(today);
    expect(acceleration.plan(camera, wanted).hardware?.factories).toContain('nvjpegenc');
  });

  it('is the next one to learn of what begins here, and of no crash that a process of its own keeps to itself', () => {
    const { crashes, told } = crashesOf({}, today, 0);
    const { acceleration, find } = scene(() => true, crashes);
    find(today);
    for (const isolation of ['none', 'process'] as const) {
      acceleration.began(acceleration.plan(camera, { ...wanted, isolation }).hardware?.factories ?? []);
      acceleration.ended();
      acceleration.closed();
    }
    acceleration.plan(camera, { ...wanted, acceleration: 'software' });
    acceleration.began([]);
    expect(told).toEqual([`began 4 of ${today}`, 'ended', 'ended']);
  });

  it('is forgotten once they have worked for five minutes, while they work on', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { crashes, told } = crashesOf({ nvjpegenc: 1 }, today, Number.NEGATIVE_INFINITY);
    const { acceleration, find, clock } = scene(() => true, crashes);
    find(today);
    acceleration.began(acceleration.plan(camera, wanted).hardware?.factories ?? []);
    clock.nowMs += 2 * SETBACK_WINDOW_MS;
    vi.advanceTimersByTime(2 * SETBACK_WINDOW_MS);
    expect(told).toEqual([`began 4 of ${today}`, 'forgave nvjpegenc']);
  });

  it('has nothing of a Jetson to forget where none of it is known to work', () => {
    const { crashes, told } = crashesOf({ nvjpegenc: 2 }, today, 0);
    const { acceleration, lines } = scene(() => true, crashes);
    expect(acceleration.plan(camera, wanted).hardware).toBeNull();
    acceleration.began([]);
    expect([told, lines]).toEqual([[], []]);
  });
});

describe('how many tiers are encoded to H.264', () => {
  it('is unlimited where a Jetson has an encoder, as long as nothing else is known', () => {
    expect(scene().acceleration.mostVideoTiers).toBeNull();
  });

  it('is two where it has none', () => {
    const { acceleration } = scene(({ element }) => element !== 'nvv4l2h264enc');
    expect(acceleration.mostVideoTiers).toBe(2);
  });

  it('is two from the start on that knows that its encoder does not work', () => {
    const { acceleration, find } = scene();
    find(yesterday, { nvv4l2h264enc: 'it gives B-frames' });
    expect(acceleration.mostVideoTiers).toBeNull();
    acceleration.plan(camera, wanted);
    expect(acceleration.mostVideoTiers).toBe(2);
    find(today);
    acceleration.plan(camera, wanted);
    expect(acceleration.mostVideoTiers).toBeNull();
  });

  it('stays as it is where an encoder that works fails later: nobody loses a tier by that', () => {
    const { acceleration, find } = scene();
    find(today);
    acceleration.plan(camera, wanted);
    acceleration.failed(['nvv4l2h264enc'], 'it hangs', new Promise(() => undefined));
    acceleration.plan(camera, wanted);
    expect(acceleration.view.h264?.hardware).toBe(false);
    expect(acceleration.mostVideoTiers).toBeNull();
  });

  it('is unlimited on other machines', () => {
    expect(scene(({ family }) => family === 'software').acceleration.mostVideoTiers).toBeNull();
  });
});
