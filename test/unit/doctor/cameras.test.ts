import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../../src/config/load.js';
import { camerasToJson, camerasToText, listCameras } from '../../../src/doctor/cameras.js';
import { discoverOnvif, parseProbeMatch } from '../../../src/doctor/onvif.js';

const jpeg = { format: 'JPEG', width: 1280, height: 720, fps: { numerator: 30, denominator: 1 } };

const answer = (xaddrs: string, scopes = '') =>
  `<?xml version="1.0"?><SOAP-ENV:Envelope><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch>` +
  `<wsa:EndpointReference><wsa:Address>urn:uuid:1</wsa:Address></wsa:EndpointReference>` +
  `<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scopes}</d:Scopes>` +
  `<d:XAddrs>${xaddrs}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`;

describe('listCameras', () => {
  const found = listCameras({
    devices: [
      { device: '/dev/video0', name: 'ACME "Cam"\n#', modes: [jpeg], trouble: null },
      { device: '/dev/video1', name: 'ACME', modes: [], trouble: null },
    ],
    hasCsi: true,
    onvif: [
      { host: '10.0.0.7', services: ['http://10.0.0.7/onvif/device_service'], name: 'HIKVISION', hardware: 'DS-2' },
      { host: '10.0.0.8', services: ['http://10.0.0.8/onvif'], name: '', hardware: '' },
    ],
  });

  it('gives a configuration that is valid', () => {
    const text = camerasToText(found);
    const given = { config: undefined, sources: [], host: undefined, port: undefined };
    const { cameras } = parseConfig(text, 'found', { arguments: given, environment: {} });
    expect(cameras.map(({ source }) => source)).toEqual([
      { kind: 'v4l2', device: '/dev/video0' },
      { kind: 'csi', sensor: 0 },
      { kind: 'rtsp', url: 'rtsp://USER:PASSWORD@10.0.0.7/Streaming/Channels/101' },
      { kind: 'rtsp', url: 'rtsp://USER:PASSWORD@10.0.0.8/PATH' },
    ]);
    expect(text).toContain('# JPEG 1280x720@30');
    expect(text).toContain('HIKVISION DS-2 (onvif)');
  });

  it('gives JSON', () => {
    const { cameras } = JSON.parse(camerasToJson(found)) as { cameras: object[] };
    expect(cameras[0]).toEqual({
      kind: 'v4l2',
      name: 'ACME "Cam"\n#',
      source: 'v4l2:/dev/video0',
      note: 'JPEG 1280x720@30',
    });
    expect(camerasToText([])).toMatch(/^No camera was found/);
  });
});

describe('without an answer from the network', () => {
  const hint = /^# Of a network camera .* rtsp:\/\/USER:PASSWORD@HOST\/PATH\. .*Axis \/axis-media\/media\.amp; /m;

  it('tells how a network camera is written, and the usual paths', () => {
    const plugged = listCameras({
      devices: [{ device: '/dev/video0', name: 'ACME', modes: [jpeg], trouble: null }],
      hasCsi: false,
      onvif: [],
    });
    expect(camerasToText([])).toMatch(hint);
    const text = camerasToText(plugged);
    expect(text).toMatch(hint);
    const given = { config: undefined, sources: [], host: undefined, port: undefined };
    expect(parseConfig(text, 'found', { arguments: given, environment: {} }).cameras).toHaveLength(1);
  });

  it('says nothing of that where one answered', () => {
    const onvif = [{ host: '10.0.0.8', services: ['http://10.0.0.8/onvif'], name: '', hardware: '' }];
    expect(camerasToText(listCameras({ devices: [], hasCsi: false, onvif }))).not.toMatch(hint);
  });
});

describe('parseProbeMatch', () => {
  it('reads addresses and names', () => {
    const scopes = 'onvif://www.onvif.org/name/ACME%20Cam onvif://www.onvif.org/hardware/X1 onvif://other';
    const xaddrs = 'http://192.168.1.60/onvif/device_service http://[fe80::1]/onvif';
    expect(parseProbeMatch(answer(xaddrs, scopes), '192.168.1.60')).toEqual({
      host: '192.168.1.60',
      services: ['http://192.168.1.60/onvif/device_service', 'http://[fe80::1]/onvif'],
      name: 'ACME Cam',
      hardware: 'X1',
    });
  });

  it('is content with attributes and with no prefixes', () => {
    const text = '<XAddrs a="b">\n http://10.0.0.2:8000/onvif \n</XAddrs>';
    expect(parseProbeMatch(text, '10.0.0.2')).toMatchObject({ host: '10.0.0.2', name: '' });
  });

  it.each(['', 'x', answer(''), answer('javascript:alert(1)'), answer('http://\u001b[2J/'), '<XAddrs>'.repeat(5000)])(
    'makes nothing of %#',
    (text) => {
      expect(parseProbeMatch(text, '10.0.0.2')).toBeNull();
    },
  );

  it('bears a name that is wrongly encoded', () => {
    const found = parseProbeMatch(answer('http://10.0.0.2/', 'onvif://www.onvif.org/name/50%'), '10.0.0.2');
    expect(found?.name).toBe('50%');
  });
});

describe('discoverOnvif', () => {
  it('finds what answers', async () => {
    const camera = createSocket('udp4');
    onTestFinished(() => void camera.close());
    const probes: string[] = [];
    camera.on('message', (message, { address, port }) => {
      probes.push(message.toString());
      for (const text of [answer('http://127.0.0.1:8000/onvif'), 'noise', answer('http://127.0.0.1:8000/onvif')]) {
        camera.send(text, port, address);
      }
    });
    camera.bind(0, '127.0.0.1');
    await once(camera, 'listening');
    const to = { address: '127.0.0.1', port: camera.address().port };
    const found = await discoverOnvif({ timeoutMs: 3000, to, from: ['127.0.0.1'] });
    expect(found).toEqual([{ host: '127.0.0.1', services: ['http://127.0.0.1:8000/onvif'], name: '', hardware: '' }]);
    expect(probes).toHaveLength(1);
    expect(probes[0]).toContain('<d:Types>dn:NetworkVideoTransmitter</d:Types>');
  });

  it('ends at once where it has no network', async () => {
    const beganMs = performance.now();
    expect(await discoverOnvif({ timeoutMs: 60_000, from: [] })).toEqual([]);
    expect(await discoverOnvif({ timeoutMs: 60_000, from: ['192.0.2.7'] })).toEqual([]);
    expect(performance.now() - beganMs).toBeLessThan(30_000);
  });
});
