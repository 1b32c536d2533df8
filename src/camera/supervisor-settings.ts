/** How long the supervisor waits for what. */
export interface SupervisorSettings {
  /** How long the pipeline goes on after the last viewer left. */
  readonly lingerMs: number;
  /** How long the first frame may take. */
  readonly startTimeoutMs: number;
  /** How long a source that was lost may give no sign of life at the next try: the least of it. */
  readonly answerTimeoutMs: number;
  /** How long a live source may be silent. */
  readonly stallTimeoutMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** The wait for a device or a file that isn't there, unless it is told before that it may be. */
  readonly goneRetryMs: number;
  /** The wait after a cause that is permanent. */
  readonly permanentRetryMs: number;
  /** How long it must be live until its past faults no longer count. */
  readonly stableMs: number;
}

/** Two seconds must be enough to see a source that is back: hence the short longest wait. */
export const supervisorDefaults: SupervisorSettings = {
  lingerMs: 15_000,
  startTimeoutMs: 10_000,
  answerTimeoutMs: 1500,
  stallTimeoutMs: 1000,
  backoffMinMs: 100,
  backoffMaxMs: 1500,
  goneRetryMs: 1000,
  permanentRetryMs: 10_000,
  stableMs: 60_000,
};
