import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predictFrameBytes, type TierShape } from '../../../src/adaptation/predict.js';

const shapes: fc.Arbitrary<TierShape> = fc.record({
  width: fc.integer({ min: 160, max: 3840 }),
  height: fc.integer({ min: 90, max: 2160 }),
  quality: fc.integer({ min: 1, max: 100 }),
});

describe('predictFrameBytes', () => {
  it('says of a measured tier what was measured', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1000, max: 500_000 }), (shape, meanFrameBytes) => {
        expect(predictFrameBytes(shape, { ...shape, meanFrameBytes })).toBeCloseTo(meanFrameBytes, 3);
      }),
    );
  });

  it('grows with pixels and with quality', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 10 }), fc.boolean(), (shape, more, isKnown) => {
        const known = isKnown ? { width: 1280, height: 720, quality: 75, meanFrameBytes: 60_000 } : null;
        const bytes = predictFrameBytes(shape, known);
        expect(bytes).toBeGreaterThan(0);
        expect(predictFrameBytes({ ...shape, width: shape.width + more }, known)).toBeGreaterThan(bytes);
        const quality = Math.min(100, shape.quality + more);
        expect(predictFrameBytes({ ...shape, quality }, known)).toBeGreaterThanOrEqual(bytes);
      }),
    );
  });
});
