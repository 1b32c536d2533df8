import { describe, expect, it } from 'vitest';
import { describeConfig } from '../../../src/config/describe.js';
import { type KeyNode, keyTree } from '../../../src/config/keys.js';
import { configSchema } from '../../../src/config/schema.js';

function* values(node: KeyNode, path: string[]): Generator<{ path: string[]; node: KeyNode & { kind: 'value' } }> {
  if (node.kind === 'value') yield { path, node };
  else if (node.kind === 'record') yield* values(node.value, [...path, '<>']);
  else for (const [key, child] of node.keys) yield* values(child, [...path, key]);
}

describe('describeConfig', () => {
  it('has a complete row for every key', () => {
    const rows = describeConfig().trimEnd().split('\n').slice(2);
    const all = [...values(keyTree(configSchema), [])];
    expect(all.length).toBeGreaterThan(10);
    for (const { path, node } of all) {
      expect(node.meta.description, path.join('.')).not.toBe('');
      expect(node.meta.allowed, path.join('.')).not.toBe('');
      const key = path.join('.').replace('tiers.<>', 'tiers.<tier>').replace('<>', '<id>');
      const row = rows.find((line) => line.startsWith(`| \`${key}\` |`));
      expect(row?.split(' | '), key).toHaveLength(4);
    }
  });

  it('shows limits and defaults', () => {
    expect(describeConfig()).toContain('| `server.port` | a whole number from 0 to 65535 | 8080 |');
    expect(describeConfig()).toContain('high 1920, medium 1280, low 640');
  });
});
