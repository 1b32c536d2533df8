import { release } from 'node:os';
import type { AddonFacts, VersionFacts } from '../checks/versions.js';

export function gatherVersions(lenscast: string, addon: AddonFacts): VersionFacts {
  return {
    lenscast,
    node: process.versions.node,
    kernel: release(),
    glibc: glibcVersion(),
    platform: `${process.platform}-${process.arch}`,
    addon,
  };
}

/** Node's report of itself has it, and only that. */
function glibcVersion(): string | null {
  const report: unknown = process.report.getReport();
  if (typeof report !== 'object' || report === null || !('header' in report)) return null;
  const { header } = report;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return null;
  return String(header.glibcVersionRuntime);
}
