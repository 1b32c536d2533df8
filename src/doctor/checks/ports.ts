import { type Finding, ok, problem } from '../finding.js';

/** What became of an attempt to listen. */
export type Binding = 'free' | 'used' | 'forbidden' | 'no-address';

export interface PortFacts {
  readonly host: string;
  readonly http: {
    readonly port: number;
    readonly binding: Binding;
    /** Who listens, `nginx (pid 812)`; null where that can't be seen. */
    readonly user: string | null;
    /** Whether that is a Lenscast. */
    readonly isLenscast: boolean;
  };
  /** The UDP port of all WebRTC viewers; null where there are to be none. */
  readonly webRtc: {
    readonly host: string;
    readonly port: number;
    readonly binding: Binding;
    readonly user: string | null;
  } | null;
}

export function checkPorts({ host, http, webRtc }: PortFacts): readonly Finding[] {
  if (http.binding === 'no-address') {
    return [problem('port', `this machine has no address ${host}`, 'choose another server.host; 0.0.0.0 is every one')];
  }
  return [checkHttp(host, http), ...(webRtc === null ? [] : [checkWebRtc(webRtc, http.isLenscast)])];
}

function checkHttp(host: string, { port, binding, user, isLenscast }: PortFacts['http']): Finding {
  const by = user === null ? '' : ` by ${user}`;
  const place = `TCP port ${port} on ${host}`;
  if (binding === 'used') {
    if (isLenscast) return ok('port', `${place} is Lenscast's own: it runs${by}`);
    return problem('port', `${place} is used${by}`, 'end that program, or choose another server.port');
  }
  if (binding === 'forbidden') {
    return problem('port', `${place} needs privileges`, 'choose a server.port from 1024 on');
  }
  return ok('port', port === 0 ? 'server.port is 0: a free one is taken at each start' : `${place} is free`);
}

function checkWebRtc(webRtc: NonNullable<PortFacts['webRtc']>, lenscastRuns: boolean): Finding {
  const { host, port, binding, user } = webRtc;
  const place = `UDP port ${port} on ${host} for WebRTC`;
  if (binding === 'free') return ok('port', port === 0 ? 'webrtc.port is 0: a free one is taken' : `${place} is free`);
  if (binding === 'used') {
    if (lenscastRuns) return ok('port', `${place} is used while Lenscast runs`);
    const by = user === null ? '' : ` by ${user}`;
    return problem('port', `${place} is used${by}`, 'end that program, or choose another webrtc.port');
  }
  const why = binding === 'forbidden' ? 'needs privileges' : 'is not of this machine';
  return problem('port', `${place} ${why}`, 'choose another webrtc.host and webrtc.port');
}
