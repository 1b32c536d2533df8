import { describe, expect, it } from 'vitest';
import { ok, problem, warning } from '../../../src/doctor/finding.js';
import { toJson, toText, worstLevel } from '../../../src/doctor/report.js';

const findings = [
  problem('port', 'TCP port 8080 is used', 'end that program'),
  ok('device', '/dev/video0 Evil\u001b[2J\nok  fake  camera'),
  warning('config', 'rtsp://me:secret@host/ is odd'),
];

describe('toText', () => {
  it('has one line for each, problems last, and a sum', () => {
    const lines = toText({ version: '1', findings }, { coloured: false }).split('\n');
    expect(lines).toEqual([
      'ok       device      /dev/video0 Evil\\u001b[2J\\nok  fake  camera',
      'warning  config      rtsp://me:***@host/ is odd',
      'problem  port        TCP port 8080 is used. To do: end that program',
      '1 problem, 1 warning.',
      '',
    ]);
  });

  it('has one full stop after what an error says', () => {
    const told = [problem('config', 'there is no such file.', 'Give an existing file with --config.')];
    expect(toText({ version: '1', findings: told }, { coloured: false }).split('\n')[0]).toBe(
      'problem  config      there is no such file. To do: Give an existing file with --config.',
    );
  });

  it('is coloured on request', () => {
    expect(toText({ version: '1', findings }, { coloured: true })).toContain('\u001b[31;1mproblem\u001b[0m');
  });

  it('is glad where all is well', () => {
    expect(toText({ version: '1', findings: [ok('version', 'Node 22')] }, { coloured: false })).toMatch(
      /All is well\.\n$/,
    );
  });
});

it('toJson has the documented form, without passwords', () => {
  expect(JSON.parse(toJson({ version: '1.0', findings }))).toEqual({
    version: '1.0',
    result: 'problem',
    problems: 1,
    warnings: 1,
    findings: [
      { check: 'port', level: 'problem', message: 'TCP port 8080 is used', remedy: 'end that program' },
      { check: 'device', level: 'ok', message: '/dev/video0 Evil\u001b[2J\nok  fake  camera' },
      { check: 'config', level: 'warning', message: 'rtsp://me:***@host/ is odd' },
    ],
  });
});

it('worstLevel is the worst', () => {
  expect(worstLevel([])).toBe('ok');
  expect(worstLevel([ok('version', ''), warning('clock', '')])).toBe('warning');
  expect(worstLevel(findings)).toBe('problem');
});
