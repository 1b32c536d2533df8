import { access } from 'node:fs/promises';
import type { CameraConfig } from '../config/config.js';
import type { PipelineRunner } from '../native/addon.types.js';
import { judgeCaps } from '../pipeline/passthrough.js';
import { fileProbe, type PipelineSource, v4l2Query } from '../pipeline/source.js';
import { parseV4l2Mode, pickV4l2Mode } from '../pipeline/v4l2-mode.js';
import { CameraFault } from './cause.js';

const inspectionTimeoutMs = 5000;

/**
 * Finds out what must be known before a pipeline can be built: a V4L2 device's modes, a file's codec. Opens the device
 * for a moment; nothing else may have it open. Rejects with {@link CameraFault} or an error of the addon.
 */
export async function inspectSource(config: CameraConfig, addon: PipelineRunner): Promise<PipelineSource> {
  const { source } = config;
  switch (source.kind) {
    case 'v4l2':
      return inspectV4l2(source.device, config, addon);
    case 'file':
      return inspectFile(source.path, addon);
    case 'rtsp':
      return { kind: 'rtsp', url: source.url, transport: config.rtspTransport, latencyMs: config.latencyMs };
    case 'csi':
      return { kind: 'csi', sensor: source.sensor, ...wantedMode(config) };
    case 'http':
    case 'test':
      return source;
  }
}

/** The best tier's bounds. */
function wantedMode({ tiers }: CameraConfig) {
  const [best] = tiers;
  if (best === undefined) throw new RangeError('a camera needs at least one tier');
  return { width: best.width, height: best.height, fps: best.fps };
}

async function inspectV4l2(device: string, config: CameraConfig, addon: PipelineRunner): Promise<PipelineSource> {
  await mustExist(device, `${device} is gone: no such device`);
  const structures = await addon.queryCaps(v4l2Query(device), inspectionTimeoutMs);
  const modes = structures.map(parseV4l2Mode).filter((mode) => mode !== null);
  const mode = pickV4l2Mode(modes, wantedMode(config));
  if (mode === undefined) {
    const message = `${device} delivers no picture format that can be used`;
    throw new CameraFault({ code: 'unsupported', message, permanent: true });
  }
  return { kind: 'v4l2', device, mode };
}

async function inspectFile(path: string, addon: PipelineRunner): Promise<PipelineSource> {
  await mustExist(path, `${path} does not exist or cannot be read`);
  const { caps } = await addon.probe(fileProbe(path), inspectionTimeoutMs).catch((error: unknown) => {
    const told = error instanceof Error ? error.message : String(error);
    // A busy machine is no reason to give a file up.
    const permanent = !(error instanceof Error && 'code' in error && error.code === 'ERR_TIMEOUT');
    throw new CameraFault({ code: 'unsupported', message: `${path} holds no video: ${told}`, permanent });
  });
  const media = /^[\w/-]+/.exec(caps)?.[0] ?? '';
  const video = judgeCaps(caps);
  const codec = media === 'image/jpeg' ? 'jpeg' : 'other';
  return { kind: 'file', path, codec, caps: media, ...(video === null ? {} : { video }) };
}

async function mustExist(path: string, message: string): Promise<void> {
  try {
    await access(path);
  } catch {
    throw new CameraFault({ code: 'gone', message, permanent: false });
  }
}
