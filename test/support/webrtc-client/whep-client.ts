/** A session by WHEP (draft-ietf-wish-whep). */
export interface WhepSession {
  readonly answer: string;
  /** Of the viewer, as `GET /api/viewers` has it. */
  readonly id: string;
  end(): Promise<void>;
}

/** Throws where the answer isn't 201. */
export async function postOffer(url: string, offer: string): Promise<WhepSession> {
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer });
  const answer = await response.text();
  if (response.status !== 201) throw new Error(`${response.status} ${answer}`);
  const session = new URL(response.headers.get('location') ?? '', url);
  return {
    answer,
    id: session.pathname.split('/').at(-1) ?? '',
    end: async () => void (await fetch(session, { method: 'DELETE' }).catch(() => undefined)),
  };
}
