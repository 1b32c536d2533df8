import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { checkWebRtc, type WebRtcFacts } from '../../../src/doctor/checks/webrtc.js';
import { gatherWebRtc } from '../../../src/doctor/facts/webrtc.js';

const local: WebRtcFacts = { serverHost: '127.0.0.1', host: '127.0.0.1', hosts: [], unresolved: [] };

describe('checkWebRtc', () => {
  it('has nothing to say where the port is as open as it is told to viewers', () => {
    expect(checkWebRtc(null)).toEqual([]);
    expect(checkWebRtc(local)).toEqual([]);
    expect(checkWebRtc({ ...local, hosts: ['localhost'] })).toEqual([]);
    expect(checkWebRtc({ ...local, host: '0.0.0.0', hosts: ['203.0.113.5'] })).toEqual([]);
  });

  it('warns of a port behind a reverse proxy that carries HTTP alone', () => {
    expect(checkWebRtc({ ...local, hosts: ['203.0.113.5', 'cam.example'] })).toEqual([
      {
        check: 'network',
        level: 'warning',
        message:
          'WebRTC listens on 127.0.0.1, where only this machine reaches it, although webrtc.hosts names 203.0.113.5, cam.example',
        remedy: 'set webrtc.host: 0.0.0.0, which opens its UDP port alone',
      },
    ]);
    expect(checkWebRtc({ ...local, serverHost: '0.0.0.0' })).toMatchObject([{ level: 'warning' }]);
  });

  it('names what has no address', () => {
    const [found, ...others] = checkWebRtc({
      ...local,
      host: '::',
      hosts: ['cam.example'],
      unresolved: ['cam.example'],
    });
    expect(others).toEqual([]);
    expect(found).toMatchObject({ level: 'warning', message: expect.stringMatching(/^the name cam\.example in/) });
  });
});

describe('gatherWebRtc', () => {
  const gather = (webrtc: string) => {
    const { server, webrtc: webRtc } = parseConfig(`webrtc: ${webrtc}`, 'none', {
      arguments: { config: undefined, sources: [], host: undefined, port: undefined },
      environment: {},
    });
    return gatherWebRtc(server, webRtc);
  };

  it('looks names up, and takes addresses as they are', async () => {
    // RFC 6761, 6.4: never a name of anything.
    const facts = await gather('{ hosts: [203.0.113.5, localhost, camera.invalid] }');
    expect(facts).toMatchObject({ host: '127.0.0.1', unresolved: ['camera.invalid'] });
  });

  it('asks nothing where there are no viewers', async () => {
    expect(await gather('{ hosts: [camera.invalid], max_viewers: 0 }')).toBeNull();
  });
});
