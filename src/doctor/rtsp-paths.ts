/** Where makers keep a camera's main stream, as their manuals tell; the first that fits the name counts. */
const paths: readonly { readonly makers: string; readonly pattern: RegExp; readonly path: string }[] = [
  { makers: 'Hikvision', pattern: /hik|hilook|annke/i, path: '/Streaming/Channels/101' },
  { makers: 'Dahua, Amcrest', pattern: /dahua|amcrest|lorex|imou/i, path: '/cam/realmonitor?channel=1&subtype=0' },
  { makers: 'Axis', pattern: /axis/i, path: '/axis-media/media.amp' },
  { makers: 'Reolink', pattern: /reolink/i, path: '/h264Preview_01_main' },
  { makers: 'TP-Link', pattern: /tapo|tp-?link|vigi/i, path: '/stream1' },
  { makers: 'Foscam', pattern: /foscam/i, path: '/videoMain' },
  { makers: 'Uniview', pattern: /uniview|unv/i, path: '/unicast/c1/s0/live' },
  { makers: 'Hanwha', pattern: /hanwha|wisenet|samsung/i, path: '/profile2/media.smp' },
  { makers: 'Vivotek', pattern: /vivotek/i, path: '/live.sdp' },
];

/** Null for makers that aren't known. */
export function usualRtspPath(name: string): string | null {
  return paths.find(({ pattern }) => pattern.test(name))?.path ?? null;
}

/** All of them: `Axis /axis-media/media.amp; …`. */
export function usualRtspPaths(): string {
  return paths.map(({ makers, path }) => `${makers} ${path}`).join('; ');
}
