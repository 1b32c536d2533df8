/**
 * The one source of the configuration's keys: their types, limits, defaults and meanings. Validation, the environment
 * variables and the README's table are all made from it. Keys are written here as in the file.
 */

import { z } from 'zod';
import { isLensError } from '../core/errors.js';
import { CPU_LIST, parseCpuList } from './cpu-list.js';
import { ICE_SERVER_FORMS, parseIceServer } from './ice-server.js';
import { parseSource, SOURCE_FORMS } from './source.js';

/** What every key carries besides its type. */
export interface KeyMeta {
  /** What the key means, in a sentence without its full stop. */
  readonly description: string;
  /** Completes "allowed is …". */
  readonly allowed: string;
}

/** Best first; `width` and `height` are bounds in pixels, `bitrate` is in bit/s. */
export const DEFAULT_TIERS = {
  high: { width: 1920, height: 1080, fps: 30, quality: 85, bitrate: 4_000_000 },
  medium: { width: 1280, height: 720, fps: 20, quality: 75, bitrate: 2_000_000 },
  low: { width: 640, height: 360, fps: 15, quality: 60, bitrate: 1_000_000 },
} as const satisfies Record<string, TierSettings>;

/** Where a tier of one's own takes the keys from that it leaves out. */
export const OWN_TIER_DEFAULTS: TierSettings = DEFAULT_TIERS.medium;

/** Names that mean something else where a tier is named. */
const RESERVED_TIERS = ['auto', 'source'];

function meta(description: string, allowed: string): KeyMeta & Record<string, unknown> {
  return { description, allowed };
}

function wholeNumber(minimum: number, maximum: number, unit: string, description: string) {
  const allowed = `a whole number from ${minimum} to ${maximum}${unit === '' ? '' : ` (${unit})`}`;
  return z.int().min(minimum).max(maximum).meta(meta(description, allowed));
}

function minFps(description: string) {
  return wholeNumber(1, 240, 'frames per second', description);
}

/** A tier's settings as the file and the API take them. Every key may be left out. */
export const tierSchema = z
  .strictObject({
    width: wholeNumber(16, 8192, 'pixels', 'Widest picture; the aspect ratio stays').optional(),
    height: wholeNumber(16, 8192, 'pixels', 'Highest picture; the aspect ratio stays').optional(),
    fps: wholeNumber(1, 240, 'frames per second', 'Most frames per second').optional(),
    quality: wholeNumber(1, 100, '', 'JPEG quality').optional(),
    bitrate: wholeNumber(50_000, 100_000_000, 'bit/s', 'H.264 bit rate').optional(),
    min_fps: minFps("As the camera's, for this tier").optional(),
  })
  .meta(meta('One quality of the picture', ''));

export interface TierSettings {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly quality: number;
  readonly bitrate: number;
}

const tierName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/)
  .refine((name) => !RESERVED_TIERS.includes(name))
  .meta(meta('Name of a tier', 'a-z, then up to 31 of a-z, 0-9, "_" and "-"; "auto" and "source" are reserved'));

const cameraId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/)
  .meta(meta('Id of a camera, as in its URLs', 'a-z or 0-9, then up to 63 of a-z, 0-9, "_" and "-"'));

/** A text that can be read so. What the parser says is the problem. */
function textFor(parse: (text: string) => unknown) {
  return z.string().check((context) => {
    try {
      parse(context.value);
    } catch (error) {
      if (!isLensError(error)) throw error;
      const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
      context.issues.push({ code: 'custom', message, input: context.value });
    }
  });
}

const source = textFor(parseSource).meta(meta('Where the picture comes from', SOURCE_FORMS));

const cpuForms = 'CPU numbers such as 2, 0-1 or 0,2-3';

