import { describe, expect, it } from 'vitest';
import { createLog, type LogLevel } from '../../../src/core/log.js';

function collect(level: LogLevel = 'debug') {
  const lines: string[] = [];
  const log = createLog({ level, write: (line) => lines.push(line) });
  return { log, lines, texts: () => lines.map((line) => line.replace(/^\S+ /, '')) };
}

describe('createLog', () => {
  it('writes time, level, scopes, message and fields on one line', () => {
    const { log, lines } = collect();
    log.child('camera front').child('session').info('live', { fps: 30, was: 'starting', ok: true, left: undefined });
    expect(lines[0]).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info {2}camera front session: live fps=30 was=starting ok=true$/,
    );
  });

  it('leaves out what is below its level', () => {
    const { log, texts } = collect('warn');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log.child('a')[level](level);
    expect(texts()).toEqual(['warn  a: warn', 'error a: error']);
  });

  it('quotes values that would not read as one', () => {
    const { log, texts } = collect();
    log.info('x', { a: 'two words', b: 'say "hi"', c: '', d: 'a=b', e: '10.0.0.7:554/live' });
    expect(texts()[0]).toBe('info  x a="two words" b="say \\"hi\\"" c="" d="a=b" e=10.0.0.7:554/live');
  });

  it('shows no password, wherever a URL stands', () => {
    const { log, lines } = collect();
    log.child('rtsp://a:secret@h').warn('lost rtsp://user:secret@cam/live', { url: 'http://u:secret@cam/?pwd=secret' });
    expect(lines[0]).not.toContain('secret');
    expect(lines[0]).toContain('rtsp://user:***@cam/live');
  });

  it('stays on one line whatever a camera or a client says', () => {
    const { log, lines } = collect();
    log.error('first\nsecond\r\u001b[31m\u2028third', { field: 'a\nb' });
    expect(lines[0]).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(lines[0]).toContain('first\\nsecond\\r\\u001b[31m\\u2028third field="a\\nb"');
  });
});
