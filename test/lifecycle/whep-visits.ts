import { until } from '../support/until.js';
import { offerOfViewer, WhepViewer } from '../support/whep-viewer.js';

interface Visitable {
  readonly url: string;
}

/** Comes, sees some pictures or none, and leaves: as a good page does, without a word, or without a connection at all. */
async function visit({ url }: Visitable, number: number): Promise<void> {
  const endpoint = `${url}/whep`;
  if (number % 5 === 4) {
    // Nobody is there to connect to: the session is ended by DELETE, or by itself ten seconds later.
    const headers = { 'Content-Type': 'application/sdp' };
    const response = await fetch(endpoint, { method: 'POST', headers, body: offerOfViewer() });
    await response.text();
    if (number % 2 === 0) await fetch(new URL(response.headers.get('Location') ?? '', url), { method: 'DELETE' });
    return;
  }
  const viewer = await WhepViewer.watch(endpoint);
  try {
    if (number % 5 !== 3) await until('a picture', () => viewer.pictures > 0);
    if (number % 3 !== 0) await viewer.leave();
  } finally {
    viewer.close();
  }
}

/** So many visits by WebRTC, some at once. Resolves when the last viewer is gone for the server too. */
export async function whepVisits(server: Visitable, count: number, atOnce: number): Promise<void> {
  let next = 0;
  const visitor = async () => {
    while (next < count) await visit(server, next++);
  };
  await Promise.all(Array.from({ length: atOnce }, visitor));
  const nobody = async () => {
    const { viewers } = (await (await fetch(`${server.url}/api/viewers`)).json()) as { viewers: readonly unknown[] };
    return viewers.length === 0;
  };
  await until('nobody watches by WebRTC', nobody, 40_000);
}
