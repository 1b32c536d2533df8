/** Pieces of a gst-launch description, written so that no value can end the place it stands in. */

/** A value in double quotes: a device path or a URL can hold spaces, quotes and exclamation marks. */
export function quoted(value: string): string {
  // gst_parse takes a backslash for an escape inside quotes; a NUL would end the description.
  if (value.includes('\0')) throw new RangeError('a pipeline value cannot hold a NUL byte');
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

export function element(factory: string, properties: Readonly<Record<string, string | number | boolean>> = {}): string {
  const pairs = Object.entries(properties).map(([name, value]) =>
    typeof value === 'string' ? `${name}=${/^[\w./:+-]+$/.test(value) ? value : quoted(value)}` : `${name}=${value}`,
  );
  return [factory, ...pairs].join(' ');
}

/** Elements linked one after the other. */
export function chain(...elements: readonly string[]): string {
  return elements.filter((part) => part !== '').join(' ! ');
}
