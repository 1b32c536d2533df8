import { onTestFinished } from 'vitest';
import type { CameraConfig } from '../../../src/config/config.js';
import { listen } from '../../../src/http/listen.js';
import { WebSocketClient } from '../../support/websocket-client.js';
import { TestFrame } from '../fakes.js';
import { restHarness } from './rest-harness.js';

/** The whole app over one camera, `front`, and no GStreamer, on a port of loopback. */
export async function eventsHarness(config: Partial<CameraConfig> = {}) {
  const harness = restHarness(config);
  const listener = await listen(harness.app, '127.0.0.1', 0);
  onTestFinished(() => listener.close(0));
  const url = `http://127.0.0.1:${listener.port}`;
  const open = async (path = '/api/events', headers: Record<string, string> = {}) => {
    const client = await WebSocketClient.open(url, path, { headers });
    onTestFinished(() => client.terminate());
    await client.message('hello');
    return client;
  };
  let sequence = 0;
  /** The camera has a new picture in a tier. */
  const publish = (tier: string) => {
    sequence++;
    const frame = new TestFrame(sequence, performance.now(), Buffer.alloc(300, sequence));
    harness.camera.channel(tier).publish(frame);
    frame.release();
    return frame;
  };
  return { ...harness, listener, url, open, publish };
}
