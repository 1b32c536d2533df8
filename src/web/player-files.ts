import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';

export interface PageFile {
  readonly body: Buffer<ArrayBuffer>;
  readonly contentType: string;
  /** Of these bytes; quoted, as in the header (RFC 9110, section 8.8.3). */
  readonly etag: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The scripts and the style of the player's page, by their names. They lie beside this file, in src as in dist. */
export function readPlayerFiles(): ReadonlyMap<string, PageFile> {
  const folder = new URL('player/', import.meta.url);
  const files = new Map<string, PageFile>();
  for (const name of readdirSync(folder)) {
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const body = Buffer.from(readFileSync(new URL(name, folder)));
    files.set(name, { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url')}"` });
  }
  return files;
}
