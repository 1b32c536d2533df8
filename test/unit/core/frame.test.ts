import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestFrame } from '../fakes.js';

describe('Frame', () => {
  it('frees its bytes with the last release, once', () => {
    const frame = new TestFrame(7);
    expect(frame.references).toBe(1);
    frame.retain().retain();
    expect(frame.references).toBe(3);
    frame.release();
    frame.release();
    expect(frame.freed).toBe(0);
    frame.release();
    expect(frame.freed).toBe(1);
  });

  it('refuses to be used after its last release', () => {
    const frame = new TestFrame(7);
    frame.release();
    expect(() => frame.release()).toThrow('frame 7 was released once too often');
    expect(() => frame.retain()).toThrow('frame 7 was retained after its last release');
    expect(frame).toMatchObject({ freed: 1, references: 0 });
  });

  it('is free exactly where releases outnumber retains, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (steps) => {
        const frame = new TestFrame(1);
        let references = 1;
        for (const retains of steps) {
          if (references === 0) expect(() => (retains ? frame.retain() : frame.release())).toThrow();
          else if (retains) references = frame.retain().references;
          else {
            frame.release();
            references--;
          }
          expect(frame.references).toBe(references);
          expect(frame.freed).toBe(references === 0 ? 1 : 0);
        }
      }),
    );
  });
});
