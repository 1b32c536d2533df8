/** Runs in the browser: keeps states and numbers current, and turns snapshots over where pictures don't stream. */
export const indexScript = `
'use strict';
const cards = new Map([...document.querySelectorAll('[data-camera]')].map((card) => [card.dataset.camera, card]));
const number = (value, digits) => value === null ? '–' : value.toFixed(digits);
function show(camera) {
  const card = cards.get(camera.id);
  if (!card) return;
  card.dataset.state = camera.state;
  card.querySelector('.words').textContent = camera.cause ? camera.state + ': ' + camera.cause.message : camera.state;
  const shown = camera.tiers.find((tier) => tier.frame);
  const megabits = camera.tiers.reduce((sum, tier) => sum + tier.rates.bits_per_second, 0) / 1e6;
  const parts = [camera.viewers === 1 ? '1 viewer' : camera.viewers + ' viewers'];
  if (shown) parts.unshift(shown.frame.width + '×' + shown.frame.height, number(camera.fps, 1) + ' fps', number(megabits, 1) + ' Mb/s');
  card.querySelector('.numbers').textContent = parts.join(' · ');
}
async function refresh() {
  try {
    const answer = await fetch('/api/cameras', { cache: 'no-store' });
    for (const camera of (await answer.json()).cameras) show(camera);
  } catch {
    for (const card of cards.values()) {
      card.dataset.state = 'failed';
      card.querySelector('.words').textContent = 'the server does not answer';
    }
  }
  setTimeout(refresh, document.hidden ? 10000 : 2000);
}
function turnOver(image) {
  const next = new Image();
  const again = (waitMs) => setTimeout(() => turnOver(image), document.hidden ? 10000 : waitMs);
  next.onload = () => { image.src = next.src; again(1000); };
  next.onerror = () => again(3000);
  next.src = image.dataset.snapshot + '&max_age=1000&at=' + Date.now();
}
for (const image of document.querySelectorAll('img[data-snapshot]')) turnOver(image);
// Chromium paints a part when it has read the headers of the next one, WebKit when the next one is there.
const agent = navigator.userAgent;
const haste = /Chrom(e|ium)\\//.test(agent) ? '&advance_headers=1' : /AppleWebKit/.test(agent) ? '&dual_final_frames=1' : '';
// A stream that broke is asked for again.
for (const image of document.querySelectorAll('img[data-stream]')) {
  const play = () => { image.src = image.dataset.stream + haste + '&at=' + Date.now(); };
  image.onerror = () => setTimeout(play, 2000);
  play();
}
refresh();
`;
