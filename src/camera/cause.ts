import type { Source } from '../config/source.js';
import { maskCredentials } from '../core/mask.js';
import type { ElementError, PipelineEvent } from '../native/addon.types.js';
import type { NetworkAddress } from './network-cause.js';
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
const sayings: readonly (readonly [RegExp, (place: string) => string])[] = [
  [/no route to host/i, (place) => `no route to ${place}`],
  [/network is unreachable/i, (place) => `no network that leads to ${place}`],
  [/connection refused/i, (place) => `${place} refuses the connection`],
  // All that rtspsrc tells of a port where nobody listens.
  [/failed to connect\b/i, (place) => `no connection to ${place}: it is off, or its address or port is wrong`],
  [
    /connection reset|server closed the connection|\(received end-of-file\)/i,
    (place) => `${place} closed the connection`,
  ],
  // All that rtspsrc tells of a reset, and of every other error of a socket in use (gst_rtsp_strresult).
  [
    /could not (receive|send|handle server) message\. \((system|network) error\)/i,
    (place) => `the connection to ${place} broke`,
  ],
  [/could not receive message\. \(parse error\)/i, (place) => `${place} answers something else than RTSP`],
  [/timed out|timeout/i, (place) => `${place} does not answer`],
  [
    /could not resolve|name or service not known|temporary failure in name/i,
    (place) => `the name of ${place} cannot be resolved`,
  ],
  [/no such device|no longer exists|device is removed/i, (place) => `${place} is gone`],
  [/failed to allocate a buffer/i, (place) => `${place} gives no more pictures`],
  [/no such file/i, (place) => `${place} does not exist`],
  [/device .*is busy|resource busy/i, (place) => `another program uses ${place}`],
  [/permission denied/i, (place) => `no permission to use ${place}`],
];

/** Where a source is: the device, the host and port, the file. Without credentials. */
export function placeOf(source: Source): string {
  switch (source.kind) {
    case 'v4l2':
      return source.device;
    case 'rtsp':
    case 'http':
      return new URL(source.url).host;
    case 'file':
      return source.path;
    case 'csi':
      return `the camera at sensor ${source.sensor}`;
    case 'test':
      return 'the test picture';
  }
}

const usualPorts: Readonly<Record<string, number>> = { 'rtsp:': 554, 'rtsps:': 322, 'https:': 443 };

/** What a camera's faults are to name, and where to ask why it can't be reached. */
export interface Whereabouts {
  readonly place: string;
  readonly address?: NetworkAddress;
  /** Of a device or a file: it can be seen coming. */
  readonly path?: string;
}

export function whereabouts(source: Source): Whereabouts {
  const place = placeOf(source);
  if (source.kind === 'v4l2' || source.kind === 'file') return { place, path: place };
  if (source.kind !== 'rtsp' && source.kind !== 'http') return { place };
  const { protocol, hostname, port } = new URL(source.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return { place, address: { host, port: port === '' ? (usualPorts[protocol] ?? 80) : Number(port) } };
}

const somewhere = 'the camera';

/** What an error of the pipeline means to the camera's owner; `place` as of {@link placeOf}. */
export function causeOfFault(fault: PipelineFault, place = somewhere): Cause {
  const kind = classify(fault);
  if (kind.code === 'unauthorized') {
    return { ...kind, message: '401 from the camera: user or password is wrong' };
  }
  const status = rtspStatus(fault);
  if (status !== null) return { code: 'rtsp-status', message: `${status} from the camera`, permanent: false };
  const told = `${fault.debug}\n${fault.message}`;
  if (/not-linked/.test(told)) {
    return { code: 'unsupported', message: "the camera's stream is of no kind that can be decoded", permanent: true };
  }
  const said = sayings.find(([pattern]) => pattern.test(told))?.[1](place);
  const plain = fault.domain === processDomain ? fault.message : `${fault.message} (${fault.element})`;
  return { ...kind, message: said ?? maskCredentials(plain) };
}

/** What a camera answered over RTSP (RFC 2326, 7.1.1), by the end of what rtspsrc says; null where that isn't why. */
function rtspStatus({ factory, debug }: PipelineFault): number | null {
  const status = factory === 'rtspsrc' ? /\(([345]\d\d)\)\s*$/.exec(debug) : null;
  return status === null ? null : Number(status[1]);
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
export function causeOfError(error: unknown, place = somewhere): Cause {
  if (error instanceof CameraFault) return error.reason;
  if (isElementError(error)) return causeOfFault(error, place);
  const message = maskCredentials(error instanceof Error ? error.message : String(error));
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_MISSING_ELEMENT') return { code: 'missing-plugin', message, permanent: true };
  if (code === 'ERR_PARSE') return { code: 'settings', message, permanent: true };
  const said = sayings.find(([pattern]) => pattern.test(message))?.[1](place);
  return { code: 'error', message: said ?? message, permanent: false };
}

export function isElementError(error: unknown): error is ElementError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STATE_CHANGE' && 'domain' in error;
}
