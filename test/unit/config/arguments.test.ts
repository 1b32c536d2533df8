import { describe, expect, it } from 'vitest';
import { helpText, parseArguments } from '../../../src/config/arguments.js';
import { isLensError } from '../../../src/core/errors.js';

function refusal(...words: string[]): string {
  try {
    parseArguments(words);
  } catch (error) {
    if (isLensError(error, 'ARGUMENT_INVALID')) return error.message;
    throw error;
  }
  throw new Error(`${words.join(' ')} was accepted`);
}

describe('parseArguments', () => {
  it('takes every option, in any form', () => {
    expect(parseArguments([])).toEqual({
      command: 'serve',
      json: false,
      config: undefined,
      sources: [],
      host: undefined,
      port: undefined,
    });
    const words = ['--config', 'a.yaml', '--source', 'test:', '--source=rtsp://h/?a=b', '--host=::', '--port', '0'];
    expect(parseArguments(words)).toEqual({
      command: 'serve',
      json: false,
      config: 'a.yaml',
      sources: ['test:', 'rtsp://h/?a=b'],
      host: '::',
      port: '0',
    });
    expect(parseArguments(['doctor', '--json', '--port', '1'])).toMatchObject({
      command: 'doctor',
      json: true,
      port: '1',
    });
    expect(parseArguments(['--config', 'a', 'cameras'])).toMatchObject({
      command: 'cameras',
      json: false,
      config: 'a',
    });
    expect(parseArguments(['doctor', '--help']).command).toBe('help');
    expect(parseArguments(['--help']).command).toBe('help');
    expect(parseArguments(['-h', '--port', '1']).command).toBe('help');
    expect(parseArguments(['--version']).command).toBe('version');
    expect(parseArguments(['--port', '1', '--port', '2']).port).toBe('2');
  });

  it.each<[string[], RegExp]>([
    [['--prot', '8080'], /Unknown option "--prot"\. Did you mean --port\?/],
    [['--xyz'], /Unknown option "--xyz"\.$/],
    [['-x'], /Unknown option "-x"/],
    [['--port'], /--port needs a value/],
    [['--port='], /--port needs a value/],
    [['--port', '--host', 'x'], /--port needs a value/],
    [['--help=yes'], /--help takes no value/],
    [['test:'], /Unexpected argument "test:"\. A source is given with --source test:/],
    [['rtsp://u:secret@h/'], /--source rtsp:\/\/u:\*\*\*@h\//],
    [['docter'], /Unexpected argument "docter"\. Did you mean doctor\?/],
    [['doctor', 'cameras'], /Unexpected argument "cameras"/],
    [['serve'], /Unexpected argument "serve"/],
    [['toString'], /Unexpected argument "toString"/],
    [['--json'], /--json goes with a command: doctor, probe, cameras/],
    [['--', 'x'], /Unexpected argument "x"/],
    [['--constructor', 'x'], /Unknown option "--constructor"/],
  ])('refuses %j', (words, expected) => {
    expect(refusal(...words)).toMatch(expected);
  });
});

it('the help names every option that exists', () => {
  for (const option of [
    'doctor',
    'cameras',
    '--json',
    '--config',
    '--source',
    '--host',
    '--port',
    '--help',
    '--version',
  ]) {
    expect(helpText()).toContain(option);
  }
});
