import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Channel } from '../../../../src/hub/channel.js';
import { TcpConnection } from '../../../../src/transports/tcp/connection.js';
import { FanOut } from '../../../../src/transports/tcp/fan-out.js';
import { CLOSE, MOST_UNSENT_TEXT_BYTES, WebSocketConnection } from '../../../../src/transports/websocket/connection.js';
import { MOST_CREDIT } from '../../../../src/transports/websocket/credit.js';
import { frameMessage } from '../../../../src/transports/websocket/frame-message.js';
import { FrameWatch } from '../../../../src/transports/websocket/watch.js';
import { manualClock, TestFrame } from '../../fakes.js';
import { fakeWire } from './wire.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const sockets = {
  sendToAll() {},
  boundBuffer() {},
  setUnsentLimit() {},
  info: (): never => {
    throw new Error('no counters here');
  },
};

/** A connection whose frames all pass through {@link FakeSocket}, with a watch of each of some cameras. */
function setUp(cameras: number) {
  const time = manualClock();
  const wire = fakeWire();
  const connection = new WebSocketConnection(wire.webSocket, wire.socket, '127.0.0.1:5', (its) => {
    const frames = {
      get stats() {
        return { droppedSlow: its.onlyWatch?.droppedSlow ?? 0 };
      },
    };
    return new TcpConnection(its.socket, sockets, frames, time.clock, (fps) => its.onlyWatch?.adaptFps(fps));
  });
  connection.begin({ onText: () => undefined, onClose: () => undefined });
  const fanOut = new FanOut(sockets.sendToAll);
  const plainMessage = frameMessage;
  const channels = Array.from({ length: cameras }, () => {
    return new Channel('low', { clock: time.clock, onDemand: () => undefined });
  });
  const closed: number[] = [];
  const watches = channels.map((channel, index) => {
    const onClose = () => closed.push(index);
    const named = { camera: `c${index}`, tier: 'low', channelOf: () => channel };
    const request = { ...named, choice: { mode: 'auto' as const }, maxFps: null, index, onClose };
    return new FrameWatch(connection, request, { clock: time.clock, fanOut, plainMessage });
  });
  const frames: TestFrame[] = [];
  /** A camera has a new picture. */
  const publish = (camera: number): TestFrame => {
    time.nowMs += 10;
    const frame = new TestFrame(frames.length, time.nowMs, Buffer.alloc(200, frames.length));
    frames.push(frame);
    channels[camera]?.publish(frame);
    frame.release();
    return frame;
  };
  /** What came, in order. */
  const received = () => {
    return wire.fakeSocket.written
      .filter((bytes) => bytes[0] === 0x82)
      .map((bytes) => ({ index: bytes.readUInt16BE(4 + 2), sequence: bytes.readUInt32BE(4 + 4) }));
  };
  return { ...wire, time, connection, channels, watches, closed, frames, publish, received };
}

/** Lets the fan-out send, which it does at the end of a turn of the event loop. */
const turn = () => Promise.resolve();

describe('credit', () => {
  it('is needed for each frame', async () => {
    const { watches, publish, received, fakeSocket } = setUp(1);
    publish(0);
    await turn();
    fakeSocket.drain();
    expect(received()).toEqual([]);
    watches[0]?.grant(1);
    await turn();
    fakeSocket.drain();
    publish(0);
    await turn();
    fakeSocket.drain();
    expect(received()).toEqual([{ index: 0, sequence: 0 }]);
    watches[0]?.grant(1);
    await turn();
    fakeSocket.drain();
    expect(received().map(({ sequence }) => sequence)).toEqual([0, 1]);
  });

  it('is bounded', async () => {
    const { watches, publish, received, fakeSocket } = setUp(1);
    for (let time = 0; time < 5; time++) watches[0]?.grant(MOST_CREDIT);
    for (let count = 0; count < MOST_CREDIT + 50; count++) {
      publish(0);
      await turn();
      fakeSocket.drain();
    }
    expect(received()).toHaveLength(MOST_CREDIT);
  });

  it("tells frames that weren't granted from those that the connection was too slow for", async () => {
    const { watches, publish, fakeSocket } = setUp(1);
    for (let count = 0; count < 5; count++) publish(0);
    expect(watches[0]?.droppedSlow).toBe(0);
    watches[0]?.grant(2);
    await turn();
    for (let count = 0; count < 5; count++) publish(0);
    const slow = watches[0]?.droppedSlow ?? 0;
    expect(slow).toBe(4);
    fakeSocket.drain();
    await turn();
    fakeSocket.drain();
    for (let count = 0; count < 5; count++) publish(0);
    expect(watches[0]?.droppedSlow).toBe(slow);
    expect(watches[0]?.stats().droppedSlow).toBeGreaterThan(slow + 5);
  });
});

type Step =
  | { readonly do: 'grant'; readonly camera: number; readonly frames: number }
  | { readonly do: 'publish'; readonly camera: number }
  | { readonly do: 'close'; readonly camera: number }
  | { readonly do: 'turn' | 'drain' | 'text' };

const cameras = 3;
const anyCamera = fc.nat(cameras - 1);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('grant' as const), camera: anyCamera, frames: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), camera: anyCamera }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('turn' as const, 'drain' as const, 'text' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), camera: anyCamera }) },
);

