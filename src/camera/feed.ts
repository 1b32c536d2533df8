import type { RunnablePipeline } from '../native/addon.types.js';
import { FEED } from '../pipeline/source.js';
import { jpegCaps } from './http/jpeg-size.js';
import { MjpegReader } from './http/mjpeg-reader.js';
import type { Cause } from './supervisor.js';

// Two large frames: the pictures are dropped while the pipeline hangs behind.
const queueBytes = 8 * 1024 * 1024;

/** Reads an HTTP camera's JPEGs and pushes them into a pipeline, from its construction to `close()`. */
export class Feed {
  /** What comes, as caps; '' before anything came. */
  caps = '';
  readonly #reader: MjpegReader;

  constructor(url: string, pipeline: RunnablePipeline, onFault: (cause: Cause) => void) {
    this.#reader = new MjpegReader(url, {
      onPart: (jpeg) => {
        if (this.caps === '') this.caps = jpegCaps(jpeg);
        return pipeline.push(FEED, jpeg, queueBytes);
      },
      onFault,
    });
  }

  /** Idempotent. */
  close(): void {
    this.#reader.close();
  }
}
