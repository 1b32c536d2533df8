import { describe, expect, it } from 'vitest';
import { SCALERS } from '../../../../src/pipeline/catalogue/scalers.js';
import { describeRow } from './describe-row.js';

/** Id, family, first GStreamer, and its part of a pipeline; best first. */
const expected = [
  ['nvvidconv/nvvidconv', 'jetson', '1.16', 'nvvidconv; nvvidconv; nvvidconv'],
  [
    'cudaconvertscale/nvcodec',
    'nvidia',
    '1.22',
    'cudaupload ! cudaconvertscale; cudaconvertscale; cudaconvertscale ! cudadownload',
  ],
  [
    'cudascale/nvcodec',
    'nvidia',
    '1.20',
    'cudaupload ! cudaconvert ! cudascale; cudaconvert ! cudascale; cudaconvert ! cudascale ! cudadownload',
  ],
  ['vapostproc/va', 'va', '1.20', 'vapostproc; vapostproc; vapostproc'],
  ['vaapipostproc/vaapi', 'vaapi', '1.16', 'vaapipostproc; vaapipostproc; vaapipostproc'],
  ['lenscastscale/software', 'software', '1.16', 'lenscastscale; lenscastscale; lenscastscale'],
] as const;

describe('SCALERS', () => {
  it.each(expected)('%s', (id, family, since, description) => {
    const row = SCALERS.find((each) => each.id === id);
    expect(row).toMatchObject({ family, element: id.split('/')[0] });
    expect(row?.since.join('.')).toBe(since);
    expect(row && describeRow(row)).toBe(description);
  });

  it('has no others, and them in this order', () => {
    expect(SCALERS.map(({ id }) => id)).toEqual(expected.map(([id]) => id));
  });
});
