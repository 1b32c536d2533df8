/**
 * Runs in the browser: up to four cameras play as streams; more of them come over one WebSocket, which grants a frame
 * when the last one is shown, or as snapshots that follow each other where nothing lets a WebSocket through.
 */
export const indexPictures = `
function turnOver(image) {
  const next = new Image();
  const again = (waitMs) => setTimeout(() => turnOver(image), document.hidden ? 10000 : waitMs);
  next.onload = () => { image.src = next.src; again(1000); };
  next.onerror = () => again(3000);
  next.src = image.dataset.snapshot + '&max_age=1000&at=' + Date.now();
}
const headerBytes = 20;
function paint(image, message, then) {
  const url = URL.createObjectURL(new Blob([new Uint8Array(message, headerBytes)], { type: 'image/jpeg' }));
  image.onload = image.onerror = () => {
    URL.revokeObjectURL(url);
    // Nobody sees a hidden page: its pictures rest.
    if (document.hidden) document.addEventListener('visibilitychange', then, { once: true });
    else then();
  };
  image.src = url;
}
function watchAll(images) {
  const socket = new WebSocket(location.origin.replace(/^http/, 'ws') + '/api/events');
  const byIndex = [];
  let opened = false;
  const send = (message) => { if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message)); };
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    opened = true;
    for (const [camera, { dataset }] of images) send({ type: 'watch', camera, tier: dataset.tier, fps: 15, frames: 1 });
  };
  socket.onmessage = ({ data }) => {
    if (typeof data !== 'string') {
      const camera = byIndex[new DataView(data).getUint16(2)];
      paint(images.get(camera), data, () => send({ type: 'credit', camera, frames: 1 }));
      return;
    }
    const message = JSON.parse(data);
    if (message.type === 'watching') byIndex[message.index] = message.camera;
    if (message.type === 'state' && cards.has(message.camera)) showState(cards.get(message.camera), message);
  };
  socket.onclose = () => {
    if (opened) setTimeout(() => watchAll(images), 2000);
    else for (const image of images.values()) turnOver(image);
  };
}
const many = [...document.querySelectorAll('img[data-snapshot]')];
if (many.length > 0) watchAll(new Map(many.map((image) => [image.closest('[data-camera]').dataset.camera, image])));
// Chromium paints a part when it has read the headers of the next one, WebKit when the next one is there.
const agent = navigator.userAgent;
const haste = /Chrom(e|ium)\\//.test(agent) ? '&advance_headers=1' : /AppleWebKit/.test(agent) ? '&dual_final_frames=1' : '';
// A stream that broke is asked for again.
for (const image of document.querySelectorAll('img[data-stream]')) {
  const play = () => { image.src = image.dataset.stream + haste + '&at=' + Date.now(); };
  image.onerror = () => setTimeout(play, 2000);
  play();
}
`;
