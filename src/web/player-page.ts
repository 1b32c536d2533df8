import { escapeHtml, iconLink } from './html.js';

export interface PlayedCamera {
  readonly id: string;
  readonly name: string;
  /** Best first. */
  readonly tiers: readonly string[];
}

/** What the player's page may do: its own files and its own server, and nothing else. */
export const playerPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The page that plays one camera. Its addresses are relative: something in front of the path does no harm. */
export function playerPage({ id, name, tiers }: PlayedCamera): string {
  const options = ['auto', ...tiers].map((tier) => `<option>${escapeHtml(tier)}</option>`).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="dark">
<meta name="theme-color" content="#0b0e12">
<title>${escapeHtml(name)} – Lenscast</title>
${iconLink}
<link rel="stylesheet" href="../../player/player.css">
<script type="module" src="../../player/main.js"></script>
</head>
<body data-id="${escapeHtml(id)}" data-name="${escapeHtml(name)}">
<header>
<a href="../../"><span aria-hidden="true">‹ </span>Cameras</a>
<h1>${escapeHtml(name)}</h1>
<p class="state" role="status"><span class="dot"></span><span id="state">…</span></p>
</header>
<main id="stage"><p id="notice" role="status">Connecting…</p></main>
<footer>
<dl>
<div><dt>By</dt><dd id="way">–</dd></div>
<div><dt>Tier</dt><dd id="tier">–</dd></div>
<div><dt>Size</dt><dd id="size">–</dd></div>
<div><dt>Rate</dt><dd id="fps">–</dd></div>
<div><dt>Delay</dt><dd id="delay">–</dd></div>
</dl>
<div class="controls">
<label>Quality <select id="choice">${options}</select></label>
<button id="pause" type="button">Pause</button>
<button id="full-screen" type="button">Full screen</button>
<a href="snapshot">Snapshot</a>
</div>
</footer>
<noscript><img src="stream" alt="Live picture of ${escapeHtml(name)}"></noscript>
</body>
</html>
`;
}
