import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chipsReadme } from '../../bench/scenarios/chips.js';
import { readmeOf } from '../../bench/support/fault-report.js';
import { newest } from '../../bench/support/result-files.js';
import { parseArguments } from '../../src/config/arguments.js';
import { describeConfig } from '../../src/config/describe.js';
import { parseConfig } from '../../src/config/load.js';
import { operations } from '../../src/http/openapi/document.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

function section(name: string): string {
  const found = new RegExp(`<!-- ${name}:begin -->\\n([\\s\\S]*?)<!-- ${name}:end -->`).exec(readme)?.[1];
  if (found === undefined) throw new Error(`README.md has no section ${name}`);
  return found.trim();
}

describe('README.md', () => {
  it("lists the configuration's keys as the schema has them", () => {
    expect(section('config')).toBe(describeConfig().trim());
  });

  it('shows what was measured last of faults', () => {
    expect(section('faults')).toBe(readmeOf(newest('faults') ?? { samples: [] }));
  });

  it("shows what was measured last of a chip's failures", () => {
    expect(section('chips')).toBe(chipsReadme(newest('chips') ?? { samples: [] }));
  });

  it('shows commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    expect(scripts.start).toBeDefined();
    expect(scripts.test).toBeDefined();
  });

  it('shows command lines that are understood', () => {
    const lines = [...readme.matchAll(/^npm start -- ([^#\n]*)/gm)].map(([, words]) =>
      (words ?? '').trim().split(/\s+/),
    );
    expect(lines.length).toBeGreaterThan(4);
    for (const words of lines) {
      const given = parseArguments(words);
      const { cameras } = parseConfig('', 'none', { arguments: given, environment: {} });
      expect(cameras, words.join(' ')).toHaveLength(given.command === 'serve' ? 1 : 0);
    }
  });

  it('shows a configuration that is valid', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const config = parseConfig(yaml, 'README.md', { arguments: { ...parseArguments([]) }, environment: {} });
    expect(config.cameras.map(({ id }) => id)).toEqual(['front', 'printer']);
  });

  it('names paths that the server has', () => {
    const table = readme.slice(readme.indexOf('| path | what |'), readme.indexOf('Errors are'));
    const rows = [...table.matchAll(/`((?:[A-Z]+(?:, )?)+) (\/[^`]*)`/g)];
    expect(rows.length).toBeGreaterThan(10);
    const routes = operations.map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
    for (const [, methods = '', path = ''] of rows) {
      for (const method of methods.split(', ')) expect(routes).toContain(`${method} ${path}`);
    }
  });
});
