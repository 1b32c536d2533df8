/** Profiles and levels of H.264 as session descriptions have them (RFC 6184, 8.1). */

export type H264Profile = 'constrained-baseline' | 'baseline' | 'main' | 'constrained-high' | 'high' | 'other';

/** What an `a=fmtp:` line of H.264 says. */
export interface H264Parameters {
  /** 6 hex digits; `42000a` where the line has none: baseline, level 1. */
  readonly profileLevelId: string;
  readonly profile: H264Profile;
  /** 0, 1 or 2; null where the line has none, which means 0. */
  readonly packetizationMode: number | null;
  readonly allowsLevelAsymmetry: boolean;
}

const defaultProfileLevelId = '42000a';

/** Undefined where a parameter has a value that it can't have. */
export function parseH264Parameters(fmtp: string): H264Parameters | undefined {
  const parameters = parseFmtp(fmtp);
  const profileLevelId = (parameters.get('profile-level-id') ?? defaultProfileLevelId).toLowerCase();
  const mode = parameters.get('packetization-mode');
  if (!/^[0-9a-f]{6}$/.test(profileLevelId) || !/^[012]$/.test(mode ?? '0')) return undefined;
  return {
    profileLevelId,
    profile: profileOf(profileLevelId),
    packetizationMode: mode === undefined ? null : Number(mode),
    allowsLevelAsymmetry: parameters.get('level-asymmetry-allowed') === '1',
  };
}

/** `key=value` pairs, apart by semicolons; keys in lower case. */
export function parseFmtp(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(';').map((pair): [string, string] => {
    const equals = pair.indexOf('=');
    return equals < 0 ? [pair.trim(), ''] : [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  });
  return new Map(pairs.map(([key, value]) => [key.toLowerCase(), value]));
}

/** RFC 6184, table 5: profile_idc and the constraint flags, of which some may be either way. */
function profileOf(profileLevelId: string): H264Profile {
  const idc = profileLevelId.slice(0, 2);
  const flags = Number.parseInt(profileLevelId.slice(2, 4), 16);
  const isSet = (flag: number) => (flags & (0x80 >> flag)) !== 0;
  if (idc === '42') return isSet(1) ? 'constrained-baseline' : 'baseline';
  if (idc === '4d') return isSet(0) ? 'constrained-baseline' : 'main';
  if (idc === '58') return isSet(0) && isSet(1) ? 'constrained-baseline' : 'other';
  if (idc === '64') return isSet(4) && isSet(5) ? 'constrained-high' : 'high';
  return 'other';
}

/**
 * What is sent is constrained baseline, or the camera's own, which is mostly main or high. A decoder of any of these
 * profiles takes constrained baseline (ITU-T H.264, A.2); the nearest one is asked first.
 */
const preference: readonly H264Profile[] = ['constrained-baseline', 'baseline', 'main', 'constrained-high', 'high'];

/** How well a codec suits: the less, the better; undefined for not at all. */
export function rankH264({ profile, packetizationMode }: H264Parameters): number | undefined {
  const rank = preference.indexOf(profile);
  if (rank < 0 || !takesFragments(packetizationMode)) return undefined;
  // One that says mode 1 goes before one that says nothing.
  return packetizationMode === 1 ? rank : rank + preference.length;
}

/**
 * Access units go out as fragments, which packetization mode 0 can't take. GStreamer leaves the mode out of its offers
 * and takes fragments all the same: nothing said passes, a 0 doesn't.
 */
function takesFragments(mode: number | null): boolean {
  return mode === 1 || mode === null;
}

/** The answer's `a=fmtp:` parameters: the profile of the offer (RFC 6184, 8.2.2), and mode 1. */
export function formatH264Parameters({ profileLevelId, allowsLevelAsymmetry }: H264Parameters): string {
  const asymmetry = allowsLevelAsymmetry ? 'level-asymmetry-allowed=1;' : '';
  return `${asymmetry}packetization-mode=1;profile-level-id=${profileLevelId}`;
}
