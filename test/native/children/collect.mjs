// Forgets frames and pipelines and waits for the garbage collector to free them. Needs --expose-gc.
import { load, play, until } from './lib.mjs';

const addon = load(process.argv[2]);

async function forgetFrames() {
  const { pipeline, frames } = await play(addon, { frames: 5, keep: true });
  // One is released, the others are not.
  addon.releaseFrame(frames[0].handle);
  console.log(`live before: ${addon.stats().liveFrames >= 4}`);
  await pipeline.close(5000);
}

function forgetPipelines() {
  for (let i = 0; i < 10; i += 1) {
    const pipeline = addon.openPipeline(
      'videotestsrc ! appsink name=out',
      { sinks: ['out'] },
      // Refers to the pipeline itself, as handlers do.
      { onFrames: () => pipeline.take('out'), onEvent() {} },
    );
  }
}

/** Nothing but the addon refers to this one, and it plays on. */
function forgetPlaying() {
  let count = 0;
  const pipeline = addon.openPipeline(
    'videotestsrc is-live=true ! video/x-raw,framerate=100/1 ! appsink name=out sync=false async=false',
    { sinks: ['out'] },
    {
      onFrames() {
        const frame = pipeline.take('out');
        if (frame) addon.releaseFrame(frame.handle);
        count += 1;
      },
      onEvent() {},
    },
  );
  pipeline.start();
  return () => count;
}

await forgetFrames();
await until('frames to be collected', () => {
  globalThis.gc();
  return addon.stats().liveFrames === 0;
});
forgetPipelines();
console.log(`open before: ${addon.stats().pipelines === 10}`);
await until('pipelines to be collected', () => {
  globalThis.gc();
  return addon.stats().pipelines === 0;
});
const count = forgetPlaying();
await until('frames of a forgotten pipeline', () => {
  globalThis.gc();
  return count() > 20;
});
console.log(`end: ${JSON.stringify(addon.stats())}`);
