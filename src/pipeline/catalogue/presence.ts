/** Whether a row's element is on this machine at all. */
import type { ElementInfo } from '../../native/addon.types.js';
import { isAtLeast, type Row, type Version } from './row.js';

/** Looks an element up in GStreamer's registry; null where there is none. */
export type FindElement = (factory: string) => ElementInfo | null;

/** Null where it is there as the catalogue means it, else why not. A row that is there may still not work. */
export function whyAbsent(row: Row, find: FindElement, gstreamer: Version): string | null {
  const info = find(row.element);
  if (info === null) return 'absent';
  if (row.plugin !== null && info.plugin !== row.plugin) {
    return `another element of that name, of the plugin ${info.plugin} and not ${row.plugin}`;
  }
  if (!isAtLeast(gstreamer, row.since)) return `needs GStreamer ${row.since.join('.')}`;
  const missing = row.needs.filter((need) => find(need) === null);
  return missing.length === 0 ? null : `without ${missing.join(' and ')}`;
}
