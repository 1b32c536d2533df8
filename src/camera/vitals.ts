import type { Camera } from './camera.js';
import { stallTimeoutMs } from './health.js';
import { isDelivering, nextTickMs } from './supervisor.js';
import { supervisorDefaults } from './supervisor-settings.js';

/** What tells a camera that is looked after from one that hangs, for the service manager's watchdog. */
export function cameraVitals(camera: Camera) {
  const { supervision, config, progress } = camera;
  const silence = stallTimeoutMs(progress.frameIntervalMs, supervisorDefaults);
  const settings = { ...supervisorDefaults, lingerMs: config.lingerMs, stallTimeoutMs: silence };
  return {
    id: camera.id,
    state: supervision.state,
    isWatched: supervision.wanted,
    isDelivering: isDelivering(supervision.state),
    lastFrameMs: supervision.lastFrameMs,
    stallTimeoutMs: silence,
    dueMs: nextTickMs(supervision, settings),
    isClosing: supervision.pipeline === 'closing',
    cause: supervision.cause?.code ?? null,
  };
}
