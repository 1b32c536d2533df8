import { afterEach, expect, it, vi } from 'vitest';
import { loadAddon } from '../../src/native/addon.js';

afterEach(() => vi.unstubAllEnvs());

it('loads the same addon at every call', () => {
  expect(loadAddon()).toBe(loadAddon());
});

it('says what to do where it cannot load', () => {
  vi.stubEnv('LENSCAST_ADDON', '/nowhere/lenscast.node');
  expect(loadAddon).toThrow(
    /^The native addon can't be loaded \(Cannot find module '\/nowhere\/lenscast\.node'\): correct or unset LENSCAST_ADDON\.$/,
  );
});
