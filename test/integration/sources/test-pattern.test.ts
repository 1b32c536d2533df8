import { describe, expect, test } from 'vitest';
import { stopAfterTest } from '../../support/cleanup.js';
import { type Color, colorAt, type Picture } from '../../support/picture.js';
import { Server } from '../../support/server.js';
import { watchWithFfmpeg } from '../../support/watch.js';

const size = { width: 1280, height: 720 };

// SMPTE's bars, in the order in which they stand side by side.
const bars = ['white', 'yellow', 'cyan', 'green', 'magenta', 'red', 'blue'];

function barAt(picture: Picture, x: number): string {
  const [red, green, blue]: Color = colorAt(picture, x / size.width, 0.1);
  const name = `${red > 128 ? 1 : 0}${green > 128 ? 1 : 0}${blue > 128 ? 1 : 0}`;
  const names: Record<string, string> = {
    '111': 'white',
    '110': 'yellow',
    '011': 'cyan',
    '010': 'green',
    '101': 'magenta',
    '100': 'red',
    '001': 'blue',
    '000': 'black',
  };
  return names[name] ?? name;
}

/** Where white begins, from 0 to 1279: the pattern moves sideways. */
function shiftOf(picture: Picture): number {
  for (let x = 3; x < size.width - 3; x++) {
    if (barAt(picture, x) === 'white' && barAt(picture, x - 1) !== 'white') return x;
  }
  return 0;
}

describe('the test pattern', () => {
  test('shows bars that move evenly, in the best tier there is', async () => {
    const server = stopAfterTest(await Server.start({ sources: ['test:'] }));

    await server.shows('high');
    const pictures = await watchWithFfmpeg(`${server.url}/stream?tier=high`, { frames: 30, ...size });

    const shifts = pictures.map(shiftOf);
    for (const [index, picture] of pictures.entries()) {
      const barWidth = size.width / bars.length;
      const seen = bars.map((_, bar) =>
        barAt(picture, (((shifts[index] ?? 0) + (bar + 0.5) * barWidth) % (size.width - 4)) + 2),
      );
      expect(seen).toEqual(bars);
    }
    const steps = shifts.slice(1).map((shift, index) => ((shifts[index] ?? 0) - shift + size.width) % size.width);
    const moving = steps.filter((step) => step > 0 && step < 100).length;
    expect(moving, `steps ${steps.join(' ')}`).toBeGreaterThan(20);
    expect((await server.camera()).tiers.map((tier) => tier.name)).toEqual(['high', 'medium', 'low']);
  });
});
