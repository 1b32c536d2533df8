/**
 * `tsx test/support/video-recorder.ts SOURCE TIER FRAMES ISOLATION`: watches a tier's H.264, asks for a keyframe in the
 * middle, and prints the access units as JSON. In a process of its own, for cameras that are emulated by its
 * environment.
 */
import { type AccessUnit, copyOf, makeCamera } from './make-camera.js';

const [source = '', tier = '', wanted = '', isolation = ''] = process.argv.slice(2);
const { camera, close } = makeCamera(source, { isolation: isolation === 'process' ? 'process' : 'none' });
const channel = camera.video(tier);
const units: AccessUnit[] = [];
await new Promise<void>((resolve) => {
  channel.subscribe((frame) => {
    if (!frame.isStandIn) units.push(copyOf(frame));
    if (units.length === Math.floor(Number(wanted) / 2)) channel.requestKeyframe();
    if (units.length === Number(wanted)) resolve();
  });
});
await close();
process.stdout.write(JSON.stringify(units.map((unit) => ({ ...unit, bytes: unit.bytes.toString('base64') }))));
