const link = /<([^>]*)>\s*((?:;\s*[\w!#$&+.^`|~-]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;,"]*))?\s*)*)/g;
const parameter = /;\s*([\w!#$&+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,"]*)))?/g;

/**
 * The STUN and TURN servers that a WHEP endpoint names in its Link headers (RFC 9725, section 4.6; the form is RFC
 * 8288's).
 * @param {string | null} header
 * @returns {RTCIceServer[]}
 */
export function iceServersOf(header) {
  return [...(header ?? '').matchAll(link)].flatMap(([, target = '', rest = '']) => {
    const parameters = new Map(
      [...rest.matchAll(parameter)].map(([, name = '', quoted, plain]) => [
        name.toLowerCase(),
        quoted === undefined ? (plain ?? '').trim() : quoted.replace(/\\(.)/g, '$1'),
      ]),
    );
    if (parameters.get('rel') !== 'ice-server') return [];
    const username = parameters.get('username');
    const credential = parameters.get('credential');
    return [
      {
        urls: target,
        ...(username === undefined ? {} : { username }),
        ...(credential === undefined ? {} : { credential }),
      },
    ];
  });
}
