/**
 * Every error that Lenscast itself raises: one table of stable codes, one class, one form on the wire.
 * Imports nothing, so that every room may throw them.
 */

interface ErrorEntry {
  /** What the code means in a few words; the same for each occurrence (RFC 9457, section 3.1.3). */
  readonly title: string;
  /** The HTTP status, where the error can reach an HTTP client. */
  readonly status?: number;
}

/**
 * The stable codes. A code is never renamed or given another meaning: clients and scripts switch on it. Errors without
 * a status end the process or a command; where one reaches an HTTP client all the same, it is a 500.
 */
export const ERRORS = {
  ADDON_UNAVAILABLE: { title: 'The native addon could not be loaded' },
  ADDRESS_UNAVAILABLE: { title: 'This machine does not have the address to listen on' },
  ALREADY_WATCHED: { title: 'The camera is watched on this connection already', status: 409 },
  ARGUMENT_INVALID: { title: 'A command line argument is not valid' },
  BODY_INVALID: { title: 'The request body is not valid', status: 400 },
  BODY_TOO_LARGE: { title: 'The request body is too large', status: 413 },
  BODY_TYPE_UNSUPPORTED: { title: 'The request body is of another type than the path takes', status: 415 },
  CAMERA_NOT_FOUND: { title: 'There is no such camera', status: 404 },
  CAMERA_UNAVAILABLE: { title: 'The camera delivers no frames now', status: 503 },
  CONFIG_INVALID: { title: 'The configuration is not valid' },
  CONFIG_NOT_FOUND: { title: 'The configuration file could not be read' },
  ETAG_MISMATCH: { title: 'The session has been renewed since', status: 412 },
  ICE_RESTART_UNSUPPORTED: { title: 'A session keeps its ICE credentials', status: 422 },
  IF_MATCH_MISSING: { title: 'The request does not say which session it means', status: 428 },
  INTERNAL: { title: 'Something went wrong inside Lenscast', status: 500 },
  MESSAGE_INVALID: { title: 'The message is not valid', status: 400 },
  METHOD_NOT_ALLOWED: { title: 'The path does not have this method', status: 405 },
  NOT_FOUND: { title: 'There is nothing at this path', status: 404 },
  NOT_WATCHED: { title: 'The camera is not watched on this connection', status: 409 },
  OFFER_UNPLAYABLE: { title: 'The offer can not have the video', status: 406 },
  ORIGIN_FORBIDDEN: { title: 'Pages of other sites may change nothing here', status: 403 },
  PATH_NOT_WRITABLE: { title: 'A file could not be written' },
  PLUGIN_MISSING: { title: 'A GStreamer plugin is missing' },
  PORT_FORBIDDEN: { title: 'The port needs privileges that this process does not have' },
  PORT_IN_USE: { title: 'Another program listens on the port' },
  QUERY_INVALID: { title: 'A query parameter is not valid', status: 400 },
  SDP_INVALID: { title: 'The session description can not be used', status: 422 },
  SHUTTING_DOWN: { title: 'The server is stopping', status: 503 },
  SNAPSHOT_UNAVAILABLE: { title: 'No picture came in time', status: 503 },
  SOURCE_INVALID: { title: 'The source is not one that Lenscast can open' },
  TIER_NOT_FOUND: { title: 'The camera has no such tier', status: 404 },
  TOO_MANY_VIEWERS: { title: 'There is no room for another viewer', status: 503 },
  UPGRADE_REQUIRED: { title: 'The path takes WebSockets alone', status: 426 },
  VIDEO_UNAVAILABLE: { title: 'The camera has no H.264 here', status: 406 },
  VIEWER_NOT_FOUND: { title: 'There is no such viewer', status: 404 },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Machine-readable particulars. Their keys are snake_case, as on the wire. */
export type ErrorDetails = Readonly<Record<string, JsonValue>>;

export interface LensErrorOptions {
  /** What to do about it: one sentence, or one command. */
  readonly hint?: string;
  /** Overrides the table's HTTP status. */
  readonly status?: number;
  readonly details?: ErrorDetails;
  /** Whole seconds after which another try makes sense (`Retry-After`, RFC 9110, section 10.2.3). */
  readonly retryAfterS?: number;
  readonly cause?: unknown;
}

/**
 * An error that a person can act on. The message is shown to people as it is: whoever throws it has masked the
 * credentials in it (`core/mask.ts`).
 */
export class LensError extends Error {
  override readonly name = 'LensError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** The HTTP status; undefined for errors that don't belong to a request. */
  readonly status: number | undefined;
  readonly details: ErrorDetails | undefined;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, message: string, options: LensErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    const entry: ErrorEntry = ERRORS[code];
    this.code = code;
    this.hint = options.hint;
    this.status = options.status ?? entry.status;
    this.details = options.details;
    this.retryAfterS = options.retryAfterS;
  }
}

