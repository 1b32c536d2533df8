/**
 * What Lenscast needs from the system: one line for each thing, its Debian package, what it is for, and how to see
 * that it is there. `found` gets the functions of `checks.mjs`.
 */

/**
 * @typedef {object} Need
 * @property {string} package Debian's name; Ubuntu and Raspberry Pi OS have the same
 * @property {string} purpose completes "needed to …"
 * @property {(machine: import('./checks.mjs').Machine) => boolean} found
 */

/** The purpose of what isn't needed where a prebuilt addon is there. */
export const BUILD = 'build the native addon';
const GSTREAMER = 'run cameras';

/** @type {readonly Need[]} */
export const RUNTIME = [
  { package: 'g++', purpose: BUILD, found: (m) => m.command('c++') || m.command('g++') },
  { package: 'make', purpose: BUILD, found: (m) => m.command('make') || m.command('ninja') },
  { package: 'cmake', purpose: BUILD, found: (m) => m.cmake(3, 16) },
  { package: 'pkg-config', purpose: BUILD, found: (m) => m.command('pkg-config') },
  { package: 'libgstreamer1.0-dev', purpose: BUILD, found: (m) => m.library('gstreamer-1.0', '1.16') },
  {
    package: 'libgstreamer-plugins-base1.0-dev',
    purpose: BUILD,
    found: (m) => m.library('gstreamer-app-1.0', '1.16') && m.library('gstreamer-video-1.0', '1.16'),
  },
  {
    package: 'gstreamer1.0-plugins-base',
    purpose: GSTREAMER,
    // videoconvert and videoscale are one plugin since 1.22.
    found: (m) =>
      ['app', 'playback', 'videorate', 'videotestsrc', 'typefindfunctions'].every(m.plugin) &&
      (m.plugin('videoconvertscale') || (m.plugin('videoconvert') && m.plugin('videoscale'))),
  },
  {
    package: 'gstreamer1.0-plugins-good',
    purpose: GSTREAMER,
    found: (m) =>
      ['debug', 'isomp4', 'jpeg', 'matroska', 'rtp', 'rtpmanager', 'rtsp', 'udp', 'video4linux2'].every(m.plugin),
  },
  { package: 'gstreamer1.0-plugins-bad', purpose: 'parse H.264 and H.265', found: (m) => m.plugin('videoparsersbad') },
  {
    package: 'gstreamer1.0-plugins-ugly',
    purpose: 'encode H.264 for WebRTC',
    // Debian 12's plugins-bad has the other one, Debian 11's and Ubuntu 20.04's have none.
    found: (m) => m.plugin('x264') || m.plugin('openh264'),
  },
  { package: 'gstreamer1.0-libav', purpose: 'decode H.264 and H.265', found: (m) => m.plugin('libav') },
  { package: 'gstreamer1.0-x', purpose: 'write the clock of the test pattern', found: (m) => m.plugin('pango') },
];

const CAMERAS = 'emulate cameras in the tests';
const VIEWERS = 'watch in the tests as other programs do';
const OBSERVE = 'observe the server in the tests';

const SERVICE = 'check the service and its scripts';

/** @type {readonly Need[]} */
export const TEST = [
  { package: 'gstreamer1.0-tools', purpose: VIEWERS, found: (m) => m.command('gst-launch-1.0') },
  { package: 'gstreamer1.0-plugins-ugly', purpose: CAMERAS, found: (m) => m.plugin('x264') },
  {
    package: 'libgstrtspserver-1.0-dev',
    purpose: CAMERAS,
    found: (m) => m.library('gstreamer-rtsp-server-1.0', '1.16'),
  },
  { package: 'libjpeg-dev', purpose: CAMERAS, found: (m) => m.library('libjpeg', '1.5') },
  { package: 'ffmpeg', purpose: VIEWERS, found: (m) => m.command('ffmpeg') && m.command('ffprobe') },
  { package: 'ustreamer', purpose: VIEWERS, found: (m) => m.command('ustreamer') },
  { package: 'v4l-utils', purpose: VIEWERS, found: (m) => m.command('v4l2-ctl') },
  { package: 'chromium', purpose: VIEWERS, found: (m) => m.command('chromium') || m.command('chromium-browser') },
  { package: 'firefox-esr', purpose: VIEWERS, found: (m) => m.command('firefox-esr') || m.command('firefox') },
  { package: 'python3-opencv', purpose: VIEWERS, found: (m) => m.pythonModule('cv2') },
  { package: 'python3-gi', purpose: VIEWERS, found: (m) => m.pythonModule('gi') },
  { package: 'gir1.2-gst-plugins-bad-1.0', purpose: VIEWERS, found: (m) => m.typelib('GstWebRTC', '1.0') },
  { package: 'gstreamer1.0-nice', purpose: VIEWERS, found: (m) => m.plugin('nice') },
  { package: 'curl', purpose: VIEWERS, found: (m) => m.command('curl') },
  { package: 'iproute2', purpose: OBSERVE, found: (m) => m.command('ss') && m.command('ip') },
  { package: 'systemd', purpose: SERVICE, found: (m) => m.command('systemd-analyze') && m.command('systemd-sysusers') },
  { package: 'shellcheck', purpose: SERVICE, found: (m) => m.command('shellcheck') },
  { package: 'procps', purpose: OBSERVE, found: (m) => m.command('ps') },
];
