// Ends in the way that the second argument names while a pipeline plays.
import { load, play } from './lib.mjs';

const [file, way] = process.argv.slice(2);
const addon = load(file);
const { pipeline } = await play(addon, { keep: way === 'exit-with-frames' });
const later = () => new Promise((resolve) => setTimeout(resolve, 20));

const ways = {
  exit: () => process.exit(0),
  'exit-with-frames': () => process.exit(0),
  // From inside a callback of the addon.
  'exit-in-callback': async () => {
    const other = addon.openPipeline(
      'videotestsrc ! appsink name=out sync=false async=false',
      { sinks: ['out'] },
      { onFrames: () => process.exit(0), onEvent() {} },
    );
    await other.start();
    setInterval(() => {}, 1000);
  },
  natural: () => {},
  'exit-while-opening': () => {
    const handlers = { onFrames() {}, onEvent() {} };
    for (let i = 0; i < 5; i++) addon.openPipelineAsync('videotestsrc ! fakesink', { sinks: [] }, handlers);
    process.exit(0);
  },
  'exit-while-starting': () => {
    const other = addon.openPipeline('videotestsrc ! fakesink', { sinks: [] }, { onFrames() {}, onEvent() {} });
    other.start();
    process.exit(0);
  },
  'exit-while-closing': () => {
    pipeline.close(5000);
    process.exit(0);
  },
  'exit-while-probing': () => {
    addon.probe('videotestsrc is-live=true ! appsink name=probe', 5000);
    addon.queryCaps('videotestsrc name=source', 5000);
    process.exit(0);
  },
  throw: () => {
    process.on('uncaughtException', (error) => {
      console.log(`caught ${error.message}`);
      process.exit(7);
    });
    setImmediate(() => {
      throw new Error('on purpose');
    });
  },
  'throw-in-callback': async () => {
    process.on('uncaughtException', (error) => {
      console.log(`caught ${error.message}`);
      process.exit(7);
    });
    const other = addon.openPipeline(
      'videotestsrc ! appsink name=out sync=false async=false',
      { sinks: ['out'] },
      {
        onFrames() {
          throw new Error('on purpose');
        },
        onEvent() {},
      },
    );
    await other.start();
    setInterval(() => {}, 1000);
  },
  // filesrc waits in open(2) for a writer that never comes.
  'exit-while-hanging': async () => {
    const other = addon.openPipeline(
      `filesrc location=${process.argv[4]} ! fakesink`,
      { sinks: [] },
      { onFrames() {}, onEvent() {} },
    );
    other.start();
    await later();
    process.exit(0);
  },
};
await ways[way]();
