/** A camera that answers WS-Discovery's probes, in whatever network it runs in. Its only argument is its own address. */
import { createSocket } from 'node:dgram';

const [, , address] = process.argv;
const socket = createSocket({ type: 'udp4', reuseAddr: true });
socket.on('message', (probe, { port, address: asker }) => {
  const relatesTo = /<\w+:MessageID>([^<]+)</.exec(probe.toString())?.[1];
  if (relatesTo === undefined || !probe.includes('dn:NetworkVideoTransmitter')) return;
  const scopes = 'onvif://www.onvif.org/name/HIKVISION%20DS-2CD onvif://www.onvif.org/hardware/DS-2CD2143';
  socket.send(
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>` +
      `<a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>` +
      `<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scopes}</d:Scopes>` +
      `<d:XAddrs>http://${address}/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`,
    port,
    asker,
  );
});
socket.bind(3702, () => {
  socket.addMembership('239.255.255.250', address);
  console.log('ready');
});
