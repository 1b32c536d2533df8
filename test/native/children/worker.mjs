// Plays a pipeline in a worker; then waits, spins or ends, as told.
import { parentPort, workerData } from 'node:worker_threads';
import { load, play } from './lib.mjs';

const addon = load(workerData.file);
const { pipeline } = await play(addon, { frames: 3, keep: workerData.then === 'wait-with-frames' });
if (workerData.then === 'close') await pipeline.close(5000);
parentPort.postMessage(addon.stats());
if (workerData.then.startsWith('wait')) setInterval(() => {}, 1000);
if (workerData.then === 'spin') for (;;);
if (workerData.then === 'exit') process.exit(0);
