import { expect, it, onTestFinished } from 'vitest';
import { FakeHardware } from '../../support/fake-hardware.js';
import { type CameraView, Server } from '../../support/server.js';
import { offerOfViewer } from '../../support/whep-viewer.js';

type VideoView = CameraView & { readonly tiers: readonly { readonly h264_reason: string | null }[] };

async function serverOn(absent: readonly string[]): Promise<Server> {
  const chip = new FakeHardware('jetson', { absent });
  onTestFinished(() => chip.dispose());
  const server = await Server.start({ sources: ['test:'], env: chip.env });
  onTestFinished(() => server.stop());
  return server;
}

const askFor = async ({ url }: Server, query: string) => {
  const headers = { 'Content-Type': 'application/sdp' };
  const response = await fetch(`${url}/cameras/cam1/whep?${query}`, {
    method: 'POST',
    headers,
    body: offerOfViewer(),
  });
  const text = await response.text();
  return { status: response.status, reason: response.ok ? null : (JSON.parse(text) as { reason?: string }).reason };
};

it('a Jetson without an encoder of H.264 encodes two tiers, and tells why not the third', async () => {
  const server = await serverOn(['nvv4l2h264enc']);
  const { tiers } = await server.json<VideoView>('/api/cameras/cam1');
  const media = Object.fromEntries(tiers.map((tier) => [tier.name, tier.media]));
  expect(media).toEqual({ high: ['jpeg', 'h264'], medium: ['jpeg'], low: ['jpeg', 'h264'] });
  expect(tiers[1]?.h264_reason).toMatch(/no encoder of H.264 that works.*2 tiers/);
  expect(tiers[0]?.h264_reason).toBeNull();
  expect((await askFor(server, 'tier=low')).status).toBe(201);
  for (const query of ['tier=medium', 'max_tier=medium', 'min_tier=medium']) {
    expect(await askFor(server, query)).toEqual({ status: 404, reason: tiers[1]?.h264_reason });
  }
  expect(await askFor(server, 'tier=huge')).toEqual({ status: 404, reason: undefined });
});

it('one with an encoder has all of them', async () => {
  const { tiers } = await (await serverOn([])).json<VideoView>('/api/cameras/cam1');
  for (const { media } of tiers) expect(media).toEqual(['jpeg', 'h264']);
});
