import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

/** What each room may import: the arrows of the house, written down a second time. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  native: ['core'],
  config: ['core'],
  hub: ['core'],
  isolation: ['core', 'native'],
  pipeline: ['core', 'native', 'config', 'hub'],
  camera: ['core', 'native', 'config', 'hub', 'pipeline'],
  acceleration: ['core', 'native', 'config', 'pipeline'],
  'transports/mjpeg': ['core', 'hub', 'transports/tcp', 'hono'],
  'transports/snapshot': ['core', 'hub', 'transports/tcp', 'hono'],
  'transports/whep': ['core', 'hub', 'transports/tcp', 'transports/rtp', 'hono'],
  'transports/websocket': ['core', 'hub', 'transports/tcp', 'hono'],
  'transports/rtp': ['core', 'hub', 'transports/tcp', 'hono'],
  'transports/tcp': ['core', 'hub', 'hono'],
  adaptation: ['core', 'native', 'config', 'hub', 'pipeline', 'camera'],
  doctor: ['core', 'native', 'config', 'pipeline'],
  service: ['core'],
  metrics: ['core', 'prom-client'],
  web: ['core'],
  http: [
    ...['core', 'native', 'config', 'hub', 'pipeline', 'camera', 'adaptation', 'metrics', 'web', 'hono'],
    ...[
      'transports/mjpeg',
      'transports/snapshot',
      'transports/whep',
      'transports/websocket',
      'transports/rtp',
      'transports/tcp',
    ],
  ],
};

/** Every import that a file of a room could try: each other room, the two files at the top, and the packages. */
function attempts(room: string): { readonly target: string; readonly specifier: string }[] {
  const up = '../'.repeat(room.split('/').length);
  const rooms = Object.keys(ROOMS).filter((target) => target !== room);
  return [
    ...rooms.map((target) => ({ target, specifier: `${up}${target}/some-file.js` })),
    ...['server', 'main'].map((target) => ({ target, specifier: `${up}${target}.js` })),
    { target: 'prom-client', specifier: 'prom-client' },
    { target: 'hono', specifier: 'hono' },
    { target: 'hono', specifier: 'hono/cookie' },
    { target: 'hono', specifier: '@hono/node-server' },
  ];
}

/** The files of a tree with a line for each attempt; the key is the path. */
type Tree = Map<string, readonly string[]>;

/** Writes the tree beside a copy of the project's Biome configuration: the refused lines of each file. */
function refusedLines(tree: Tree): Map<string, number[]> {
  const directory = mkdtempSync(join(tmpdir(), 'lenscast-imports-'));
  try {
    copyFileSync(join(ROOT, 'biome.json'), join(directory, 'biome.json'));
    for (const [path, lines] of tree) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), `${lines.join('\n')}\n`);
    }
    const words = ['lint', '--only=style/noRestrictedImports', '--reporter=json', '--max-diagnostics=none'];
    const { stdout, stderr } = spawnSync(process.execPath, [BIOME, ...words], { cwd: directory, encoding: 'utf8' });
    const report = stdout.split('\n').find((line) => line.startsWith('{'));
    if (report === undefined) throw new Error(`Biome gave no report: ${stderr}`);
    const refused = new Map<string, number[]>([...tree.keys()].map((path) => [path, []]));
    for (const { location } of (JSON.parse(report) as Report).diagnostics) {
      refused.get(location.path)?.push(location.start.line);
    }
    return refused;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Report {
  readonly diagnostics: readonly {
    readonly location: { readonly path: string; readonly start: { readonly line: number } };
  }[];
}

const FORMS: readonly ((specifier: string) => string)[] = [
  (specifier) => `import '${specifier}';`,
  (specifier) => `import type { A } from '${specifier}';`,
  (specifier) => `export { a } from '${specifier}';`,
  (specifier) => `export * from '${specifier}';`,
  (specifier) => `await import('${specifier}');`,
];

describe('the import rules', () => {
  const tree: Tree = new Map();
  for (const room of Object.keys(ROOMS)) {
    const lines = attempts(room).map(({ specifier }) => `import '${specifier}';`);
    tree.set(`src/${room}/a.ts`, lines);
    const deeper = attempts(room).map(({ specifier }) => (specifier.startsWith('.') ? `../${specifier}` : specifier));
    tree.set(
      `src/${room}/deeper/a.ts`,
      deeper.map((specifier) => `import '${specifier}';`),
    );
  }
  const refused = refusedLines(tree);

  it.each(Object.keys(ROOMS))('%s may import what the house allows and nothing else', (room) => {
    const all = attempts(room).map(({ specifier }) => specifier);
    const forbidden = attempts(room).filter(({ target }) => !ROOMS[room]?.includes(target));
    for (const path of [`src/${room}/a.ts`, `src/${room}/deeper/a.ts`]) {
      const found = (refused.get(path) ?? []).map((line) => all[line - 1]);
      expect(found.toSorted(), path).toEqual(forbidden.map(({ specifier }) => specifier).toSorted());
    }
  });

  it('see another transport however it is reached', () => {
    const lines = ["import '../snapshot/a.js';", "import '../../transports/snapshot/a.js';", "import './a.js';"];
    const path = 'src/transports/mjpeg/a.ts';
    expect(refusedLines(new Map([[path, lines]])).get(path)).toEqual([1, 2]);
  });

  it('hold for every form of import', () => {
    const lines = FORMS.map((write) => write('../http/app.js'));
    expect(refusedLines(new Map([['src/hub/a.ts', lines]])).get('src/hub/a.ts')).toEqual([1, 2, 3, 4, 5]);
  });

  it('let a room have folders that are called like other rooms', () => {
    const lines = ["import './http/reader.js';", "import '../core/frame.js';"];
    expect(refusedLines(new Map([['src/camera/a.ts', lines]])).get('src/camera/a.ts')).toEqual([]);
  });

  it('keep main above server, and frameworks out of both', () => {
    const files: Tree = new Map([
      ['src/server.ts', ["import './main.js';", "import './http/app.js';", "import 'hono';"]],
      ['src/main.ts', ["import './server.js';", "import 'prom-client';"]],
    ]);
    const found = refusedLines(files);
    expect([found.get('src/server.ts'), found.get('src/main.ts')]).toEqual([[1, 3], [2]]);
  });
});
