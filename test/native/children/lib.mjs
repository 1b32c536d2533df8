// What the scripts here share: the addon by the file that the test names, and a live JPEG pipeline.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const load = (file) => require(file);

export const until = async (label, condition, timeoutMs = 20_000) => {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out: ${label}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Starts a pipeline and resolves when `frames` frames came. Releases each at once unless `keep`. */
export const play = (addon, { frames = 3, keep = false } = {}) =>
  new Promise((resolve, reject) => {
    const kept = [];
    const pipeline = addon.openPipeline(
      'videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=100/1 ! jpegenc ! identity name=tap ! ' +
        'appsink name=out sync=false async=false max-buffers=2 drop=true',
      { sinks: ['out'], tap: 'tap' },
      {
        onFrames() {
          const frame = pipeline.take('out');
          if (!frame) return;
          if (!keep) addon.releaseFrame(frame.handle);
          kept.push(frame);
          if (kept.length === frames) resolve({ pipeline, frames: kept });
        },
        onEvent(event) {
          if (event.type === 'error') reject(new Error(event.message));
        },
      },
    );
    pipeline.start().catch(reject);
    // A pipeline alone doesn't keep the process running.
    const alive = setInterval(() => {
      if (kept.length >= frames) clearInterval(alive);
    }, 10);
  });
