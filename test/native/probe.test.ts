import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addon, expectRejection, until } from './harness.js';

it('knows its version and elements', () => {
  expect(addon.gstreamerVersion).toMatch(/^1\.\d+\.\d+$/);
  expect(addon.findElement('videotestsrc')).toMatchObject({ factory: 'videotestsrc', plugin: 'videotestsrc' });
  expect(addon.findElement('jpegenc')).toMatchObject({ plugin: 'jpeg', version: expect.stringMatching(/^1\./) });
  expect(addon.findElement('jpegenc')?.rank).toBeGreaterThan(0);
  expect(addon.findElement('nosuchelement')).toBeNull();
  expect(addon.findElement('')).toBeNull();
  expect(() => addon.findElement(5 as unknown as string)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARG', message: 'factory must be a string, not 5' }),
  );
});

it('probes with a real buffer', async () => {
  const source = 'videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=48';
  const raw = await addon.probe(`${source} ! appsink name=probe`, 5000);
  expect(raw.caps).toMatch(/^video\/x-raw, .*width=\(int\)64/);
  expect(raw.bytes).toBe((64 * 48 * 3) / 2);
  const jpeg = await addon.probe(`${source} ! jpegenc ! appsink name=probe`, 5000);
  expect(jpeg.caps).toMatch(/^image\/jpeg/);
  expect(addon.stats()).toMatchObject({ pipelines: 0, abandoned: 0 });
});

it('says why a probe failed', async () => {
  await expectRejection(addon.probe('nosuchsrc ! appsink name=probe', 5000), 'ERR_MISSING_ELEMENT', /nosuchsrc/);
  await expectRejection(addon.probe('videotestsrc ! !', 5000), 'ERR_PARSE', /not a valid pipeline/);
  await expectRejection(addon.probe('videotestsrc ! fakesink', 5000), 'ERR_NO_ELEMENT', /"probe"/);
  await expectRejection(addon.probe('videotestsrc ! fakesink name=probe', 5000), 'ERR_INVALID_ARG', /no appsink/);
  await expectRejection(
    addon.probe('filesrc location=/nowhere ! appsink name=probe', 5000),
    'ERR_STATE_CHANGE',
    /filesrc/,
  );
  const failing = 'videotestsrc ! identity name=id error-after=1 ! appsink name=probe';
  await expectRejection(addon.probe(failing, 5000), 'ERR_STATE_CHANGE', /identity id: Failed after iterations/);
  const ending = 'videotestsrc num-buffers=1 ! valve drop=true drop-mode=forward-sticky-events ! appsink name=probe';
  await expectRejection(addon.probe(ending, 5000), 'ERR_STATE_CHANGE', /ended before a buffer/);
  await expectRejection(addon.probe('appsrc ! appsink name=probe', 60), 'ERR_TIMEOUT', /no buffer within 60 ms/);
  await expectRejection(addon.probe(null as unknown as string, 60), 'ERR_INVALID_ARG', /description/);
  await expectRejection(addon.probe('fakesrc ! fakesink', -1), 'ERR_INVALID_ARG', /timeoutMs/);
  expect(addon.stats()).toMatchObject({ abandoned: 0 });
});

it('abandons a probe that hangs', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lenscast-native-'));
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  // filesrc waits in open(2) for a writer.
  await expectRejection(addon.probe(`filesrc location=${fifo} ! appsink name=probe`, 10), 'ERR_TIMEOUT', /hangs/);
  expect(addon.stats().abandoned).toBe(1);
  closeSync(openSync(fifo, constants.O_WRONLY));
  await until('it to end after all', () => addon.stats().abandoned === 0);
  rmSync(folder, { recursive: true });
});

it('lists what a source can deliver', async () => {
  const caps = await addon.queryCaps('videotestsrc name=source', 5000);
  expect(caps.length).toBeGreaterThan(50);
  expect(caps).toContainEqual(expect.stringMatching(/^video\/x-raw, format=\(string\)I420, width=\(int\)\[ 1, /));
  for (const structure of caps) expect(structure).not.toMatch(/(format|width|height|framerate)=\(\w+\)\{/);
});

it('takes lists apart, bounded', async () => {
  const pad = (caps: string) => `videotestsrc name=s ! capsfilter name=source caps="${caps}" ! fakesink`;
  const listed = await addon.queryCaps(
    pad('video/x-raw,format={I420,NV12},width={320,640},height=240,framerate={15/1,30/1}'),
    5000,
  );
  expect(listed).toHaveLength(8);
  expect(new Set(listed).size).toBe(8);
  expect(listed.every((caps) => /framerate=\(fraction\)(15|30)\/1/.test(caps))).toBe(true);
  const many = (from: number) => Array.from({ length: 60 }, (_, index) => from + 2 * index).join(',');
  const huge = await addon.queryCaps(pad(`video/x-raw,format=I420,width={${many(16)}},height={${many(16)}}`), 5000);
  expect(huge).toHaveLength(2000);
});

it('says why a source has nothing to tell', async () => {
  await expectRejection(addon.queryCaps('videotestsrc', 5000), 'ERR_NO_ELEMENT', /"source"/);
  await expectRejection(addon.queryCaps('fakesink name=source', 5000), 'ERR_NO_ELEMENT', /no source pad/);
  await expectRejection(addon.queryCaps('nosuch name=source', 5000), 'ERR_MISSING_ELEMENT', /nosuch/);
  await expectRejection(
    addon.queryCaps('v4l2src name=source device=/dev/nowhere', 5000),
    'ERR_STATE_CHANGE',
    /v4l2src/,
  );
  await expectRejection(addon.queryCaps(1 as unknown as string, 5000), 'ERR_INVALID_ARG', /description/);
  expect(addon.stats()).toMatchObject({ pipelines: 0, abandoned: 0 });
});
