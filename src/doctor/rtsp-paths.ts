/** Where makers keep a camera's main stream, as their manuals tell; the first that fits the name counts. */
const paths: readonly (readonly [RegExp, string])[] = [
  [/hik|hilook|annke/i, '/Streaming/Channels/101'],
  [/dahua|amcrest|lorex|imou/i, '/cam/realmonitor?channel=1&subtype=0'],
  [/axis/i, '/axis-media/media.amp'],
  [/reolink/i, '/h264Preview_01_main'],
  [/tapo|tp-?link|vigi/i, '/stream1'],
  [/foscam/i, '/videoMain'],
  [/uniview|unv/i, '/unicast/c1/s0/live'],
  [/hanwha|wisenet|samsung/i, '/profile2/media.smp'],
  [/vivotek/i, '/live.sdp'],
];

/** Null for makers that aren't known. */
export function usualRtspPath(name: string): string | null {
  return paths.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}
