import type { PipelineSource } from '../pipeline/source.js';

/**
 * What was found out about a camera's source, and found out anew when that was forgotten. An inspection may open the
 * device: there is never more than one at a time.
 */
export class Inspection {
  readonly #look: () => Promise<PipelineSource>;
  readonly #onSource: (source: PipelineSource) => void;
  #current: Promise<PipelineSource> | undefined;
  #idle: Promise<unknown> = Promise.resolve();

  /** `onSource` is told of what was found, unless it was forgotten meanwhile. */
  constructor(look: () => Promise<PipelineSource>, onSource: (source: PipelineSource) => void) {
    this.#look = look;
    this.#onSource = onSource;
  }

  /** The present inspection, done or under way; undefined where there is none. */
  get current(): Promise<PipelineSource> | undefined {
    return this.#current;
  }

  /** Fulfilled when the device is not open for an inspection. */
  get idle(): Promise<unknown> {
    return this.#idle;
  }

  /** Looks where nothing is known. Rejects as the look does, and is forgotten then. */
  get(): Promise<PipelineSource> {
    return this.#current ?? this.#begin();
  }

  /** The source, or what is wanted of it, may be another now. */
  forget(): void {
    this.#current = undefined;
  }

  #begin(): Promise<PipelineSource> {
    const inspection = this.#idle.then(this.#look);
    this.#current = inspection;
    this.#idle = inspection.catch(() => undefined);
    inspection.then(
      (source) => {
        if (this.#current === inspection) this.#onSource(source);
      },
      () => {
        if (this.#current === inspection) this.#current = undefined;
      },
    );
    return inspection;
  }
}
