import { describe, expect, it } from 'vitest';
import { loadAddon } from '../../../src/native/addon.js';
import { chooseH264Encoder } from '../../../src/pipeline/h264-encoder.js';
import { type PipelinePlan, planPipeline } from '../../../src/pipeline/plan.js';
import { describeSource, fileProbe, type PipelineSource, v4l2Query } from '../../../src/pipeline/source.js';

const addon = loadAddon();
const tiers = new Map([
  ['high', { width: 1920, height: 1080, fps: 30, quality: 85, bitrateBps: 4_000_000 }],
  ['low', { width: 641, height: 361, fps: 15, quality: 60, bitrateBps: 1_000_000 }],
]);
const mode = (format: string) => {
  return { format, width: 1280, height: 720, fps: { numerator: 30, denominator: 1 } };
};

const sources = {
  test: { kind: 'test' },
  'v4l2 JPEG': { kind: 'v4l2', device: '/dev/video0', mode: mode('JPEG') },
  'v4l2 raw': { kind: 'v4l2', device: '/dev/v4l/by-id/usb-046d_HD Pro!', mode: mode('YUY2') },
  rtsp: { kind: 'rtsp', url: 'rtsp://user:p%21w@10.0.0.7:554/live?a=1&b=2', transport: 'tcp', latencyMs: 100 },
  http: { kind: 'http', url: 'http://camera/' },
  'file JPEG': { kind: 'file', path: '/a b/clip!.avi', codec: 'jpeg', caps: 'image/jpeg' },
  'file other': { kind: 'file', path: '/clip.mp4', codec: 'other', caps: 'video/x-h264' },
  csi: { kind: 'csi', sensor: 1, width: 1920, height: 1080, fps: 30 },
} satisfies Readonly<Record<string, PipelineSource>>;

/** Builds it, as a camera would, and takes it down again. Throws where GStreamer doesn't accept it. */
async function build({ description, tap, meters, afterDelivery, outputs }: PipelinePlan): Promise<void> {
  const options = { sinks: outputs.map(({ sink }) => sink), tap, meters, afterDelivery };
  const pipeline = addon.openPipeline(description, options, { onFrames() {}, onEvent() {} });
  const valves = new Set(outputs.flatMap(({ valves }) => valves));
  for (const valve of valves) {
    expect(pipeline.getProperty(valve, 'drop')).toBe(true);
    pipeline.setProperty(valve, 'drop', false);
  }
  await pipeline.close(2000);
}

describe('describeSource', () => {
  it('test', () => {
    expect(describeSource(sources.test)).toMatchInlineSnapshot(`
      {
        "decode": "",
        "description": "videotestsrc name=source is-live=true pattern=smpte horizontal-speed=4 ! capsfilter caps="video/x-raw,format=I420,width=1280,height=720,framerate=30/1" ! clockoverlay time-format="%H:%M:%S" font-desc="Sans 36" halignment=center valignment=center shaded-background=true ! timeoverlay font-desc="Monospace 20" halignment=center valignment=bottom ! identity name=tap silent=true",
        "output": "raw",
      }
    `);
  });

  it('v4l2 JPEG', () => {
    expect(describeSource(sources['v4l2 JPEG'])).toMatchInlineSnapshot(`
      {
        "decode": "jpegdec max-errors=-1",
        "description": "v4l2src name=source device=/dev/video0 ! capsfilter caps="image/jpeg,width=1280,height=720,framerate=30/1" ! identity name=tap silent=true",
        "output": "jpeg",
      }
    `);
  });

  it('v4l2 raw', () => {
    expect(describeSource(sources['v4l2 raw'])).toMatchInlineSnapshot(`
      {
        "decode": "",
        "description": "v4l2src name=source device="/dev/v4l/by-id/usb-046d_HD Pro!" ! capsfilter caps="video/x-raw,format=YUY2,width=1280,height=720,framerate=30/1" ! identity name=tap silent=true",
        "output": "raw",
      }
    `);
  });

  it('rtsp', () => {
    expect(describeSource(sources.rtsp)).toMatchInlineSnapshot(`
      {
        "decode": "decodebin",
        "description": "rtspsrc name=source location="rtsp://user:p%21w@10.0.0.7:554/live?a=1&b=2" protocols=tcp latency=100 drop-on-latency=true tcp-timeout=3000000 teardown-timeout=100000000  source. ! capsfilter caps="application/x-rtp,media=video,encoding-name=H264" ! rtph264depay ! h264parse config-interval=-1 ! capsfilter caps="video/x-h264,stream-format=byte-stream,alignment=au" ! joined.  source. ! capsfilter caps="application/x-rtp,media=video,encoding-name=H265" ! rtph265depay ! h265parse ! joined.  source. ! capsfilter caps="application/x-rtp,media=video,encoding-name=JPEG" ! rtpjpegdepay ! joined.  funnel name=joined ! identity name=tap silent=true",
        "output": "h264",
      }
    `);
  });

  it('http', () => {
    expect(describeSource(sources.http)).toMatchInlineSnapshot(`
      {
        "decode": "jpegdec max-errors=-1",
        "description": "appsrc name=source is-live=true format=time block=false caps=image/jpeg ! identity name=tap silent=true",
        "output": "jpeg",
      }
    `);
  });

  it('file JPEG', () => {
    expect(describeSource(sources['file JPEG'])).toMatchInlineSnapshot(`
      {
        "decode": "jpegdec max-errors=-1",
        "description": "filesrc location="/a b/clip!.avi" ! parsebin name=source  source. ! capsfilter caps=image/jpeg ! identity name=tap silent=true sync=true",
        "output": "jpeg",
      }
    `);
  });

  it('file other', () => {
    expect(describeSource(sources['file other'])).toMatchInlineSnapshot(`
      {
        "decode": "decodebin",
        "description": "filesrc location=/clip.mp4 ! parsebin name=source  source. ! capsfilter caps=video/x-h264 ! h264parse config-interval=-1 ! capsfilter caps="video/x-h264,stream-format=byte-stream,alignment=au" ! identity name=tap silent=true sync=true",
        "output": "h264",
      }
    `);
  });

  it('csi', () => {
    expect(describeSource(sources.csi)).toMatchInlineSnapshot(`
      {
        "decode": "",
        "description": "nvarguscamerasrc name=source sensor-id=1 ! capsfilter caps="video/x-raw(memory:NVMM),format=NV12,width=1920,height=1080,framerate=30/1" ! nvvidconv ! capsfilter caps="video/x-raw,format=I420" ! identity name=tap silent=true",
        "output": "raw",
      }
    `);
  });
});

