import { maskCredentials } from '../core/mask.js';
import type { ElementError, PipelineEvent } from '../native/addon.types.js';
import type { Cause } from './supervisor.js';

/** What an element said, on the bus or by refusing a state. */
export type PipelineFault = Omit<Extract<PipelineEvent, { readonly type: 'error' | 'warning' }>, 'type'>;

/** A fault as an exception, for what is awaited. */
export class CameraFault extends Error {
  override readonly name = 'CameraFault';
  readonly reason: Cause;

  constructor(reason: Cause) {
    super(reason.message);
    this.reason = reason;
  }
}

// gstreamer/gst/gsterror.h: GstResourceError, GstStreamError, GstCoreError.
const resource: Readonly<Record<number, Pick<Cause, 'code' | 'permanent'>>> = {
  3: { code: 'gone', permanent: false },
  4: { code: 'busy', permanent: false },
  5: { code: 'unreachable', permanent: false },
  6: { code: 'unreachable', permanent: false },
  7: { code: 'unreachable', permanent: false },
  9: { code: 'lost', permanent: false },
  13: { code: 'settings', permanent: true },
  15: { code: 'unauthorized', permanent: true },
};
const stream: Readonly<Record<number, Pick<Cause, 'code' | 'permanent'>>> = {
  3: { code: 'unsupported', permanent: true },
  4: { code: 'unsupported', permanent: true },
  5: { code: 'unsupported', permanent: true },
  6: { code: 'missing-plugin', permanent: true },
  7: { code: 'undecodable', permanent: false },
};
const missingPlugin = 12;
// What befell the process that a camera runs in, or went wrong in its service.
const processDomain = 'lenscast-process';

// What the elements say in their debug strings, told as an owner would.
const sayings: readonly (readonly [RegExp, string])[] = [
  [/no route to host/i, 'no route to the camera'],
  [/network is unreachable/i, 'no network to reach the camera'],
  [/connection refused/i, 'the camera refuses the connection'],
  // All that rtspsrc tells of a port where nobody listens.
  [/failed to connect\b/i, 'no connection to the camera: it is off, or its address or port is wrong'],
  [/connection reset|server closed the connection/i, 'the camera closed the connection'],
  [/timed out|timeout/i, 'the camera does not answer'],
  [/could not resolve|name or service not known|temporary failure in name/i, "the camera's name cannot be resolved"],
  [/no such device|no longer exists|device is removed/i, 'the device is gone'],
  [/failed to allocate a buffer/i, 'the device gives no more pictures'],
  [/no such file/i, 'it does not exist'],
  [/device .*is busy|resource busy/i, 'another program uses the device'],
  [/permission denied/i, 'permission denied'],
];

/** What an error of the pipeline means to the camera's owner. */
export function causeOfFault(fault: PipelineFault): Cause {
  const kind = classify(fault);
  if (kind.code === 'unauthorized') {
    return { ...kind, message: 'the camera refuses: user or password is wrong' };
  }
  const told = `${fault.debug}\n${fault.message}`;
  if (/not-linked/.test(told)) {
    return { code: 'unsupported', message: "the camera's stream is of no kind that can be decoded", permanent: true };
  }
  const said = sayings.find(([pattern]) => pattern.test(told))?.[1];
  const plain = fault.domain === processDomain ? fault.message : `${fault.message} (${fault.element})`;
  return { ...kind, message: said ?? maskCredentials(plain) };
}

function classify({ domain, number }: PipelineFault): Pick<Cause, 'code' | 'permanent'> {
  const other = { code: 'error', permanent: false };
  if (domain === 'gst-resource-error-quark') return resource[number] ?? other;
  if (domain === 'gst-stream-error-quark') return stream[number] ?? other;
  if (domain === processDomain) return { code: 'crashed', permanent: false };
  if (domain === 'gst-core-error-quark' && number === missingPlugin) return { code: 'missing-plugin', permanent: true };
  return other;
}

/** rtspsrc says it with a warning alone when the server dies under a TCP connection. */
export function endsTheStream(warning: PipelineFault): boolean {
  return warning.factory === 'rtspsrc' && /server closed the connection/i.test(`${warning.message}\n${warning.debug}`);
}

/** What a call into the addon, or the file system, threw. */
export function causeOfError(error: unknown): Cause {
  if (error instanceof CameraFault) return error.reason;
  if (isElementError(error)) return causeOfFault(error);
  const message = maskCredentials(error instanceof Error ? error.message : String(error));
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_MISSING_ELEMENT') return { code: 'missing-plugin', message, permanent: true };
  if (code === 'ERR_PARSE') return { code: 'settings', message, permanent: true };
  const said = sayings.find(([pattern]) => pattern.test(message))?.[1];
  return { code: 'error', message: said ?? message, permanent: false };
}

function isElementError(error: unknown): error is ElementError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STATE_CHANGE' && 'domain' in error;
}
