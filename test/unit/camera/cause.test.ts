import { describe, expect, it } from 'vitest';
import {
  CameraFault,
  causeOfError,
  causeOfFault,
  endsTheStream,
  type PipelineFault,
  placeOf,
} from '../../../src/camera/cause.js';
import { parseSource } from '../../../src/config/source.js';

const resource = 'gst-resource-error-quark';
const stream = 'gst-stream-error-quark';

function fault(init: Partial<PipelineFault>): PipelineFault {
  return { element: 'source', factory: 'x', domain: resource, number: 1, message: 'It failed.', debug: '', ...init };
}

describe('placeOf', () => {
  it.each([
    ['v4l2:/dev/video0', '/dev/video0'],
    ['rtsp://me:secret@10.0.0.7/live', '10.0.0.7'],
    ['http://me:secret@cam.lan:8081/stream?x=1', 'cam.lan:8081'],
    ['file:/clips/a.mp4', '/clips/a.mp4'],
    ['csi:1', 'the camera at sensor 1'],
    ['test:', 'the test picture'],
  ])('names %s without its secrets', (source, place) => {
    expect(placeOf(parseSource(source))).toBe(place);
  });
});

describe('causeOfFault', () => {
  it.each([
    [resource, 3, 'gone', false],
    [resource, 4, 'busy', false],
    [resource, 5, 'unreachable', false],
    [resource, 7, 'unreachable', false],
    [resource, 9, 'lost', false],
    [resource, 13, 'settings', true],
    [resource, 15, 'unauthorized', true],
    [resource, 1, 'error', false],
    [stream, 4, 'unsupported', true],
    [stream, 6, 'missing-plugin', true],
    [stream, 7, 'undecodable', false],
    ['gst-core-error-quark', 12, 'missing-plugin', true],
    ['gst-core-error-quark', 13, 'error', false],
    ['something-else', 15, 'error', false],
  ])('knows %s %d as %s', (domain, number, code, permanent) => {
    expect(causeOfFault(fault({ domain, number }))).toMatchObject({ code, permanent });
  });

  it.each([
    ['Could not connect to server (Connection refused)', 'cam.lan refuses the connection'],
    ['Error sending request: No route to host', 'no route to cam.lan'],
    ['Could not resolve "cam.lan"', 'the name of cam.lan cannot be resolved'],
    ['Socket I/O timed out', 'cam.lan does not answer'],
    ['Could not receive message. (System error)', 'the connection to cam.lan broke'],
    ['Could not receive message. (Received end-of-file)', 'cam.lan closed the connection'],
    ['Could not receive message. (Parse error)', 'cam.lan answers something else than RTSP'],
    ["gstv4l2object.c(4041): Device '/dev/video0' is busy", 'another program uses cam.lan'],
    ['system error: No such device', 'cam.lan is gone'],
    ['system error: Permission denied', 'no permission to use cam.lan'],
  ])('tells "%s" as an owner would', (debug, message) => {
    expect(causeOfFault(fault({ debug }), 'cam.lan').message).toBe(message);
  });

  it.each([
    [3, 'Not Found (404)', '404 from the camera'],
    [9, 'Service Unavailable (503)', '503 from the camera'],
  ])('tells the status of RTSP: %s, "%s"', (number, debug, message) => {
    const said = fault({
      factory: 'rtspsrc',
      domain: resource,
      number,
      debug: `gstrtspsrc.c(6895): send (): ${debug}`,
    });
    expect(causeOfFault(said)).toEqual({ code: 'rtsp-status', message, permanent: false });
    expect(causeOfFault({ ...said, factory: 'v4l2src' }).code).not.toBe('rtsp-status');
  });

  it('keeps what it does not know in the element’s own words, without passwords', () => {
    expect(causeOfFault(fault({ message: 'Oh no, rtsp://me:secret@cam/ broke' })).message).toBe(
      'Oh no, rtsp://me:***@cam/ broke (source)',
    );
  });

  it('tells a wrong password before anything else', () => {
    const { message } = causeOfFault(fault({ number: 15, debug: 'Connection refused' }));
    expect(message).toBe('401 from the camera: user or password is wrong');
  });

  it('knows a stream that nothing was linked to', () => {
    const debug = 'streaming stopped, reason not-linked (-1)';
    expect(causeOfFault(fault({ domain: stream, number: 1, debug }))).toMatchObject({
      code: 'unsupported',
      permanent: true,
    });
  });
});

describe('endsTheStream', () => {
  it('is what rtspsrc says of a server that died, and nothing else', () => {
    const message = 'The server closed the connection.';
    expect(endsTheStream(fault({ factory: 'rtspsrc', message }))).toBe(true);
    expect(endsTheStream(fault({ factory: 'rtspsrc', message: 'late' }))).toBe(false);
    expect(endsTheStream(fault({ factory: 'souphttpsrc', message }))).toBe(false);
  });
});

describe('causeOfError', () => {
  it('keeps the reason of a CameraFault', () => {
    const reason = { code: 'gone', message: '/dev/video9 is gone', permanent: false };
    expect(causeOfError(new CameraFault(reason))).toBe(reason);
    expect(new CameraFault(reason).message).toBe(reason.message);
  });

  it('reads what an element said when it refused to start', () => {
    const { element, factory, domain, number, message, debug } = fault({ number: 15 });
    const error = Object.assign(new Error(message), {
      code: 'ERR_STATE_CHANGE',
      element,
      factory,
      domain,
      number,
      debug,
    });
    expect(causeOfError(error)).toMatchObject({ code: 'unauthorized', permanent: true });
  });

  it.each([
    ['ERR_MISSING_ELEMENT', 'missing-plugin', true],
    ['ERR_PARSE', 'settings', true],
    ['ERR_STATE_CHANGE', 'error', false],
    ['ERR_TIMEOUT', 'error', false],
  ])('knows %s of the addon as %s', (code, expected, permanent) => {
    const error = Object.assign(new Error('at rtsp://a:secret@b/'), { code });
    expect(causeOfError(error)).toEqual({ code: expected, message: 'at rtsp://a:***@b/', permanent });
  });

  it("names the death of a camera's process, whatever it was doing", () => {
    const where = { element: 'process', factory: '', domain: 'lenscast-process', number: 1, debug: '' };
    const message = "the camera's process died: SIGSEGV";
    const crashed = { code: 'crashed', message, permanent: false };
    expect(causeOfFault({ ...where, message })).toEqual(crashed);
    expect(causeOfError(Object.assign(new Error(message), where, { code: 'ERR_STATE_CHANGE' }))).toEqual(crashed);
  });

  it('takes anything that was thrown', () => {
    expect(causeOfError('http://a:secret@b no route to host')).toMatchObject({ message: 'no route to the camera' });
    expect(causeOfError(undefined)).toMatchObject({ code: 'error', message: 'undefined' });
  });
});
