import { iconLink, escapeHtml as text } from './html.js';
import { indexScript } from './index-script.js';
import { indexStyle } from './index-style.js';

export interface ShownCamera {
  readonly id: string;
  readonly name: string;
  /** Best first. */
  readonly tiers: readonly string[];
}

/**
 * The list of cameras with live pictures, in the smallest tier. A browser opens six connections to a host: up to four
 * cameras play as streams; more of them share one connection.
 */
export function indexPage(cameras: readonly ShownCamera[]): string {
  const streams = cameras.length <= 4;
  const cards = cameras.map((camera) => card(camera, streams)).join('\n');
  const none = '<p class="none">No camera is configured.</p>';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lenscast</title>
${iconLink}
<style>${indexStyle}</style>
</head>
<body>
<header>
<h1><span class="lens" aria-hidden="true"></span>Lenscast</h1>
<p>${cameras.length === 1 ? '1 camera' : `${cameras.length} cameras`}</p>
</header>
<main>
${cards === '' ? none : cards}
</main>
<footer><a href="/api/cameras">API</a> <a href="/metrics">Metrics</a> <a href="/healthz">Health</a></footer>
<script>${indexScript}</script>
</body>
</html>
`;
}

function card({ id, name, tiers }: ShownCamera, streams: boolean): string {
  const base = `/cameras/${encodeURIComponent(id)}`;
  const smallest = encodeURIComponent(tiers.at(-1) ?? 'auto');
  const source = streams
    ? `data-stream="${base}/stream?tier=${smallest}"`
    : `data-tier="${text(tiers.at(-1) ?? 'auto')}" data-snapshot="${base}/snapshot?tier=${smallest}"`;
  const links = ['auto', ...tiers].map(
    (tier) => `<a href="${base}/stream?tier=${encodeURIComponent(tier)}">${text(tier)}</a>`,
  );
  return `<article data-camera="${text(id)}">
<a class="picture" href="${base}/"><img ${source} alt="Live picture of ${text(name)}"></a>
<div class="about">
<h2><a href="${base}/">${text(name)}</a></h2>
<p class="state" role="status"><span class="dot"></span><span class="words">…</span></p>
</div>
<p class="numbers">&nbsp;</p>
<nav aria-label="Streams of ${text(name)}">${links.join('')}<a href="${base}/snapshot">snapshot</a></nav>
</article>`;
}
