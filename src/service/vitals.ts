/** What shows whether the server as a whole is well. Declared here; the cameras' room fills it in. */

export interface CameraVitals {
  readonly id: string;
  readonly state: string;
  readonly isWatched: boolean;
  readonly isDelivering: boolean;
  /** CLOCK_MONOTONIC ms, as all times here. */
  readonly lastFrameMs: number;
  /** How long it may be silent while it delivers. */
  readonly stallTimeoutMs: number;
  /** When its supervisor will act next, whatever comes; null where it waits for nothing but viewers, or for a close. */
  readonly dueMs: number | null;
  /** Whether its pipeline is being closed. */
  readonly isClosing: boolean;
  /** Why it gives no frames, as a stable code; null where it does. */
  readonly cause: string | null;
}

export interface Vitals {
  readonly cameras: readonly CameraVitals[];
  /** Pipelines that can't be ended any more: what they hold is free only when the process ends. */
  readonly abandonedPipelines: number;
  readonly viewers: number;
}
