import { expect } from 'vitest';

// The busiest machine still shows most frames of a small picture; one that loses half of them is broken.
const lossTolerated = 0.25;

/** Later frames come later, none twice, and all but a few are there; `step` is the camera's frames for one shown. */
export function expectInOrder(sequences: readonly number[], step = 1, loss = lossTolerated): void {
  for (const [index, sequence] of sequences.entries()) {
    if (index > 0) expect(sequence, `order of ${sequences.join(' ')}`).toBeGreaterThan(sequences[index - 1] ?? 0);
  }
  const span = ((sequences.at(-1) ?? 0) - (sequences[0] ?? 0)) / step + 1;
  expect(sequences.length, `of about ${span} frames: ${sequences.join(' ')}`).toBeGreaterThan(span * (1 - loss));
}
