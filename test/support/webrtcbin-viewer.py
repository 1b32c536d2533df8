"""webrtcbin-viewer.py URL FRAMES: watches by WHEP with GStreamer's webrtcbin, and decodes.

Writes so many pictures, RGB without padding, to the standard output, and for each a line to the standard error:
WIDTHxHEIGHT and CLOCK_MONOTONIC in microseconds when it was decoded. Ends its session with DELETE.
"""
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstSdp', '1.0')
gi.require_version('GstWebRTC', '1.0')
from gi.repository import GLib, Gst, GstSdp, GstWebRTC

TIMEOUT_S = 25
OFFERED = (
    'application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,packetization-mode=(string)1,'
    'profile-level-id=(string)42e01f,rtcp-fb-nack=true,rtcp-fb-nack-pli=true,rtcp-fb-transport-cc=true'
)
DECODER = (
    'queue ! rtph264depay ! h264parse ! avdec_h264 max-threads=1 ! videoconvert ! video/x-raw,format=RGB '
    '! appsink name=pictures emit-signals=true sync=false'
)


class Viewer:
    def __init__(self, url, frames):
        self.url = url
        self.wanted = frames
        self.session = None
        self.error = None
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new()
        self.webrtc = Gst.ElementFactory.make('webrtcbin')
        self.webrtc.set_property('bundle-policy', GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        # By itself it gives up a packet that is 200 ms late, as all are where the machine has much else to do. Nothing
        # that comes in order waits for so long.
        self.webrtc.set_property('latency', 5000)
        self.pipeline.add(self.webrtc)
        # By itself it leaves loopback out. The agent is kept: PyGObject takes the bin's own reference to it.
        self.agent = self.webrtc.get_property('ice-agent')
        self.agent.emit('add-local-ip-address', urllib.parse.urlparse(url).hostname)
        self.webrtc.connect('on-negotiation-needed', self.offer)
        self.webrtc.connect('notify::ice-gathering-state', self.gathered)
        self.webrtc.connect('pad-added', self.decode)
        receive = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        transceiver = self.webrtc.emit('add-transceiver', receive, Gst.Caps.from_string(OFFERED))
        transceiver.set_property('do-nack', True)

    def run(self):
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message::error', lambda _, message: self.end(str(message.parse_error())))
        GLib.timeout_add_seconds(TIMEOUT_S, lambda: self.end('%d pictures are missing' % self.wanted))
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        if self.session and not self.error:
            urllib.request.urlopen(urllib.request.Request(self.session, method='DELETE'), timeout=5).close()
        return self.error

    def end(self, error=None):
        self.error = self.error or error
        self.loop.quit()
        return False

    def offer(self, webrtc):
        def made(promise):
            # The offer lives as long as the reply.
            reply = promise.get_reply()
            offer = reply.get_value('offer')
            webrtc.emit('set-local-description', offer, Gst.Promise.new())

        webrtc.emit('create-offer', None, Gst.Promise.new_with_change_func(made))

    def gathered(self, webrtc, _):
        if webrtc.get_property('ice-gathering-state') != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            return
        # Not on a thread of webrtcbin's.
        threading.Thread(target=self.ask, args=[webrtc.get_property('local-description').sdp.as_text()]).start()

    def ask(self, offer):
        try:
            request = urllib.request.Request(self.url, offer.encode(), {'Content-Type': 'application/sdp'})
            with urllib.request.urlopen(request, timeout=10) as response:
                self.session = urllib.parse.urljoin(self.url, response.headers['Location'])
                answer = response.read()
        except urllib.error.URLError as error:
            GLib.idle_add(self.end, '%s %s' % (error, getattr(error, 'read', lambda: '')()))
            return
        _, message = GstSdp.SDPMessage.new()
        GstSdp.sdp_message_parse_buffer(answer, message)
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.webrtc.emit('set-remote-description', description, Gst.Promise.new())

    def decode(self, _, pad):
        decoder = Gst.parse_bin_from_description(DECODER, True)
        decoder.get_by_name('pictures').connect('new-sample', self.see)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad('sink'))

    def see(self, sink):
        sample = sink.emit('pull-sample')
        at_us = time.monotonic_ns() // 1000
        if self.wanted == 0:
            return Gst.FlowReturn.OK
        caps = sample.get_caps().get_structure(0)
        width, height = caps.get_value('width'), caps.get_value('height')
        pixels = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
        stride = len(pixels) // height
        for row in range(height):
            sys.stdout.buffer.write(pixels[row * stride : row * stride + 3 * width])
        sys.stdout.buffer.flush()
        print('%dx%d %d' % (width, height, at_us), file=sys.stderr, flush=True)
        self.wanted -= 1
        if self.wanted == 0:
            GLib.idle_add(self.end)
        return Gst.FlowReturn.OK


Gst.init(None)
sys.exit(Viewer(sys.argv[1], int(sys.argv[2])).run())
