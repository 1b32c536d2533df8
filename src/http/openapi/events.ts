import { type Operation, operation } from './operation.js';

const description = `A WebSocket (RFC 6455). Texts are JSON: from the server as \`ServerMessage\` has it, from the client as
\`ClientMessage\` has it. The first is \`hello\`, with everything as it is; what changes follows as it happens.

\`watch\` asks for a camera's pictures, at most once for each camera; \`watching\` answers it with an index. Each picture
is a binary message: 20 bytes, numbers unsigned and big-endian (version 1: 1 byte; flags: 1 byte, 1 for a picture that
stands in for a camera which gives none; index: 2; sequence of the tier: 4; time of capture, µs since 1970: 8; width: 2;
height: 2), then the JPEG. A picture comes only against credit, which \`watch\` and \`credit\` grant in frames, and only
when the connection has taken the last one, of whatever camera: the server queues none, and sends the newest there is.
When nothing new comes, the last one comes again after a second, against credit too. A watch is a viewer like any other,
in /api/viewers and by its id in \`watching\`. With tier auto, the server moves it to the best tier that the link carries,
as long as it is the only one on its connection, and has two frames or more granted in advance: who grants each frame
when the last one is there sets the pace alone. On a connection with several, auto stays where it is.

A foreign origin is refused. Messages of more than 64 kB end the connection with code 1009, binary ones with 1003. A
client that leaves more than 256 kB of texts unread is cut off, as is one that answers no ping for 25 seconds. A server
that stops says 1001.`;

function socket(path: string, summary: string, camera: readonly ['CAMERA_NOT_FOUND'] | readonly []): Operation {
  return operation('get', path, 'events', summary, {
    description,
    responses: { 101: { description: 'The WebSocket is open' } },
    errors: [...camera, 'UPGRADE_REQUIRED', 'ORIGIN_FORBIDDEN'],
  });
}

export const eventOperations: readonly Operation[] = [
  socket('/api/events', 'Events of all cameras, and their pictures', []),
  socket('/ws', 'The same as /cameras/{id}/ws, of the first camera', ['CAMERA_NOT_FOUND']),
  socket('/cameras/{id}/ws', 'Events of a camera, and its pictures', ['CAMERA_NOT_FOUND']),
];
