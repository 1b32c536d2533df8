import { randomInt } from 'node:crypto';
import type { Negotiated } from '../rtp/viewer-stream.js';
import type { StreamIds } from './sdp/answer.js';
import type { ExtensionName, VideoFormat } from './sdp/video.js';

const mostSsrc = 2 ** 32 - 1;

/** `name` is what the viewer is called. */
export function newStreamIds(name: string): StreamIds {
  const ssrc = randomInt(1, mostSsrc);
  return { ssrc, rtxSsrc: ssrc === mostSsrc - 1 ? 1 : ssrc + 1, cname: name, streamId: `lenscast-${name}` };
}

/** What is sent to a viewer, as its offer and the answer to it have it. */
export function negotiate(format: VideoFormat, mid: string | undefined, streams: StreamIds): Negotiated {
  const { payloadType, rtxPayloadType, feedback, extensions } = format;
  const idOf = (name: ExtensionName) => extensions.find((extension) => extension.name === name)?.id;
  const midId = idOf('mid');
  return {
    ssrc: streams.ssrc,
    payloadType,
    rtx: rtxPayloadType === undefined ? undefined : { ssrc: streams.rtxSsrc, payloadType: rtxPayloadType },
    transportCcId: idOf('transportCc'),
    playoutDelayId: idOf('playoutDelay'),
    absSendTimeId: idOf('absSendTime'),
    mid: midId === undefined || mid === undefined ? undefined : { id: midId, value: mid },
    cname: streams.cname,
    nack: feedback.includes('nack'),
  };
}
