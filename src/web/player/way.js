/**
 * What the ways to watch a camera have in common. A way begins with its construction and ends with `stop()`, or by itself
 * when it fails: then it says so once and has stopped.
 *
 * @typedef {object} WayEvents
 * @property {() => void} picture a picture is shown; for each
 * @property {(failure: Failure) => void} failed
 *
 * @typedef {object} Figures
 * @property {number | null} fps
 * @property {number | null} delayMs from capture to here; null where only the server can tell
 * @property {number} width pixels; 0 where unknown
 * @property {number} height
 *
 * @typedef {object} Way
 * @property {HTMLElement} element shows the picture
 * @property {string | null} viewer its id in /api/viewers; null where that isn't known (yet)
 * @property {(facts: import('./viewer-facts.js').Facts | null) => Figures} figures what the server knows of the viewer may help
 * @property {() => void} stop idempotent
 *
 * @typedef {object} WayRequest
 * @property {URL} camera the camera's URL, with a slash at its end
 * @property {string} name the camera's name
 * @property {string} tier auto or a tier's name
 * @property {import('./server-clock.js').ServerClock} clock
 * @property {WayEvents} events
 */

/** Why a way gives no picture (any more). */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {{ isPermanent?: boolean, code?: string | undefined }} [options] permanent: another try won't help; the server's code
   */
  constructor(message, { isPermanent = false, code } = {}) {
    super(message);
    this.isPermanent = isPermanent;
    this.code = code;
  }
}

/** @param {unknown} error */
export function toFailure(error) {
  if (error instanceof Failure) return error;
  return new Failure(error instanceof Error ? error.message : String(error));
}

/** What an answer that is not well says. @param {Response} answer */
export async function failureOf(answer) {
  /** @type {{ code?: string, detail?: string, title?: string }} */
  const problem = await answer.json().catch(() => ({}));
  const message = problem.detail ?? problem.title ?? `the server answers ${answer.status}`;
  // There may be room soon, and a camera that is gone may come back.
  const isPassing = answer.status >= 500 || [408, 429].includes(answer.status) || problem.code === 'CAMERA_NOT_FOUND';
  return new Failure(message, { isPermanent: !isPassing, code: problem.code });
}
