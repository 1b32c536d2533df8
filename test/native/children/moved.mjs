// Tries to move a frame's bytes elsewhere before it is released: they must stay readable or be gone, never dangle.
import { load, play, until } from './lib.mjs';

const addon = load(process.argv[2]);
const { pipeline, frames } = await play(addon, { frames: 3, keep: true });
await pipeline.close(5000);
const moves = [
  (data) => structuredClone(data, { transfer: [data] }),
  (data) => data.transfer(),
  (data) => data.slice(0),
];
const moved = [];
for (const [index, frame] of frames.entries()) {
  const expected = Buffer.from(new Uint8Array(frame.data));
  try {
    moved.push({ data: moves[index](frame.data), expected });
  } catch (error) {
    console.log(`refused: ${error.name}`);
  }
  addon.releaseFrame(frame.handle);
  if (frame.data.byteLength !== 0) throw new Error('not detached');
}
for (const { data, expected } of moved) {
  if (!Buffer.from(data).equals(expected)) throw new Error('other bytes');
}
moved.length = 0;
await until('everything to be freed', () => {
  globalThis.gc();
  return addon.stats().liveFrames === 0;
});
console.log('intact');
