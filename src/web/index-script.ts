import { indexPictures } from './index-pictures.js';

/** Runs in the browser: keeps states and numbers current. */
export const indexScript = `
'use strict';
const cards = new Map([...document.querySelectorAll('[data-camera]')].map((card) => [card.dataset.camera, card]));
const number = (value, digits) => value === null ? '–' : value.toFixed(digits);
function showState(card, { state, cause }) {
  card.dataset.state = state;
  card.querySelector('.words').textContent = cause ? state + ': ' + cause.message : state;
}
function show(camera) {
  const card = cards.get(camera.id);
  if (!card) return;
  showState(card, camera);
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
${indexPictures}
refresh();
`;
