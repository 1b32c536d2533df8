import { describe, expect, it } from 'vitest';
import { CameraListeners } from '../../../src/camera/camera-listeners.js';
import { initialSupervision, type Supervision } from '../../../src/camera/supervisor.js';
import { createLog } from '../../../src/core/log.js';

function setUp() {
  const lines: string[] = [];
  const log = createLog({ level: 'info', write: (line) => void lines.push(line) });
  const listeners = new CameraListeners();
  const told: string[] = [];
  listeners.add({
    onState: ({ state, cause }, from) => told.push(`${from} → ${state} ${cause?.message ?? ''}`.trim()),
  });
  let before = initialSupervision(0);
  const go = (state: Supervision['state'], message?: string, code = 'unreachable') => {
    const cause = message === undefined ? null : { code, message, permanent: false };
    const now = { ...before, state, cause };
    listeners.tellState(before, now, log);
    before = now;
  };
  return { listeners, told, lines, go };
}

describe('CameraListeners', () => {
  it('tell of another cause of the same kind, in the log too, and of the same one once', () => {
    const { told, lines, go } = setUp();
    go('recovering', 'no route to cam.lan');
    go('recovering', 'cam.lan refuses the connection');
    go('recovering', 'cam.lan refuses the connection');
    expect(told).toEqual([
      'idle → recovering no route to cam.lan',
      'recovering → recovering cam.lan refuses the connection',
    ]);
    expect(lines).toHaveLength(2);
  });

  it('tell once of pictures that come, but not as they should: the words are numbers, and others each time', () => {
    const { told, go } = setUp();
    go('degraded', 'only 9.8 of 30 frames a second come', 'few-frames');
    go('degraded', 'only 9.1 of 30 frames a second come', 'few-frames');
    go('degraded', '3 of the last 20 pictures came broken', 'broken-frames');
    expect(told).toHaveLength(2);
  });

  it('count how often the camera went into a state, by the cause', () => {
    const { listeners, go } = setUp();
    for (let i = 0; i < 2; i++) {
      go('starting');
      go('live');
      go('recovering', 'no route to cam.lan');
      go('recovering', 'cam.lan refuses the connection');
    }
    expect(listeners.transitions).toEqual([
      { state: 'starting', cause: '', count: 2 },
      { state: 'live', cause: '', count: 2 },
      { state: 'recovering', cause: 'unreachable', count: 2 },
    ]);
  });
});
