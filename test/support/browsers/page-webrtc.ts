import type { TestPage } from './browser.js';

/** For a page, ahead of its own scripts: `connections` has every RTCPeerConnection that it makes. */
export const keepConnections = `
window.connections = [];
if (window.RTCPeerConnection) {
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      window.connections.push(this);
    }
  };
}`;

/** What the browser counts of the video that it receives (webrtc-stats, RTCInboundRtpStreamStats). */
export interface ReceivedVideo {
  readonly framesDecoded: number;
  readonly framesDropped: number;
  readonly freezeCount: number;
  /** Seconds. */
  readonly totalFreezesDuration: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
}

/** Of the newest connection. Throws where it receives none. */
export async function receivedVideo(page: TestPage): Promise<ReceivedVideo> {
  const read = `(async () => {
    const stats = [...(await connections.at(-1).getStats()).values()];
    return stats.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'video') ?? null;
  })()`;
  const stats = await page.evaluate<ReceivedVideo | null>(read);
  if (stats === null) throw new Error('no video is received');
  return stats;
}
