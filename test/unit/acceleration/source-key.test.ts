import { expect, it } from 'vitest';
import { sourceKey } from '../../../src/acceleration/source-key.js';

const http = (url: string) => sourceKey({ kind: 'http', url });

it('tells HTTP cameras apart', () => {
  expect(http('http://one/stream')).not.toBe(http('http://two/stream'));
  expect(http('http://one/stream')).not.toBe(http('http://one/other'));
});

it('keeps a camera’s name when its password changes, and tells nothing of it', () => {
  expect(http('http://me:secret@one/stream')).toBe(http('http://me:changed@one/stream'));
  expect(http('http://me:secret@one/stream')).toMatch(/^[0-9a-f]{16}$/);
});
