/**
 * Tells a WHEP session of the browser's candidates as they are found, one request after the other (RFC 9725, section
 * 4.3; the body is RFC 8840's). A server that doesn't take them finds the browser by its own checks all the same.
 */
export class Trickle {
  /** @type {(string | null)[]} */
  #waiting = [];
  /** @type {{ url: URL, etag: string | null, description: string } | null} */
  #session = null;
  #sending = false;
  #closed = false;

  /** @param {string | null} candidate `candidate:…` of the first media; null when there are no more */
  add(candidate) {
    this.#waiting.push(candidate);
    this.#send();
  }

  /**
   * From here on they are sent.
   * @param {URL} url the session's
   * @param {string | null} etag
   * @param {string} description the offer's SDP
   */
  open(url, etag, description) {
    this.#session = { url, etag, description };
    this.#send();
  }

  close() {
    this.#closed = true;
  }

  async #send() {
    if (this.#sending || this.#closed || this.#session === null || this.#waiting.length === 0) return;
    const { url, etag, description } = this.#session;
    this.#sending = true;
    const headers = { 'Content-Type': 'application/trickle-ice-sdpfrag', 'If-Match': etag ?? '*' };
    const body = fragment(description, this.#waiting.splice(0));
    try {
      const { ok } = await fetch(url, { method: 'PATCH', headers, body });
      if (!ok) this.close();
    } catch {
      this.close();
    }
    this.#sending = false;
    this.#send();
  }
}

/**
 * @param {string} description
 * @param {readonly (string | null)[]} candidates
 */
export function fragment(description, candidates) {
  const lines = description.split(/\r?\n/);
  const ice = ['a=ice-ufrag:', 'a=ice-pwd:'].flatMap((start) => lines.find((line) => line.startsWith(start)) ?? []);
  const mid = lines.find((line) => line.startsWith('a=mid:')) ?? 'a=mid:0';
  const media = lines.find((line) => line.startsWith('m=')) ?? 'm=video 9 UDP/TLS/RTP/SAVPF 0';
  const found = candidates.map((candidate) => (candidate === null ? 'a=end-of-candidates' : `a=${candidate}`));
  return [...ice, media, mid, ...found, ''].join('\r\n');
}
