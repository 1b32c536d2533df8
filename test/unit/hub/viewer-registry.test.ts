import { expect, it, type Mock, vi } from 'vitest';
import { type Viewer, ViewerRegistry } from '../../../src/hub/viewer-registry.js';

function viewer(id: string, camera: string): Viewer & { readonly close: Mock<() => void> } {
  return {
    id,
    camera,
    transport: 'mjpeg',
    medium: 'jpeg',
    address: '127.0.0.1:1',
    sinceMs: 0,
    choice: { mode: 'auto' },
    maxFps: null,
    request: {},
    tier: 'high',
    stats: () => ({ delivered: 0, droppedSlow: 0, droppedRate: 0, fps: 0, bytes: 0, bitrateBps: 0 }),
    moveTo: () => {},
    pinTo: () => {},
    limitTo: () => {},
    close: vi.fn<() => void>(),
  };
}

it('knows who watches which camera, in the order of arrival', () => {
  const registry = new ViewerRegistry();
  const [a, b, c] = [viewer('a', 'front'), viewer('b', 'yard'), viewer('c', 'front')];
  for (const each of [a, b, c]) registry.add(each);
  expect(registry.all()).toEqual([a, b, c]);
  expect(registry.ofCamera('front')).toEqual([a, c]);
  expect(registry.get('b')).toBe(b);
  registry.remove(b);
  expect(registry.get('b')).toBeUndefined();
  expect(registry.ofCamera('yard')).toEqual([]);
});

it('closes everybody, also those who leave the registry by it', () => {
  const registry = new ViewerRegistry();
  const viewers = ['a', 'b', 'c'].map((id) => viewer(id, 'front'));
  for (const each of viewers) {
    registry.add(each);
    each.close.mockImplementation(() => registry.remove(each));
  }
  registry.closeAll();
  for (const each of viewers) expect(each.close).toHaveBeenCalledOnce();
  expect(registry.all()).toEqual([]);
});