describe('whatever clients, cameras and the network do', () => {
  it('no frame without credit, one under way at most, the newest first, and all bytes are freed', async () => {
    const steps = fc.array(anyStep, { maxLength: 60, size: 'max' });
    const ends = fc.constantFrom('close' as const, 'terminate' as const);
    await fc.assert(
      fc.asyncProperty(steps, ends, async (doings, end) => {
        const set = setUp(cameras);
        const granted = [0, 0, 0];
        for (const step of doings) {
          if (step.do === 'grant') {
            granted[step.camera] = (granted[step.camera] ?? 0) + step.frames;
            set.watches[step.camera]?.grant(step.frames);
          } else if (step.do === 'publish') set.publish(step.camera);
          else if (step.do === 'close') set.watches[step.camera]?.close();
          else if (step.do === 'drain') set.fakeSocket.drain();
          else if (step.do === 'text') set.connection.send('{}');
          else await turn();
          expect(set.fakeSocket.waitingFrames).toBeLessThanOrEqual(1);
          const alive = set.frames.filter(({ freed }) => freed === 0).length;
          expect(alive, 'the newest of each camera and one under way').toBeLessThanOrEqual(cameras + 1);
        }
        await turn();
        set.fakeSocket.drain();
        const sequences = [...Array(cameras).keys()].map((camera) =>
          set
            .received()
            .filter(({ index }) => index === camera)
            .map(({ sequence }) => sequence),
        );
        for (const [camera, seen] of sequences.entries()) {
          expect(seen.length).toBeLessThanOrEqual(granted[camera] ?? 0);
          expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
        }
        if (end === 'close') set.connection.close(CLOSE.normal, '');
        else set.connection.terminate();
        await turn();
        set.fakeSocket.destroy();
        for (const frame of set.frames) expect(frame.freed).toBe(1);
        expect(set.closed.toSorted()).toEqual([0, 1, 2]);
        expect(set.channels.map(({ subscriberCount }) => subscriberCount)).toEqual([0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('whoever has credit gets the newest there is, in turns', async () => {
    const { watches, publish, received, fakeSocket } = setUp(3);
    for (const watch of watches) watch.grant(10);
    for (let round = 0; round < 12; round++) {
      // Each camera has two new pictures while one frame is on its way.
      for (const camera of [0, 1, 2, 0, 1, 2]) publish(camera);
      await turn();
      fakeSocket.drain();
    }
    const [first, ...later] = received();
    expect(first).toEqual({ index: 0, sequence: 0 });
    for (const [at, { index, sequence }] of later.entries()) {
      expect(index).toBe((at + 1) % 3);
      expect(sequence).toBe(6 * at + 3 + index);
    }
    expect(later.length).toBeGreaterThanOrEqual(10);
  });

  it('nothing comes of a watch that was closed in time', async () => {
    const { watches, publish, received, fakeSocket, frames } = setUp(2);
    for (const watch of watches) watch.grant(1);
    publish(0);
    watches[0]?.close();
    publish(1);
    await turn();
    await turn();
    fakeSocket.drain();
    expect(received()).toEqual([{ index: 1, sequence: 1 }]);
    expect(frames[0]?.freed).toBe(1);
  });
});

describe('a connection', () => {
  it('lets the server adapt a watch that has it for itself', () => {
    const { watches, connection } = setUp(2);
    expect(watches[0]?.connection).toBeUndefined();
    watches[1]?.close();
    expect(watches[0]?.connection).toBe(connection.link);
  });

  it('is cut off where texts pile up unread', () => {
    const { connection, fakeSocket } = setUp(1);
    const text = 'x'.repeat(1000);
    for (let count = 0; 1000 * count < MOST_UNSENT_TEXT_BYTES; count++) {
      expect(fakeSocket.destroyed).toBe(false);
      connection.send(text);
    }
    expect(fakeSocket.destroyed).toBe(true);
    expect(connection.isOpen).toBe(false);
  });

  it('goes on where they are read', () => {
    const { connection, fakeSocket } = setUp(1);
    for (let count = 0; count < 2000; count++) {
      connection.send('x'.repeat(1000));
      fakeSocket.drain();
    }
    expect(connection.isOpen).toBe(true);
  });

  it('is cut off where nobody answers a ping', () => {
    const { connection, fakeSocket, fakeWebSocket } = setUp(1);
    connection.ping();
    fakeWebSocket.emit('pong', Buffer.alloc(0));
    connection.ping();
    expect([fakeWebSocket.pings, fakeSocket.destroyed]).toEqual([2, false]);
    connection.ping();
    expect(fakeSocket.destroyed).toBe(true);
  });

  it('is cut off where the other side does not say goodbye within a second', () => {
    const { connection, fakeSocket, fakeWebSocket, closed } = setUp(2);
    connection.close(CLOSE.goingAway, 'the server is stopping');
    connection.close(CLOSE.normal, '');
    expect([fakeWebSocket.closings, closed]).toEqual([[1001], [0, 1]]);
    vi.advanceTimersByTime(1000);
    expect(fakeSocket.destroyed).toBe(true);
  });

  it('takes no binary messages', () => {
    const { fakeWebSocket } = setUp(1);
    fakeWebSocket.emit('message', Buffer.of(1), true);
    expect(fakeWebSocket.closings).toEqual([1003]);
  });
});
