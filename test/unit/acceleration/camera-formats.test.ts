import { describe, expect, it } from 'vitest';
import { type CameraFormatsOptions, formatsOfCameras } from '../../../src/acceleration/camera-formats.js';
import { reportToJson, unseenToText } from '../../../src/acceleration/report.js';
import { sourceKey } from '../../../src/acceleration/source-key.js';
import type { StreamFormat } from '../../../src/acceleration/stream-format.js';
import { cameraConfig } from '../fakes.js';

const source = { kind: 'http', url: 'http://camera/' } as const;
const camera = cameraConfig({ source });
const mode = { format: 'JPEG', width: 640, height: 480, fps: { numerator: 30, denominator: 1 } } as const;
const jpeg: StreamFormat = {
  ...{ codec: 'jpeg', width: 320, height: 240, fps: 0 },
  ...{ profile: null, isWideChroma: false, memories: ['system'] },
};

function scene(changes: Partial<CameraFormatsOptions> = {}) {
  const kept = new Map<string, StreamFormat>();
  const errors: unknown[] = [];
  const options: CameraFormatsOptions = {
    inspect: async () => source,
    look: async () => 'image/jpeg, width=(int)320, height=(int)240',
    explain: async (error) => (error instanceof Error ? error.message : String(error)),
    cache: { formatOf: (key) => kept.get(key) ?? null, rememberFormat: (key, format) => void kept.set(key, format) },
    onCacheError: (error) => errors.push(error),
    ...changes,
  };
  return { kept, errors, look: () => formatsOfCameras([camera], options) };
}

const off = async () => {
  throw new Error('it is off');
};

describe('formatsOfCameras', () => {
  it('remembers for the server what it saw', async () => {
    const { look, kept } = scene();
    expect(await look()).toEqual({ formats: [jpeg], unseen: [] });
    expect([...kept]).toEqual([[sourceKey(source), jpeg]]);
  });

  it('opens no camera whose source says what it delivers: it may be in use', async () => {
    const { look } = scene({ inspect: async () => ({ kind: 'v4l2', device: '/dev/video0', mode }), look: off });
    const { formats, unseen } = await look();
    expect(formats).toMatchObject([{ codec: 'jpeg', width: 640, height: 480, fps: 30 }]);
    expect(unseen).toEqual([]);
  });

  it('takes what a camera delivered before where it gives nothing now, and says so', async () => {
    const { look, kept } = scene({ look: off });
    kept.set(sourceKey(source), jpeg);
    const { formats, unseen } = await look();
    expect(formats).toEqual([jpeg]);
    expect(unseen).toEqual([{ camera: 'front', reason: 'it is off', isRemembered: true }]);
    expect(unseenToText(unseen)).toMatch(/^lenscast: camera front can't be seen now, .*: it is off\n$/);
  });

  it.each([
    ['that can not be inspected', { inspect: off }, 'it is off'],
    ['that gives nothing', { look: off }, 'it is off'],
    [
      'with a codec of no chip',
      { look: async () => 'video/x-vp8, width=(int)320' },
      'no chip is known for video/x-vp8',
    ],
  ])('leaves a camera out %s, and says why', async (_what, changes, reason) => {
    const { formats, unseen } = await scene(changes).look();
    expect(formats).toEqual([]);
    expect(unseenToText(unseen)).toBe(`lenscast: camera front left out: ${reason}\n`);
    const environment = { gstreamer: '1', kernel: '1', drivers: '' };
    expect(JSON.parse(reportToJson({ environment, formats: [] }, unseen))).toMatchObject({
      left_out: [{ camera: 'front', reason }],
    });
  });

  it('has what it saw although that can not be kept', async () => {
    const full = new Error('no space left');
    const rememberFormat = () => {
      throw full;
    };
    const { look, errors } = scene({ cache: { formatOf: () => null, rememberFormat } });
    expect((await look()).formats).toEqual([jpeg]);
    expect(errors).toEqual([full]);
  });
});
