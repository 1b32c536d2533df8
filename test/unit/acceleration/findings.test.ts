import { describe, expect, it } from 'vitest';
import { type Finding, type Findings, usableRows } from '../../../src/acceleration/findings.js';
import { CATALOGUE } from '../../../src/pipeline/catalogue/catalogue.js';
import { isHardware, type Row } from '../../../src/pipeline/catalogue/row.js';

const all: readonly Row[] = Object.values(CATALOGUE).flat();
const jetson = all.filter(({ family }) => family === 'jetson');
const finding = ({ id: row, job, family, element }: Row, reason: string | null = null): Finding => ({
  ...{ row, job, family, element, passes: reason === null, reason, msPerFrame: null },
});

function found(findings: readonly Finding[], together: string | null = null): Findings {
  return { format: 'x', probedAt: '2026-11-21T04:00:00.000Z', findings, together, startMs: 0, properties: {} };
}

function chips(findings: Findings | null, ...setAside: readonly string[]): readonly string[] {
  const rows: readonly Row[] = Object.values(usableRows(CATALOGUE, findings, new Set(setAside))).flat();
  expect(rows.filter((row) => !isHardware(row))).toEqual(all.filter((row) => !isHardware(row)));
  return [...new Set(rows.filter(isHardware).map(({ element }) => element))];
}

describe('usableRows', () => {
  const good = found(jetson.map((row) => finding(row)));

  it('of a chip those that passed, and software always', () => {
    expect(chips(good)).toEqual(['nvv4l2decoder', 'nvjpegdec', 'nvvidconv', 'nvjpegenc', 'nvv4l2h264enc']);
    expect(chips(null)).toEqual([]);
    expect(chips(found(jetson.map((row) => finding(row, row.job === 'jpeg' ? 'it hangs' : null))))).not.toContain(
      'nvjpegenc',
    );
  });

  it('none where they do not work together', () => {
    expect(chips(found(good.findings, 'no memory'))).toEqual([]);
  });

  it("an element that is set aside takes its job's others with it", () => {
    expect(chips(good, 'nvv4l2decoder')).toEqual(['nvvidconv', 'nvjpegenc', 'nvv4l2h264enc']);
    expect(chips(good, 'nvv4l2h264enc')).not.toContain('nvv4l2h264enc');
  });

  it('and those that need it', () => {
    expect(chips(good, 'nvvidconv')).toEqual(['nvjpegenc', 'nvv4l2h264enc']);
  });
});
