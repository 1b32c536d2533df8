import { describe, expect, it } from 'vitest';
import {
  cameraNotFound,
  ERRORS,
  isLensError,
  LensError,
  listNames,
  queryInvalid,
  snapshotUnavailable,
  tierNotFound,
  toProblem,
} from '../../../src/core/errors.js';

describe('the table of errors', () => {
  it('has codes that are written alike, a title each, and statuses of failures', () => {
    for (const [code, entry] of Object.entries(ERRORS)) {
      expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
      expect(entry.title.length).toBeGreaterThan(5);
      if ('status' in entry) expect(entry.status).toBeGreaterThanOrEqual(400);
    }
    expect(Object.keys(ERRORS)).toEqual(Object.keys(ERRORS).toSorted());
  });
});

describe('LensError', () => {
  it('carries its code, the status of the table, hint, details and cause', () => {
    const cause = new Error('EADDRINUSE');
    const error = new LensError('QUERY_INVALID', 'no', { hint: 'do this', details: { a: 1 }, cause });
    expect(error).toMatchObject({ name: 'LensError', code: 'QUERY_INVALID', status: 400, hint: 'do this', cause });
    expect(error.details).toEqual({ a: 1 });
    expect(error).toBeInstanceOf(Error);
    expect(new LensError('CONFIG_INVALID', 'no').status).toBeUndefined();
    expect(new LensError('SOURCE_INVALID', 'no', { status: 400 }).status).toBe(400);
  });

  it('is told from other errors, also by code', () => {
    const error = new LensError('NOT_FOUND', 'no');
    expect(isLensError(error)).toBe(true);
    expect(isLensError(error, 'NOT_FOUND')).toBe(true);
    expect(isLensError(error, 'INTERNAL')).toBe(false);
    expect(isLensError(new Error('no'))).toBe(false);
  });

  it('names what is known and what is allowed', () => {
    expect(cameraNotFound('x', ['front', 'back']).message).toContain('Known cameras: front, back.');
    expect(tierNotFound('x', 'front', ['high']).message).toContain('Known tiers: high.');
    expect(queryInvalid('fps', '0', '1 to 240').message).toBe('Query parameter "fps" is "0"; allowed is 1 to 240.');
    expect(listNames([])).toBe('none');
    expect(listNames(Array.from({ length: 23 }, (_, i) => `c${i}`))).toMatch(/, c19 and 3 more$/);
  });

  it('keeps hostile names on one short line', () => {
    const { message } = cameraNotFound(`a\nb${'x'.repeat(100_000)}`, []);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(200);
  });
});

describe('toProblem', () => {
  it('is an RFC 9457 body with the code and the particulars', () => {
    expect(toProblem(snapshotUnavailable('front', 'it is recovering', 2))).toEqual({
      type: 'urn:lenscast:error:snapshot-unavailable',
      title: ERRORS.SNAPSHOT_UNAVAILABLE.title,
      status: 503,
      detail: 'Camera "front" gave no picture in time: it is recovering.',
      code: 'SNAPSHOT_UNAVAILABLE',
      camera: 'front',
      retry_after: 2,
    });
  });

  it('shows nothing of an error that it does not know', () => {
    const problem = toProblem(new Error('rtsp://admin:secret@10.0.0.7 refused'));
    expect(problem).toMatchObject({ code: 'INTERNAL', status: 500 });
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect(toProblem(undefined).status).toBe(500);
  });

  it('does not let details overwrite the standard members', () => {
    const error = new LensError('NOT_FOUND', 'real', {
      details: { detail: 'fake', status: 200, type: 'x', code: 'y' },
    });
    expect(toProblem(error)).toMatchObject({ detail: 'real', status: 404, code: 'NOT_FOUND' });
  });
});
