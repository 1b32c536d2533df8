/** How a camera puts JPEGs into `multipart/x-mixed-replace`: rightly, or in one of the ways that cameras get it wrong. */

export interface Framing {
  /** `Content-Length` in each part; true by default. */
  readonly contentLength?: boolean;
  /** Without the leading dashes; `frame` by default. */
  readonly boundary?: string;
  /** `boundary="…"` in the Content-Type (RFC 2046, 5.1.1). */
  readonly quoted?: boolean;
  /** The Content-Type's boundary already carries the delimiter's two dashes, wrongly. */
  readonly dashesInHeader?: boolean;
  /** `\r\n` by default. */
  readonly lineEnd?: '\r\n' | '\n';
  /** False: the delimiter follows the JPEG's last byte at once. */
  readonly lineEndBeforeBoundary?: boolean;
  /** Further header lines of each part. */
  readonly partHeaders?: readonly string[];
  /** Text before the first delimiter. */
  readonly preamble?: string;
}

export interface Part {
  /** Delimiter, header lines and the empty line. */
  readonly head: string;
  readonly tail: string;
}

export function contentType({ boundary = 'frame', quoted = false, dashesInHeader = false }: Framing): string {
  const value = `${dashesInHeader ? '--' : ''}${boundary}`;
  return `multipart/x-mixed-replace; boundary=${quoted ? `"${value}"` : value}`;
}

/** What stands around a JPEG that claims to be of `bytes` bytes; null for a part that doesn't say. */
export function part(framing: Framing, bytes: number | null): Part {
  const { boundary = 'frame', lineEnd = '\r\n', lineEndBeforeBoundary = true, partHeaders = [] } = framing;
  const lines = [`--${boundary}`, 'Content-Type: image/jpeg', ...partHeaders];
  if (bytes !== null && framing.contentLength !== false) lines.push(`Content-Length: ${bytes}`);
  return { head: [...lines, '', ''].join(lineEnd), tail: lineEndBeforeBoundary ? lineEnd : '' };
}