export const cameraSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,100}$/u)
      .optional()
      .meta(meta('What people see; the id where left out', '1 to 100 characters, no control characters')),
    source,
    tiers: z
      .record(tierName, tierSchema)
      .refine((tiers) => Object.keys(tiers).length > 0)
      .optional()
      .meta(
        meta(
          'The qualities that viewers can have, best first. Only those named here exist. A tier that is called high, medium or low takes what it leaves out from the default of that name, any other from medium',
          'at least one tier; leave the key out for high, medium and low',
        ),
      ),
    min_fps: minFps(
      'Pictures that show nothing new are left out, down to so many; every one is sent where left out. Also for the tier source, whose pictures are compared byte by byte; raw ones may differ by what is noise',
    ).optional(),
    linger_ms: wholeNumber(0, 86_400_000, 'ms', 'How long the camera runs on after its last viewer left').default(
      15_000,
    ),
    retry_max_ms: wholeNumber(
      100,
      3_600_000,
      'ms',
      'How far apart tries to reach a lost camera grow, from 100 ms on; pictures come that much later than the camera',
    ).default(1500),
    rtsp_transport: z.enum(['tcp', 'udp']).default('tcp').meta(meta('How RTP comes from an RTSP camera', 'tcp or udp')),
    latency_ms: wholeNumber(0, 10_000, 'ms', 'Jitter buffer for an RTSP camera').default(100),
    isolation: z
      .enum(['none', 'process'])
      .default('none')
      .meta(
        meta(
          'Where the camera runs: in the server, or in a process of its own, whose crash is its own',
          'none or process',
        ),
      ),
    acceleration: z
      .enum(['auto', 'software'])
      .default('auto')
      .meta(
        meta(
          "Who decodes, scales and encodes: the machine's chip as far as it was seen to work, or software alone",
          'auto or software',
        ),
      ),
    nice: wholeNumber(
      0,
      19,
      '',
      'How far the threads that take in, decode and encode give way to others where there is too little CPU for all',
    ).default(0),
    cpu_affinity: z
      .union([
        z.int().min(0).max(999),
        z.string().refine((text) => CPU_LIST.test(text) && parseCpuList(text).length > 0, {
          error: ({ input }) => `${JSON.stringify(input)} names no CPUs; allowed is ${cpuForms}.`,
        }),
      ])
      .optional()
      .meta(meta('The CPUs that these threads run on; all where left out', cpuForms)),
  })
  .meta(meta('One camera', ''));

const serverSchema = z
  .strictObject({
    host: z
      .string()
      .regex(/^[\w.:%-]{1,255}$/)
      .default('127.0.0.1')
      .meta(meta('Address to listen on; 0.0.0.0 or :: for every one', 'an IP address or a host name')),
    port: wholeNumber(0, 65_535, '', 'TCP port to listen on; 0 takes a free one').default(8080),
  })
  .meta(meta('The HTTP server', ''));

const webRtcSchema = z
  .strictObject({
    host: z
      .string()
      .regex(/^[\w.:%-]{1,255}$/)
      .optional()
      .meta(meta('Address to listen on; that of server.host where left out', 'an IP address or a host name')),
    port: wholeNumber(
      0,
      65_535,
      '',
      'UDP port of all viewers; 0 takes a free one. 8189 where left out, or a free one where server.port is 0',
    ).optional(),
    hosts: z
      .array(z.string().regex(/^[\w.:-]{1,255}$/))
      .default([])
      .meta(
        meta(
          'Further addresses at which viewers reach that port, for example of a router that forwards it or of the host of a container',
          'a list of IP addresses and host names',
        ),
      ),
    ice_servers: z
      .array(textFor(parseIceServer))
      .default([])
      .meta(
        meta(
          'STUN servers, for this server and its viewers, and TURN servers, for viewers alone; a local network needs none. stuns: and turns: as well; an IPv6 address stands in brackets. This server asks no stuns: and no IPv6 address',
          `a list of ${ICE_SERVER_FORMS}`,
        ),
      ),
    origins: z
      .array(z.string().regex(/^(?:\*|https?:\/\/[\w.:[\]-]{1,255})$/))
      .default([])
      .meta(
        meta(
          'Pages of other sites that may watch; those of this host, on whatever port, always may',
          'a list of origins such as https://home.example:8123, or *',
        ),
      ),
    max_viewers: wholeNumber(0, 10_000, '', 'Most viewers at once, of all cameras; 0 for no WebRTC at all').default(
      200,
    ),
  })
  .meta(meta('WebRTC', ''));

export const configSchema = z.strictObject({
  server: serverSchema.prefault({}),
  webrtc: webRtcSchema.prefault({}),
  cameras: z
    .record(cameraId, cameraSchema)
    .default({})
    .meta(
      meta('The cameras; the first is also found without /cameras/ID in the path', 'a map from camera ids to cameras'),
    ),
});

/** The configuration as the file has it, checked and with its defaults, tiers apart. */
export type FileConfig = z.output<typeof configSchema>;
export type FileCamera = z.output<typeof cameraSchema>;
export type FileTier = z.output<typeof tierSchema>;