export function isLensError(value: unknown, code?: ErrorCode): value is LensError {
  return value instanceof LensError && (code === undefined || value.code === code);
}

const NAMES_SHOWN = 20;

/** `front, back, yard`; past twenty names the rest is counted. For "the known ones are …". */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

export function cameraNotFound(camera: string, known: readonly string[]): LensError {
  const message = `There is no camera ${quote(camera)}. Known cameras: ${listNames(known)}.`;
  return new LensError('CAMERA_NOT_FOUND', message, { details: { camera, known } });
}

/** `reason` says why the camera doesn't have a tier that others have. */
export function tierNotFound(tier: string, camera: string, known: readonly string[], reason?: string): LensError {
  const because = reason === undefined ? '' : `: ${reason}`;
  const message = `Camera ${quote(camera)} has no tier ${quote(tier)}${because}. Known tiers: ${listNames(known)}.`;
  const details = { camera, tier, known, ...(reason === undefined ? {} : { reason }) };
  return new LensError('TIER_NOT_FOUND', message, { details });
}

export function viewerNotFound(viewer: string): LensError {
  const message = `There is no viewer ${quote(viewer)}; it may have left.`;
  return new LensError('VIEWER_NOT_FOUND', message, { details: { viewer }, hint: 'See /api/viewers.' });
}

/** `allowed` are the methods that the path has, for `Allow` (RFC 9110, section 10.2.1). */
export function methodNotAllowed(method: string, allowed: readonly string[], reason?: string): LensError {
  const because = reason === undefined ? '' : ` ${reason}`;
  const message = `${method} is not possible here; allowed is ${allowed.join(', ')}.${because}`;
  return new LensError('METHOD_NOT_ALLOWED', message, { details: { allowed } });
}

/** `allowed` completes "allowed is …", for example `a whole number from 1 to 240`. */
export function queryInvalid(parameter: string, value: string, allowed: string): LensError {
  const message = `Query parameter ${quote(parameter)} is ${quote(value)}; allowed is ${allowed}.`;
  return new LensError('QUERY_INVALID', message, { details: { parameter, value: shorten(value), allowed } });
}

export function snapshotUnavailable(camera: string, reason: string, retryAfterS: number): LensError {
  const message = `Camera ${quote(camera)} gave no picture in time: ${reason}.`;
  return new LensError('SNAPSHOT_UNAVAILABLE', message, { details: { camera }, retryAfterS });
}

const VALUE_SHOWN = 100;

function shorten(text: string): string {
  return text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN)}…` : text;
}

/** A value as a JSON string, cut after 100 characters: control characters can't break a log line. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text));
}

/** The body of an `application/problem+json` response (RFC 9457, section 3), `details` as extension members. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly hint?: string;
  readonly [extension: string]: JsonValue | undefined;
}

/**
 * Makes the problem body for any thrown value. What isn't a {@link LensError} becomes INTERNAL, and its message stays
 * inside: it may hold paths or credentials. The caller logs it.
 */
export function toProblem(error: unknown): Problem {
  const known = isLensError(error) ? error : undefined;
  const code = known?.code ?? 'INTERNAL';
  const { title } = ERRORS[code];
  return {
    ...known?.details,
    ...(known?.retryAfterS === undefined ? {} : { retry_after: known.retryAfterS }),
    type: `urn:lenscast:error:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status: known?.status ?? 500,
    detail: known?.message ?? 'The server met an error that it did not expect; its log says more.',
    code,
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
  };
}
