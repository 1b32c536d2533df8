// Uses every function, with success and with failure, and ends by itself: a leak check finds what is left over.
import { createServer } from 'node:net';
import { load, play, until } from './lib.mjs';

const addon = load(process.argv[2]);
const sink = 'appsink name=out sync=false async=false max-buffers=2 drop=true';

function open(description, options = { sinks: ['out'], tap: 'tap' }) {
  const events = [];
  const pipeline = addon.openPipeline(description, options, {
    onFrames() {
      const frame = pipeline.take('out');
      if (frame) addon.releaseFrame(frame.handle);
    },
    onEvent: (event) => events.push(event.type),
  });
  return { pipeline, events };
}

const fails = (call) => {
  try {
    call();
  } catch (error) {
    if (error.code) return;
    throw error;
  }
  throw new Error(`did not fail: ${call}`);
};

async function pushes() {
  const { pipeline, events } = open(`appsrc name=in format=time caps=image/jpeg ! identity name=tap ! ${sink}`);
  fails(() => pipeline.push('in', new Uint8Array(9), 1000));
  await pipeline.start();
  for (let i = 0; i < 20; i += 1) pipeline.push('in', new Uint8Array(1000), 1e6);
  await until('corrupt ones', () => pipeline.stats().tap.corrupt === 20);
  pipeline.endOfStream('in');
  await until('the end', () => events.includes('eos'));
  fails(() => pipeline.push('in', new Uint8Array(9), 1000));
  pipeline.seek(0, { flush: true, segment: true });
  await pipeline.close(5000);
  fails(() => pipeline.take('out'));
}

async function properties() {
  const { pipeline } = open(`videotestsrc name=src ! capsfilter name=filter ! identity name=tap ! ${sink}`);
  pipeline.setProperty('src', 'pattern', 'ball');
  pipeline.setProperty('filter', 'caps', 'video/x-raw,width=32');
  for (const name of ['pattern', 'num-buffers', 'name', 'is-live', 'parent', 'animation-mode']) {
    pipeline.getProperty('src', name);
  }
  pipeline.getProperty('filter', 'caps');
  fails(() => pipeline.setProperty('src', 'pattern', 'nosuch'));
  fails(() => pipeline.setProperty('src', 'nosuch', 1));
  fails(() => pipeline.setProperty('nosuch', 'pattern', 1));
  await pipeline.close(5000);
}

async function starts() {
  fails(() => open('nosuch ! fakesink'));
  fails(() => open('videotestsrc ! !'));
  fails(() => open('videotestsrc name=tap ! fakesink name=out'));
  fails(() => open('videotestsrc ! appsink name=other'));
  const { pipeline } = open(`filesrc location=/nowhere ! identity name=tap ! ${sink}`);
  await pipeline.start().catch(() => {});
  await pipeline.close(5000);
  const handlers = { onFrames() {}, onEvent() {} };
  await addon.openPipelineAsync('nosuch ! fakesink', { sinks: [] }, handlers).catch(() => {});
  await addon.openPipelineAsync('videotestsrc ! fakesink', {}, handlers).catch(() => {});
  const opened = await addon.openPipelineAsync('videotestsrc ! fakesink', { sinks: [] }, handlers);
  await opened.start();
  await opened.close(5000);
  await addon.openPipelineAsync('videotestsrc ! fakesink', { sinks: [] }, handlers);
  // Forgotten, never started and never closed.
  open(`videotestsrc ! identity name=tap ! ${sink}`);
}

async function h264() {
  const { pipeline, events } = open(
    `videotestsrc num-buffers=60 ! video/x-raw,width=64,height=48 ! x264enc key-int-max=10 ! identity name=tap ! ${sink}`,
  );
  await pipeline.start();
  await until('the end', () => events.includes('eos'));
  await pipeline.close(5000);
}

async function probes() {
  await addon.probe('videotestsrc ! jpegenc ! appsink name=probe', 5000);
  await addon.queryCaps('videotestsrc name=source', 5000);
  await addon.probe('appsrc ! appsink name=probe', 10).catch(() => {});
  await addon.probe('filesrc location=/nowhere ! appsink name=probe', 1000).catch(() => {});
  await addon.queryCaps('v4l2src device=/nowhere name=source', 1000).catch(() => {});
  addon.findElement('jpegenc');
  addon.findElement('nosuch');
}

async function sockets() {
  const server = createServer().listen(0, '127.0.0.1');
  await until('a port', () => server.address() !== null);
  const { connect } = await import('node:net');
  const socket = connect(server.address().port, '127.0.0.1');
  await until('a connection', () => socket.readyState === 'open');
  const { fd } = socket._handle;
  addon.setSocketOptions(fd, { notSentLowWaterBytes: 16384, sendBufferBytes: 65536 });
  addon.socketInfo(fd);
  addon.sendToAll(Int32Array.of(fd, -1), [new Uint8Array(10)], new Float64Array(2));
  fails(() => addon.sendToAll([], [], []));
  fails(() => addon.socketInfo(999_999));
  socket.destroy();
  server.close();
}

for (let round = 0; round < 3; round += 1) {
  const { pipeline, frames } = await play(addon, { frames: 4, keep: true });
  for (const { handle } of frames.slice(1)) addon.releaseFrame(handle);
  fails(() => addon.releaseFrame(frames[1].handle));
  await pipeline.close(5000);
  await pushes();
  await properties();
  await starts();
  await h264();
  await probes();
}
await sockets();
// One plays on, and one of its frames is kept, until the end.
await play(addon, { frames: 4, keep: true });
console.log('done');
