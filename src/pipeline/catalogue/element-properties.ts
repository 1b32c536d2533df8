/** What an element can be set to, and what it is set to of that. */
import type { ElementProperties } from '../h264-encoder.js';

/** A value, or several of which the first one that an element knows is taken: enumerations were renamed. */
export type PropertyChoices = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

/** An element's writable properties by name; of an enumeration its nicks, else null. */
export type KnownProperties = Readonly<Record<string, readonly string[] | null>>;

/** Of the wanted properties those that the element has, each with a value that it knows; null: it has all of them. */
export function fitProperties(wanted: PropertyChoices, known: KnownProperties | null): ElementProperties {
  const fitting: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(wanted)) {
    const nicks = known === null ? null : known[name];
    if (nicks === undefined) continue;
    const taken = firstKnown(typeof value === 'object' ? value : [value], nicks);
    if (taken !== undefined) fitting[name] = taken;
  }
  return fitting;
}

function firstKnown<T extends string | number | boolean>(values: readonly T[], nicks: readonly string[] | null) {
  return values.find((value) => typeof value !== 'string' || nicks === null || nicks.includes(value));
}
