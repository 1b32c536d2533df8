const startOfImageBytes = 2;
const longestComment = 65_533;

/** The JPEG with comment segments behind its SOI marker (ITU-T T.81, B.2.4.5), which every decoder skips. */
export function padded(jpeg: Uint8Array, paddingBytes: number): readonly Uint8Array[] {
  const segments: Buffer[] = [];
  for (let left = paddingBytes; left > 0; left -= longestComment) {
    const length = Math.min(left, longestComment);
    const segment = Buffer.alloc(4 + length);
    segment.writeUInt16BE(0xfffe, 0);
    segment.writeUInt16BE(2 + length, 2);
    segments.push(segment);
  }
  return [jpeg.subarray(0, startOfImageBytes), Buffer.concat(segments), jpeg.subarray(startOfImageBytes)];
}
