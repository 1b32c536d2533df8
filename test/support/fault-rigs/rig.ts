/** A camera with all that can go wrong with it, each made for real and undone again. */

/** What one fault is, and what the server must say of it. */
export interface Fault {
  readonly name: string;
  /** Whether the server is told (an error, an end), or nothing comes any more. */
  readonly kind: 'error' | 'silence';
  /** The states that may be published for it. */
  readonly states: readonly string[];
  /** What the published words must match. */
  readonly words: RegExp;
  /** It is over by itself at once: the camera may be back before anybody sees a placeholder. */
  readonly passes?: boolean;
  /** Frames go on coming, as with a camera that is only degraded. */
  readonly framesGoOn?: boolean;
  /** Tried again rarely, by intention: wrong passwords lock accounts. */
  readonly slowRetry?: boolean;
  strike(): void | Promise<void>;
  /** Resolves when the cause is gone. */
  repair(): void | Promise<void>;
  /** Undoes what outlasts the repair. */
  afterwards?(): void;
}

export interface Rig {
  readonly name: string;
  /** The `source` of its configuration. */
  readonly source: string;
  /** The query of the stream that its viewers ask for. */
  readonly query: string;
  readonly faults: readonly Fault[];
  /** Repairs what is broken and ends the camera. */
  stop(): Promise<unknown>;
}

export function faultNamed(rig: Rig, name: string): Fault {
  const fault = rig.faults.find((each) => each.name === name);
  if (fault === undefined) throw new Error(`${rig.name} has no fault ${name}`);
  return fault;
}
