import { expect, it } from 'vitest';
import { openPipeline, sink, takeCopy, until } from './harness.js';

const h264 = (keyframeDistance: number) =>
  'videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=50/1 ! ' +
  `x264enc tune=zerolatency key-int-max=${keyframeDistance} ! h264parse ! identity name=before ! valve name=v drop=true`;

it('lets a valve that opens begin with a keyframe, each time', async () => {
  const { pipeline } = openPipeline(`${h264(40)} ! ${sink('out')}`, { sinks: ['out'], tap: 'before' });
  const produced = () => pipeline.stats().tap?.buffers ?? 0;
  const received = () => pipeline.stats().sinks.out?.received ?? 0;
  await pipeline.start();
  for (let opening = 0; opening < 4; opening++) {
    const [lost, seen] = [produced() + 3, received()];
    await until('frames that the shut valve drops', () => produced() > lost);
    pipeline.setProperty('v', 'drop', false);
    await until('frames', () => received() > seen);
    expect(takeCopy(pipeline, 'out')).toMatchObject({ keyframe: true });
    pipeline.setProperty('v', 'drop', true);
    const shut = produced();
    await until('the last frame on its way', () => produced() > shut);
    while (takeCopy(pipeline, 'out') !== null);
  }
});

it('holds up nothing that stands alone', async () => {
  const jpegs = 'videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=50/1 ! jpegenc';
  const { pipeline } = openPipeline(`${jpegs} ! valve name=v drop=true ! ${sink('out')}`, { sinks: ['out'] });
  await pipeline.start();
  pipeline.setProperty('v', 'drop', false);
  await until('frames', () => (pipeline.stats().sinks.out?.received ?? 0) > 2);
});
