/** Breaks session descriptions, the same way for the same seed. */

/** Numbers from 0 up to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Mutation = (lines: string[], random: () => number) => void;

const nasty = [
  '',
  '\0',
  '%s%n',
  '9'.repeat(400),
  '-1',
  'A'.repeat(3000),
  '☃',
  '../../',
  '\'";',
  '\u2028',
  '0x1',
  ' ',
  ':',
  '=',
];

const mutations: readonly Mutation[] = [
  (lines, random) => void lines.splice(pick(lines, random), 1),
  (lines, random) => void lines.splice(pick(lines, random), 0, lines[pick(lines, random)] ?? ''),
  (lines, random) => {
    const [from, to] = [pick(lines, random), pick(lines, random)];
    [lines[from], lines[to]] = [lines[to] ?? '', lines[from] ?? ''];
  },
  (lines, random) => change(lines, random, (line) => line.slice(0, Math.floor(random() * line.length))),
  (lines, random) => {
    change(lines, random, (line) => {
      const at = Math.floor(random() * (line.length + 1));
      return line.slice(0, at) + (nasty[pick(nasty, random)] ?? '') + line.slice(at);
    });
  },
  (lines, random) => {
    change(lines, random, (line) => {
      const at = Math.floor(random() * line.length);
      return line.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + line.slice(at + 1);
    });
  },
  (lines, random) => change(lines, random, (line) => line.replace(/\d+/, `${Math.floor(random() * 70_000)}`)),
  (lines, random) => void lines.splice(Math.floor(random() * lines.length)),
  (lines, random) => change(lines, random, (line) => line.replace(/[:= ].*/, '')),
];

/** One to four changes. */
export function mutate(text: string, random: () => number): string {
  const lines = text.split('\r\n');
  const changes = 1 + Math.floor(random() * 4);
  for (let i = 0; i < changes && lines.length > 0; i++) mutations[pick(mutations, random)]?.(lines, random);
  return lines.join(random() < 0.1 ? '\n' : '\r\n');
}

function pick(list: readonly unknown[], random: () => number): number {
  return Math.floor(random() * list.length);
}

function change(lines: string[], random: () => number, by: (line: string) => string): void {
  const at = pick(lines, random);
  lines[at] = by(lines[at] ?? '');
}