const x264 = chooseH264Encoder((name) => name === 'x264enc');
if (x264 === null) throw new Error('x264enc is no longer one of the encoders');
const keyframes = (tier: string) => ({ element: `h264encode_${tier}`, how: 'event' });

describe('planPipeline', () => {
  const rate = (tier: string) => ({ element: `rate_${tier}`, fps: tiers.get(tier)?.fps });

  it('gives a camera with JPEGs its own tier, and decodes only for who needs it', () => {
    const decode = expect.any(String);
    const of = (tier: string) => {
      const valves = [decode, `valve_${tier}`, `jpegvalve_${tier}`];
      return { tier, medium: 'jpeg', sink: `sink_${tier}`, valves, rate: rate(tier) };
    };
    const plan = planPipeline({ kind: 'http', url: 'http://camera/' }, tiers, { h264: null });
    expect(plan.outputs).toEqual([
      { tier: 'source', medium: 'jpeg', sink: 'sink_source', valves: ['jpegvalve_source'] },
      of('high'),
      of('low'),
    ]);
    expect(plan.description).toMatch(new RegExp(`name=${plan.decodeLimit} ! queue [^!]*! jpegdec`));
  });

  it('decodes every frame of a codec that builds on earlier ones', () => {
    expect(planPipeline(sources.rtsp, tiers, { h264: x264 }).decodeLimit).toBeUndefined();
  });

  it('decodes nothing that is raw already, and has no source tier for it', () => {
    const plan = planPipeline({ kind: 'test' }, tiers, { h264: null });
    expect(plan.outputs.map(({ tier, valves }) => [tier, valves])).toEqual([
      ['high', ['valve_high', 'jpegvalve_high']],
      ['low', ['valve_low', 'jpegvalve_low']],
    ]);
  });

  it('scales a tier once for both media, each behind a valve of its own', () => {
    const { outputs, meters, description } = planPipeline({ kind: 'test' }, tiers, { h264: x264 });
    const of = (tier: string) => [
      {
        tier,
        medium: 'jpeg',
        sink: `sink_${tier}`,
        valves: [`valve_${tier}`, `jpegvalve_${tier}`],
        rate: rate(tier),
      },
      {
        tier,
        rate: rate(tier),
        medium: 'h264',
        sink: `h264sink_${tier}`,
        valves: [`valve_${tier}`, `h264valve_${tier}`],
        keyframes: keyframes(tier),
      },
    ];
    expect(outputs).toEqual([...of('high'), ...of('low')]);
    expect(meters).toEqual(expect.arrayContaining(['h264queue_low', 'h264encode_low', 'encode_low', 'queue_low']));
    expect(description.match(/ ! lenscastscale ! /g)).toHaveLength(2);
  });

  it('lets no frame of a codec that builds on earlier ones go before the decoder', () => {
    const leaky = /leaky=downstream[^!]*! (jpegdec|decodebin)/;
    expect(planPipeline({ kind: 'http', url: 'http://camera/' }, tiers, { h264: x264 }).description).toMatch(leaky);
    expect(planPipeline(sources.rtsp, tiers, { h264: x264 }).description).not.toMatch(leaky);
  });

  const here = Object.entries(sources).filter(([name]) => name !== 'csi');
  it.each(here)('makes what GStreamer accepts, and each valve is there and shut: %s', async (_, source) => {
    await build(planPipeline(source, tiers, { h264: x264 }));
    await build(planPipeline(source, new Map(), { h264: null }));
  });

  it('accepts any name of a tier', async () => {
    const odd = ['decode', 'raw', 'coded', 'tap', 'joined', 'a-b_c', 'rate', 'high', 'valve_low', 'x0'];
    const settings = { width: 640, height: 360, fps: 15, quality: 60, bitrateBps: 1_000_000 };
    const plan = planPipeline({ kind: 'http', url: 'http://camera/' }, new Map(odd.map((name) => [name, settings])), {
      h264: x264,
    });
    const names = [...plan.description.matchAll(/ name=(\S+)/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    await build(plan);
  });
});

describe('what looks at a source', () => {
  it('is accepted too', async () => {
    for (const description of [fileProbe('/a "b" \\ ! c.mp4'), `${v4l2Query('/dev/video 0')} ! fakesink`]) {
      const pipeline = addon.openPipeline(description, { sinks: [] }, { onFrames() {}, onEvent() {} });
      await pipeline.close(2000);
    }
  });
});
