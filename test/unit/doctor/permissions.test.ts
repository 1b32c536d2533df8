import { describe, expect, it } from 'vitest';
import { checkPermissions, type NodeFacts } from '../../../src/doctor/checks/permissions.js';
import { parseGroups } from '../../../src/doctor/facts/permissions.js';

const node = (path: string, changes: Partial<NodeFacts> = {}): NodeFacts => ({
  path,
  group: 'video',
  isMember: false,
  canOpen: true,
  isConfigured: false,
  ...changes,
});
const check = (...nodes: NodeFacts[]) => checkPermissions({ user: 'pi', groups: ['pi', 'audio'], nodes });

describe('checkPermissions', () => {
  it('is content where all can be opened', () => {
    expect(check(node('/dev/video0'))).toEqual([
      { check: 'permission', level: 'ok', message: 'user pi, groups pi audio: every device can be opened' },
    ]);
    expect(check()).toMatchObject([{ level: 'ok', message: 'user pi, groups pi audio' }]);
  });

  it('has one line and one command for a group', () => {
    const shut = { canOpen: false };
    const findings = check(
      node('/dev/video0', shut),
      node('/dev/video1', shut),
      node('/dev/dri/renderD128', { ...shut, group: 'render' }),
    );
    expect(findings).toMatchObject([
      {
        level: 'warning',
        message: 'user pi may not open /dev/video0, /dev/video1, of group video',
        remedy: 'sudo usermod -aG video pi, and log in again',
      },
      { level: 'warning', remedy: expect.stringMatching(/render pi/) },
    ]);
  });

  it('is a problem where a camera is configured on it', () => {
    expect(check(node('/dev/video0', { canOpen: false, isConfigured: true }))).toMatchObject([{ level: 'problem' }]);
  });

  it('knows who only has to log in again', () => {
    const [found] = check(node('/dev/video0', { canOpen: false, isMember: true }));
    expect(found?.remedy).toMatch(/^log in again/);
  });
});

it('reads group(5)', () => {
  const groups = parseGroups('root:x:0:\nvideo:x:44:pi,me\n\nbroken\n');
  expect([...groups]).toEqual([
    [0, { name: 'root', members: [''] }],
    [44, { name: 'video', members: ['pi', 'me'] }],
  ]);
});
