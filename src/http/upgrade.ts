import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Lets `answer` also have the requests that want another protocol than HTTP (RFC 9110, section 7.8): Node takes them
 * apart from the others, with their connection. Whoever speaks that protocol detaches the socket from the response and
 * keeps it; else the request is answered as if it hadn't asked, and the connection ends. Returns the function that ends
 * all such connections.
 */
export function answerUpgrades(server: Server, answer: RequestListener): () => void {
  const sockets = new Set<Socket>();
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    if (!(duplex instanceof Socket)) {
      duplex.destroy();
      return;
    }
    sockets.add(duplex);
    duplex.once('close', () => sockets.delete(duplex));
    // It may break at any time; whoever reads or writes it notices.
    duplex.on('error', () => undefined);
    if (head.byteLength > 0) duplex.unshift(head);
    respond(request, duplex, answer);
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}

function respond(request: IncomingMessage, socket: Socket, answer: RequestListener): void {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => {
    if (response.socket === socket) response.detachSocket(socket);
    socket.end();
  });
  // Node reads no body of such a request.
  if (request.method === 'GET' || request.method === 'HEAD') void answer(request, response);
  else response.writeHead(501, { 'Content-Length': 0 }).end();
}
