/** A JPEG's width and height, from its frame header (ITU-T T.81, B.2.2); null where it has none. */
export function jpegSize(jpeg: Uint8Array): { readonly width: number; readonly height: number } | null {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  // Behind SOI one segment follows another, each with its length, up to the scan.
  for (let at = 2; at + 9 < jpeg.length; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker === 0xda) return null;
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** What a JPEG is, as caps; '' where it has no size. */
export function jpegCaps(jpeg: Uint8Array): string {
  const size = jpegSize(jpeg);
  return size === null ? '' : `image/jpeg, width=(int)${size.width}, height=(int)${size.height}`;
}
