import { describe, expect, it } from 'vitest';
import { openPipeline, sink, takeCopy, until } from './harness.js';

// So few that the sink's queue holds those of a second and a half: it leaves some out once it is full.
const pictures = 'videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=10/1';
const encoders = {
  x264enc: 'x264enc name=encoder tune=zerolatency key-int-max=100000 bframes=0',
  openh264enc: 'openh264enc name=encoder gop-size=100000',
};
const bytes = 'video/x-h264,stream-format=byte-stream,alignment=au';

/** The types of an access unit's NAL units (ITU-T H.264, table 7-1). */
function nalTypes(unit: Buffer): number[] {
  const types: number[] = [];
  for (let at = unit.indexOf('000001', 0, 'hex'); at >= 0; at = unit.indexOf('000001', at + 3, 'hex')) {
    types.push((unit[at + 3] ?? 0) & 0x1f);
  }
  return types;
}

async function play(encoder: string) {
  const { pipeline } = openPipeline(`${pictures} ! ${encoder} ! ${bytes} ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  const next = async () => {
    let frame = takeCopy(pipeline, 'out');
    await until('an access unit', () => {
      frame ??= takeCopy(pipeline, 'out');
      return frame !== null;
    });
    return frame as NonNullable<typeof frame>;
  };
  /** Lets go what was made before now. */
  const skip = () => {
    while (takeCopy(pipeline, 'out') !== null);
  };
  return { pipeline, next, skip };
}

describe('requestKeyframe', () => {
  it.each(Object.entries(encoders))(
    'brings an IDR picture with its parameter sets within a few frames: %s',
    async (_name, encoder) => {
      const { pipeline, next, skip } = await play(encoder);
      expect(await next()).toMatchObject({ keyframe: true });
      for (let request = 0; request < 3; request++) {
        for (let frame = 0; frame < 5; frame++) expect(await next()).toMatchObject({ keyframe: false });
        skip();
        pipeline.requestKeyframe('encoder');
        let waited = 0;
        let frame = await next();
        for (; !frame.keyframe; frame = await next()) expect(++waited).toBeLessThanOrEqual(2);
        expect(nalTypes(Buffer.from(frame.bytes))).toEqual(expect.arrayContaining([7, 8, 5]));
      }
    },
  );

  it('says what it can not do', async () => {
    const { pipeline } = await play(encoders.x264enc);
    const coded = (code: string) => expect.objectContaining({ code });
    expect(() => pipeline.requestKeyframe('nobody')).toThrow(coded('ERR_NO_ELEMENT'));
    expect(() => pipeline.requestKeyframe('out')).toThrow(coded('ERR_INVALID_ARG'));
    expect(() => pipeline.requestKeyframe('encoder', 'force-IDR')).toThrow(coded('ERR_INVALID_ARG'));
    expect(() => pipeline.requestKeyframe('encoder', 'pad-added')).toThrow(coded('ERR_INVALID_ARG'));
    expect(() => pipeline.requestKeyframe(7 as unknown as string)).toThrow(coded('ERR_INVALID_ARG'));
    await pipeline.close(2000);
    expect(() => pipeline.requestKeyframe('encoder')).toThrow(coded('ERR_CLOSED'));
  });

  it('refuses before the start', () => {
    const { pipeline } = openPipeline(`${pictures} ! ${encoders.x264enc} ! ${sink('out')}`, { sinks: ['out'] });
    expect(() => pipeline.requestKeyframe('encoder')).toThrow(expect.objectContaining({ code: 'ERR_STATE' }));
  });

  it('gives an action signal to elements that have one', async () => {
    const { pipeline, events } = openPipeline(
      `${pictures} ! multisocketsink name=encoder  videotestsrc is-live=true ! ${sink('out')}`,
      { sinks: ['out'] },
    );
    await pipeline.start();
    // An encoder with such a signal needs hardware; this one's takes no parameters either, and returns nothing.
    pipeline.requestKeyframe('encoder', 'clear');
    expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  });
});
