import { CameraFeed } from './camera-feed.js';
import { MjpegWay } from './mjpeg-way.js';
import { Player } from './player.js';
import { ServerClock } from './server-clock.js';
import { View } from './view.js';
import { ViewerFacts } from './viewer-facts.js';
import { WebRtcWay } from './webrtc-way.js';
import { WebSocketWay } from './websocket-way.js';

const showEveryMs = 500;
/** A page that nobody sees for so long gives the camera free. */
const hiddenMs = 30_000;

// All addresses are relative to the page: it may lie behind a proxy that puts something in front of them.
const camera = new URL('./', location.href);
const root = new URL('../../', camera);
const { name = '', id = '' } = document.body.dataset;
const cameraApi = new URL(`api/cameras/${encodeURIComponent(id)}`, root);

const view = new View();
const clock = new ServerClock(new URL('api/time', root));

/** The names of the tiers, best first, and as what they can be had; empty before it is known. @type {Map<string, string[]>} */
let tiers = new Map();

/** @type {readonly [string, typeof WebRtcWay | typeof WebSocketWay | typeof MjpegWay, string, number][]} */
const ways = [
  ['webrtc', WebRtcWay, 'h264', 12_000],
  ['websocket', WebSocketWay, 'jpeg', 8000],
  ['mjpeg', MjpegWay, 'jpeg', 8000],
];
const player = new Player({
  kinds: ways.map(([kind, Way, medium, limitMs]) => ({
    name: kind,
    isPossible: Way.isPossible,
    has: (tier) => tiers.get(tier)?.includes(medium) ?? true,
    limitMs,
    open: (tier, events) => new Way({ camera, name, tier, clock, events }),
  })),
  stage: view.stage,
  move: (viewer, tier) => facts.move(viewer, tier),
  onChange: show,
});
const facts = new ViewerFacts(
  new URL('api/viewers/', root),
  () => player.shown?.way.viewer ?? null,
  () => player.lost(),
);
const feed = new CameraFeed(new URL('ws', camera.href.replace(/^http/, 'ws')), cameraApi, {
  status: ({ state, cause }) => view.showState(state, cause?.message ?? null),
  moved: (viewer) => {
    if (viewer === player.shown?.way.viewer) facts.ask();
  },
  tiers: learnTiers,
  silence: () => view.showSilence(),
});

const parts = [clock, feed, facts, player];
/** @type {ReturnType<typeof setInterval> | undefined} */
let showing;
let isPausedByHand = false;

async function learnTiers() {
  const answer = await fetch(cameraApi, { cache: 'no-store' }).catch(() => null);
  if (!answer?.ok) return;
  /** @type {{ tiers: { name: string, media: string[] }[] }} */
  const camera = await answer.json();
  tiers = new Map(camera.tiers.map((tier) => [tier.name, tier.media]));
  view.offer([...tiers.keys()]);
}

function play() {
  if (player.isRunning) return;
  learnTiers();
  for (const part of parts) part.start();
  showing = setInterval(show, showEveryMs);
  show();
}

function rest() {
  clearInterval(showing);
  for (const part of parts) part.stop();
  show();
}

function show() {
  const { shown } = player;
  const { current } = facts;
  const figures = shown?.way.figures(current);
  view.showPaused(!player.isRunning);
  view.showNotice(noticeOf());
  view.showFigures({
    way: shown?.name ?? null,
    tier: current?.tier ?? null,
    choice: player.tier,
    width: figures?.width ?? 0,
    height: figures?.height ?? 0,
    fps: figures?.fps ?? current?.fps ?? null,
    delayMs: figures?.delayMs ?? current?.age_ms.p50 ?? null,
  });
}

function noticeOf() {
  if (!player.isRunning) return isPausedByHand ? 'Paused' : 'Paused while nobody looked';
  if (player.shown !== null) return null;
  return player.trouble === null ? 'Connecting…' : `No picture: ${player.trouble}. Trying again…`;
}

view.choice.addEventListener('change', () => player.choose(view.choice.value));
view.pause.addEventListener('click', () => {
  isPausedByHand = player.isRunning;
  if (isPausedByHand) rest();
  else play();
});
view.fullScreen.hidden = !document.fullscreenEnabled;
view.fullScreen.addEventListener('click', () => {
  if (document.fullscreenElement === null) view.stage.requestFullscreen();
  else document.exitFullscreen();
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let hidden;
function followVisibility() {
  clearTimeout(hidden);
  if (document.hidden) hidden = setTimeout(rest, hiddenMs);
  else if (!isPausedByHand) play();
}
document.addEventListener('visibilitychange', followVisibility);
// A page that is left, maybe to be shown again as it was.
window.addEventListener('pagehide', rest);
window.addEventListener('pageshow', followVisibility);
followVisibility();
