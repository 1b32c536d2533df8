/** Programs that people watch an MJPEG stream with, and the pictures that they see. */
import { type Picture, splitPictures } from './picture.js';
import { runProgram } from './run-program.js';

const programTimeoutMs = 25_000;

export interface Watching {
  readonly frames: number;
  /** What the pictures are expected to have. Another size is an error. */
  readonly width: number;
  readonly height: number;
}

export type Watch = (url: string, watching: Watching) => Promise<Picture[]>;

/** `-f mpjpeg`, every frame once, converted to RGB. */
export const watchWithFfmpeg: Watch = async (url, { frames, width, height }) => {
  const input = ['-f', 'mpjpeg', '-i', url, '-frames:v', String(frames), '-fps_mode', 'passthrough'];
  return decodeWithFfmpeg(input, width, height);
};

/** What ffmpeg makes of its input arguments. */
export async function decodeWithFfmpeg(input: readonly string[], width: number, height: number): Promise<Picture[]> {
  // The filter only tells the size: nothing is scaled.
  const output = ['-vf', 'showinfo=checksum=0', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
  const words = ['-nostdin', '-hide_banner', '-v', 'info', ...input, ...output];
  const { code, stdout, stderr } = await runProgram('ffmpeg', words, programTimeoutMs);
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${stderr.slice(-2000)}`);
  const sizes = new Set([...stderr.matchAll(/ s:(\d+x\d+) /g)].map((match) => match[1]));
  mustBe([...sizes], `${width}x${height}`);
  return splitPictures(stdout, width, height);
}

/** `souphttpsrc ! multipartdemux ! jpegdec`. */
export const watchWithGstreamer: Watch = async (url, { frames, width, height }) => {
  // It ends when the pictures are there, not the stream. The caps refuse any other size.
  const caps = `video/x-raw,format=RGB,width=${width},height=${height}`;
  const words = [
    ...['-q', 'souphttpsrc', `location=${url}`, 'is-live=true', 'do-timestamp=true'],
    ...['!', 'multipartdemux', '!', 'jpegdec', '!', 'videoconvert', '!', caps],
    ...['!', 'identity', `eos-after=${frames + 1}`, '!', 'fdsink', 'fd=1', 'sync=false'],
  ];
  const { code, stdout, stderr } = await runProgram('gst-launch-1.0', words, programTimeoutMs);
  if (code !== 0) throw new Error(`gst-launch-1.0 ended with ${code}: ${stderr}`);
  return splitPictures(stdout, width, height);
};

const openCvScript = `
import sys, cv2
capture = cv2.VideoCapture(sys.argv[1])
if not capture.isOpened(): sys.exit('VideoCapture does not open it')
for _ in range(int(sys.argv[2])):
    ok, picture = capture.read()
    if not ok: sys.exit('VideoCapture reads no frame')
    print('%dx%d' % (picture.shape[1], picture.shape[0]), file=sys.stderr)
    sys.stdout.buffer.write(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).tobytes())
`;

/** Python's `cv2.VideoCapture(url)`. */
export const watchWithOpenCv: Watch = async (url, { frames, width, height }) => {
  const words = ['-c', openCvScript, url, String(frames)];
  const { code, stdout, stderr } = await runProgram('/usr/bin/python3', words, programTimeoutMs);
  if (code !== 0) throw new Error(`OpenCV ended with ${code}: ${stderr}`);
  mustBe([...new Set([...stderr.matchAll(/^(\d+x\d+)$/gm)].map((match) => match[1]))], `${width}x${height}`);
  return splitPictures(stdout, width, height);
};

function mustBe(sizes: readonly (string | undefined)[], expected: string): void {
  if (sizes.length !== 1 || sizes[0] !== expected) {
    throw new Error(`pictures of ${sizes.join(', ') || 'no size'} instead of ${expected}`);
  }
}
