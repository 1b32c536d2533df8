/** Scalers, best first; each for the memory that it works in. */
import { SOFTWARE_SCALER } from '../processing.js';
import type { Family, ScaleRow } from './row.js';

type Ways = Pick<ScaleRow, 'since' | 'memory' | 'into' | 'within' | 'out'>;

function row(family: Family, element: string, plugin: string | null, ways: Ways): ScaleRow {
  const all = [...ways.into, ...ways.within, ...ways.out];
  const needs = [...new Set(all)].filter((each) => each !== element);
  return { job: 'scale', id: `${element}/${plugin ?? family}`, family, element, plugin, needs, ...ways };
}

/** One element that does all of it, by the caps around it. */
function everything(family: Family, element: string, plugin: string | null, ways: Pick<Ways, 'since' | 'memory'>) {
  return row(family, element, plugin, { ...ways, into: [element], within: [element], out: [element] });
}

export const SCALERS: readonly ScaleRow[] = [
  everything('jetson', 'nvvidconv', 'nvvidconv', { since: [1, 16], memory: 'NVMM' }),
  row('nvidia', 'cudaconvertscale', 'nvcodec', {
    since: [1, 22],
    memory: 'CUDAMemory',
    into: ['cudaupload', 'cudaconvertscale'],
    within: ['cudaconvertscale'],
    out: ['cudaconvertscale', 'cudadownload'],
  }),
  row('nvidia', 'cudascale', 'nvcodec', {
    since: [1, 20],
    memory: 'CUDAMemory',
    into: ['cudaupload', 'cudaconvert', 'cudascale'],
    within: ['cudaconvert', 'cudascale'],
    out: ['cudaconvert', 'cudascale', 'cudadownload'],
  }),
  everything('va', 'vapostproc', 'va', { since: [1, 20], memory: 'VAMemory' }),
  everything('vaapi', 'vaapipostproc', 'vaapi', { since: [1, 16], memory: 'VASurface' }),
  everything('software', SOFTWARE_SCALER, null, { since: [1, 16], memory: 'system' }),
];
