import { CameraFault } from '../cause.js';
import { jpegCaps } from './jpeg-size.js';
import { MjpegReader } from './mjpeg-reader.js';

/** Reads an HTTP camera up to its first JPEG: what it delivers, as caps. Rejects with {@link CameraFault}. */
export function firstCaps(url: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let reader: MjpegReader | undefined;
    const end = () => {
      clearTimeout(timer);
      reader?.close();
    };
    const fail = (reason: CameraFault['reason']) => {
      end();
      reject(new CameraFault(reason));
    };
    const silent = { code: 'silent', message: `the camera gave no picture within ${timeoutMs / 1000} s` };
    const timer = setTimeout(() => fail({ ...silent, permanent: false }), timeoutMs);
    reader = new MjpegReader(url, {
      onPart: (jpeg) => {
        const caps = jpegCaps(jpeg);
        if (caps === '') return;
        end();
        resolve(caps);
      },
      onFault: fail,
    });
  });
}
