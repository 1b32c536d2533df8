import { createHash } from 'node:crypto';
import type { PipelineSource } from '../pipeline/source.js';

/** Names a source among others; nothing can be read from it, and no password goes into it. */
export function sourceKey(source: PipelineSource): string {
  const plain = JSON.stringify(source).replace(/\/\/[^/@"]*@/g, '//');
  return createHash('sha256').update(plain).digest('hex').slice(0, 16);
}
