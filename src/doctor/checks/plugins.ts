import type { SourceKind } from '../../config/source.js';
import { FEATURES, type Feature } from '../features.js';
import { type Finding, finding, installRemedy, ok } from '../finding.js';

export interface PluginFacts {
  /** Whether the machine's GStreamer has an element. */
  readonly has: (element: string) => boolean;
  /** The kinds of sources that are configured, or that the default is made of. */
  readonly sources: ReadonlySet<SourceKind>;
  /** Whether this is a Jetson: only there is the CSI source worth a word. */
  readonly isJetson: boolean;
}

/** One line for each feature that lacks something; one for all where none does. */
export function checkPlugins(facts: PluginFacts): readonly Finding[] {
  const lacking = FEATURES.filter((feature) => isWorthAWord(feature, facts)).flatMap((feature) => {
    const missing = feature.parts
      .map((part) => ({ ...part, elements: part.elements.filter((element) => !facts.has(element)) }))
      .filter(({ elements }) => elements.length > 0);
    if (missing.length === 0) return [];
    const names = missing.flatMap(({ elements }) => elements).join(', ');
    const level = isNeeded(feature, facts) ? 'problem' : 'warning';
    const message = `Lenscast can't ${feature.purpose}: GStreamer has no ${names}`;
    return [finding(level, 'plugin', message, installRemedy(missing.map((part) => part.package)))];
  });
  return lacking.length > 0 ? lacking : [ok('plugin', 'every GStreamer plugin that cameras need is there')];
}

function isNeeded({ sources }: Feature, facts: PluginFacts): boolean {
  return sources === undefined || sources.some((kind) => facts.sources.has(kind));
}

function isWorthAWord(feature: Feature, facts: PluginFacts): boolean {
  return facts.isJetson || isNeeded(feature, facts) || !feature.sources?.includes('csi');
}
