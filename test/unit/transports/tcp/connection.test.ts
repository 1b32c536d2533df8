import { Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { TcpConnection } from '../../../../src/transports/tcp/connection.js';
import type { SocketCounters } from '../../../../src/transports/tcp/sockets.js';
import { idleLink, manualClock } from '../../fakes.js';

/** A connection whose kernel tells what it is told to tell. */
function setUp(counters: Partial<SocketCounters>) {
  const socket = Object.assign(new Socket(), { _handle: { fd: 5, close: () => {} } });
  onTestFinished(() => void socket.destroy());
  const sockets = {
    sendToAll: () => {},
    boundBuffer: () => {},
    setUnsentLimit: () => {},
    info: () => ({ ...idleLink, ...counters }),
  };
  return new TcpConnection(socket, sockets, { stats: { droppedSlow: 0 } }, manualClock().clock, () => {});
}

it('counts what went through beyond a gap: a lost packet holds up no other', () => {
  const connection = setUp({ ackedBytes: 100_000, sackedBytes: 28_960, unackedBytes: 50_000 });
  expect(connection.sample()).toMatchObject({ ackedBytes: 128_960, queuedBytes: 21_040 });
});

it('counts no more than there is, where the kernel tells of whole segments', () => {
  const connection = setUp({ ackedBytes: 100_000, sackedBytes: 2896, unackedBytes: 2000 });
  expect(connection.sample()).toMatchObject({ ackedBytes: 102_000, queuedBytes: 0 });
});

it('has a train of padded frames end where the kernel has all of it, gap or not', () => {
  const connection = setUp({ ackedBytes: 100_000, sackedBytes: 28_960, unackedBytes: 50_000 });
  connection.padFrames(10_000, 2);
  expect(connection.takePadding()).toBe(10_000);
  connection.handed(0);
  expect(connection.sample()?.trainEndBytes).toBeNull();
  expect(connection.takePadding()).toBe(10_000);
  connection.handed(1);
  expect(connection.takePadding()).toBe(0);
  expect(connection.sample()?.trainEndBytes).toBe(150_000);
});
