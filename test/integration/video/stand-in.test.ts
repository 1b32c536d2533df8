import { expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { lumaOf, type Picture, timecodeOf } from '../../support/picture.js';
import { RtspCamera } from '../../support/rtsp-camera.js';
import { until } from '../../support/until.js';
import { decodeVideo, startCamera, watchVideo } from '../../support/video.js';

const size = { width: 640, height: 360 };

function brightPixels(picture: Picture): number {
  return lumaOf(picture).filter((value) => value > 200).length;
}

test.each([
  ['low', 'none'],
  ['source', 'none'],
  ['low', 'process'],
] as const)(
  'a lost camera is told of in the same video, which goes on when it is back: %s, isolation: %s',
  async (tier, isolation) => {
    const first = stopAfterTest(await RtspCamera.start({ ...size, fps: 15 }));
    const camera = startCamera(first.url, { isolation });
    const before = watchVideo(camera.video('low'));
    await until('the camera', () => before.units.length > 5, 30_000);
    await until('its tiers', () => camera.tierNamesOf('h264').includes(tier));
    const channel = camera.video(tier);
    const { units, stop } = watchVideo(channel, true);
    before.stop();
    await until('frames', () => units.length > 20);

    await first.kill();
    const lost = await until('a placeholder', () => units.find(({ isStandIn }) => isStandIn));
    expect(lost).toMatchObject({ isKeyframe: true, ...size });
    const standIns = () => units.filter(({ isStandIn }) => isStandIn);
    await until('another', () => standIns().length > 1);
    const asked = standIns().length;
    channel.requestKeyframe();
    await until('a keyframe on demand', () =>
      standIns()
        .slice(asked)
        .some(({ isKeyframe }) => isKeyframe),
    );

    stopAfterTest(await RtspCamera.start({ ...size, fps: 15, port: first.port }));
    await until('the camera again', () => units.at(-1)?.isStandIn === false, 30_000);
    const back = units.slice(units.findLastIndex(({ isStandIn }) => isStandIn) + 1);
    expect(back[0]?.isKeyframe).toBe(true);
    await until('frames again', () => units.slice(-10).every(({ isStandIn }) => !isStandIn));
    stop();

    const from = units.findIndex(({ isKeyframe }) => isKeyframe);
    const shown = units.slice(from);
    const pictures = await decodeVideo(shown, size.width, size.height);
    expect(pictures).toHaveLength(shown.length);
    for (const [index, picture] of pictures.entries()) {
      // The camera's pictures carry time codes; the dimmed last one doesn't, for it is too dark.
      if (shown[index]?.isStandIn) expect(brightPixels(picture), `stand-in ${index}`).toBeGreaterThan(100);
      else expect(timecodeOf(picture), `picture ${index}`).not.toBeNull();
    }
  },
);
