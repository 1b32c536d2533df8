/** What probing found out, and what it was found out of. */
import type { Catalogue } from '../pipeline/catalogue/catalogue.js';
import { restrict } from '../pipeline/catalogue/catalogue.js';
import type { KnownProperties } from '../pipeline/catalogue/element-properties.js';
import { type Family, isHardware, type Job, type Row } from '../pipeline/catalogue/row.js';

/** Of one row, for one format. */
export interface Finding {
  readonly row: string;
  readonly job: Job;
  readonly family: Family;
  readonly element: string;
  readonly passes: boolean;
  /** Why not; null where it passes. */
  readonly reason: string | null;
  /** In the element, on average; null where it didn't get that far. */
  readonly msPerFrame: number | null;
}

/** All of one format. */
export interface Findings {
  readonly format: string;
  /** ISO 8601. */
  readonly probedAt: string;
  readonly findings: readonly Finding[];
  /** Why what works alone doesn't work together; null where it does, or was not tried. */
  readonly together: string | null;
  /** How long the chip's slowest start took. */
  readonly startMs: number;
  /** What the elements of rows that pass can be set to, by factory. */
  readonly properties: Readonly<Record<string, KnownProperties>>;
}

/**
 * The rows that may be used: those of a chip that passed, and all software. A job of which an element is left alone is
 * software's: the next best element has the same driver.
 */
export function usableRows(rows: Catalogue, found: Findings | null, leftAlone: ReadonlySet<string>): Catalogue {
  const works = found === null ? () => false : seenToWork(found);
  const jobs = new Set(Object.values(rows).flatMap((list: readonly Row[]) => jobsOf(list, leftAlone)));
  return restrict(rows, (row: Row) => {
    if (!isHardware(row)) return true;
    return works(row) && !jobs.has(row.job) && !row.needs.some((need) => leftAlone.has(need));
  });
}

/** Tells of a chip's row whether it passed; none did where the whole chain doesn't work. */
export function seenToWork({ findings, together }: Findings): (row: Row) => boolean {
  const passed = new Set(findings.filter(({ passes }) => passes).map(({ row }) => row));
  return (row) => together === null && passed.has(row.id);
}

function jobsOf(rows: readonly Row[], leftAlone: ReadonlySet<string>): readonly Job[] {
  return rows.flatMap((row) => (isHardware(row) && leftAlone.has(row.element) ? [row.job] : []));
}
