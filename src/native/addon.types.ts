/**
 * The whole contract between TypeScript and the C++ addon. The addon runs any GStreamer description; it knows
 * nothing of cameras, tiers or HTTP. Times named `…Ms` are milliseconds of CLOCK_MONOTONIC, with a fraction: the
 * clock that `process.hrtime()` reads.
 *
 * Every function checks its arguments. What it throws or rejects with is an `Error` with a `code` of
 * {@link NativeErrorCode} and a message that names what was wrong and the offending value.
 */

/** Stable codes of the errors that the addon throws. */
export type NativeErrorCode =
  /** A value of the wrong type or out of range. */
  | 'ERR_INVALID_ARG'
  /** The description is not a valid pipeline (gst_parse_launch's message follows). */
  | 'ERR_PARSE'
  /** The description names an element that this machine's GStreamer doesn't have. */
  | 'ERR_MISSING_ELEMENT'
  /** No element of that name in the pipeline. */
  | 'ERR_NO_ELEMENT'
  /** The element has no such property, or it can't be read or written (now). */
  | 'ERR_NO_PROPERTY'
  /** The call isn't possible in the pipeline's present state. */
  | 'ERR_STATE'
  /** The pipeline was closed. */
  | 'ERR_CLOSED'
  /** GStreamer refused the state change; the message carries the element's own words. */
  | 'ERR_STATE_CHANGE'
  /** It didn't happen within `timeoutMs`. */
  | 'ERR_TIMEOUT'
  /** The frame's handle is unknown, or was released before. */
  | 'ERR_NO_FRAME'
  /** A system call on a socket failed; the message names the call and the errno. */
  | 'ERR_SOCKET';

/** One encoded picture (JPEG) or one access unit (H.264), over the mapped GstBuffer. Read only. */
export interface NativeFrame {
  /** Pass it to {@link NativeAddon.releaseFrame} exactly once. */
  readonly handle: number;
  /** The encoded bytes; a JPEG's padding behind its EOI marker is left out. Detached by the release. */
  readonly data: ArrayBuffer;
  /** From the caps, or the JPEG's own SOF header; 0 where neither says. */
  readonly width: number;
  readonly height: number;
  /**
   * When the source captured it, from its running time and the pipeline's clock; its arrival where it has no PTS, or one
   * that is more than 30 s old, and never later than that.
   */
  readonly captureMs: number;
  /** When the appsink had it. */
  readonly arrivalMs: number;
  /** Counts the frames of this sink since the start, from 0, the dropped ones too: a gap is a loss. */
  readonly sequence: number;
  /** False for an H.264 access unit that needs earlier ones. */
  readonly keyframe: boolean;
}

/** What the pipeline's bus or its tap had to say. */
export type PipelineEvent =
  | {
      readonly type: 'error' | 'warning';
      /** The element's name, e.g. `source`. */
      readonly element: string;
      /** The element's factory, e.g. `rtspsrc`. */
      readonly factory: string;
      /** The error's domain and number as GStreamer has them, e.g. `gst-resource-error-quark`, 5. */
      readonly domain: string;
      readonly number: number;
      readonly message: string;
      /** The debug string, where the cause is often to be found. Passwords in URLs are masked, as in `message`. */
      readonly debug: string;
    }
  /** The tap saw the end of the stream, or the whole pipeline posted EOS. At most once per start or seek. */
  | { readonly type: 'eos' }
  /** A segment seek reached its end. */
  | { readonly type: 'segment-done' }
  /** The pipeline as a whole changed its state. */
  | { readonly type: 'state'; readonly state: PipelineState };

export type PipelineState = 'null' | 'ready' | 'paused' | 'playing';

/** Called on the JavaScript thread. What they throw reaches `uncaughtException` like any callback's error. */
export interface PipelineHandlers {
  /**
   * The doorbell: frames wait at these sinks, and at least one of them is new. Called once for a frame that found none
   * waiting at its sink, and not again for those that come before it is taken.
   */
  onFrames(sinks: readonly string[]): void;
  onEvent(event: PipelineEvent): void;
}

export interface PipelineOptions {
  /** The names of the appsinks whose frames are wanted. */
  readonly sinks: readonly string[];
  /**
   * The name of an element (an `identity`) that everything from the source passes. The addon counts what leaves its
   * source pad, reports EOS there, and, where the caps are image/jpeg, drops and counts JPEGs that are cut or broken.
   */
  readonly tap?: string;
  /** The names of elements with one `sink` and one `src` pad whose work is measured. */
  readonly meters?: readonly string[];
  /** Elements whose output waits, some milliseconds at most, until frames that are ready were taken. */
  readonly afterDelivery?: readonly string[];
  /** How its streaming threads run, and what they start themselves; as all others where left out. */
  readonly threads?: ThreadSettings;
}

/** Linux's weight and place of threads. What the system doesn't grant is left as it is. */
export interface ThreadSettings {
  /** nice(2), 0 to 19; a thread of 10 gets a tenth of another's share where there is too little for both. */
  readonly nice?: number;
  /** The numbers of the CPUs to run on (sched_setaffinity(2)); at least one must be this process's. */
  readonly cpus?: readonly number[];
}

export interface SinkStats {
  /** Frames that reached the appsink. */
  readonly received: number;
  /** Replaced before JavaScript took them, or left out up to the next keyframe. */
  readonly dropped: number;
  /** Taken by JavaScript. */
  readonly taken: number;
  readonly bytes: number;
}

export interface TapStats {
  readonly buffers: number;
  readonly bytes: number;
  /** Broken JPEGs that were dropped. */
  readonly corrupt: number;
  /** JPEGs that passed although they were overwritten somewhere: they show in part what was not there. */
  readonly damaged: number;
  /** When the last good buffer passed; 0 before the first. */
  readonly lastMs: number;
  /** The caps at the tap, '' before any. */
  readonly caps: string;
}

/** What passed an element. */
export interface MeterStats {
  /** Buffers that went in, and that came out: the rest were left out, or are inside. */
  readonly in: number;
  readonly out: number;
  /** Those that went in since the last one came out. */
  readonly sinceOut: number;
  /** Those that came out with the time stamp of one that went in, and how long they took altogether. */
  readonly timed: number;
  readonly busyMs: number;
}

export interface PipelineStats {
  readonly state: PipelineState;
  readonly sinks: Readonly<Record<string, SinkStats>>;
  readonly tap: TapStats | null;
  readonly meters: Readonly<Record<string, MeterStats>>;
}

export type PropertyValue = string | number | boolean;

export interface NativePipeline {
  /**
   * To PLAYING, on a thread of its own. Resolves once GStreamer accepted it (also NO_PREROLL and ASYNC: frames may
   * still be long in coming); events wait until then. Rejects with ERR_STATE_CHANGE (then with {@link ElementError}'s
   * properties where an element said why; no event follows, and only close() is left to do), ERR_STATE (already
   * started), ERR_CLOSED (also where close() comes while it starts). A playing pipeline holds itself alive until it is
   * closed, but doesn't keep the process running.
   */
  start(): Promise<void>;
  /**
   * To NULL, on a thread of its own; no callback comes after this call. Idempotent. Frames not yet released stay
   * valid. Resolves with false where the state change still hangs after `timeoutMs`: the pipeline is then abandoned on
   * its thread and counted in {@link NativeAddon.stats}. The pipeline can't be started again.
   */
  close(timeoutMs: number): Promise<boolean>;
  /**
   * The newest frame of a sink, or null where none is new. Where frames build on each other (caps other than image and
   * raw video) the oldest of a queue of 16, which drops to the next keyframe when it is full; the doorbell rings again
   * while some are left. Throws ERR_NO_ELEMENT, ERR_CLOSED.
   */
  take(sink: string): NativeFrame | null;
  /**
   * Sets a property, live; a string is parsed as in a description (also caps and enums), a number must be within the
   * property's range. Throws ERR_NO_ELEMENT, ERR_NO_PROPERTY, ERR_INVALID_ARG, ERR_CLOSED.
   */
  setProperty(element: string, property: string, value: PropertyValue): void;
  /**
   * Numbers and booleans as such, all else as GStreamer's string form, '' for none. Throws ERR_NO_ELEMENT,
   * ERR_NO_PROPERTY, ERR_CLOSED.
   */
  getProperty(element: string, property: string): PropertyValue;
  /**
   * Copies bytes into an appsrc as one buffer stamped with the present running time. False where the appsrc still
   * holds `maxQueuedBytes` or more: the bytes were dropped. Throws ERR_STATE before start() and where the appsrc takes
   * no more (ended, or failed), ERR_NO_ELEMENT, ERR_INVALID_ARG (also where the element is no appsrc), ERR_CLOSED.
   */
  push(element: string, bytes: Uint8Array, maxQueuedBytes: number): boolean;
  /** Ends the stream of an appsrc. Throws as {@link push} does. */
  endOfStream(element: string): void;
  /**
   * Seeks to `positionMs`, from the tap upwards where there is one; `segment` asks for `segment-done` instead of EOS at
   * the end. False where refused. Throws ERR_STATE before start(), ERR_CLOSED.
   */
  seek(positionMs: number, options: { readonly flush: boolean; readonly segment: boolean }): boolean;
  /**
   * Asks an encoder for a keyframe, as soon as it gets a picture: by GstForceKeyUnit (with all headers) at its source
   * pad, or, where `action` is given, by that action signal, which takes no parameters. Throws ERR_STATE before start(),
   * ERR_NO_ELEMENT, ERR_INVALID_ARG (no pad `src`, no such signal), ERR_CLOSED.
   */
  requestKeyframe(element: string, action?: string): void;
  /** The last figures, and state `null`, after close(). */
  stats(): PipelineStats;
  /** The tap's part of {@link stats} for who asks several times a second: the rest costs much more. */
  tapStats(): TapStats | null;
}

/** What an ERR_STATE_CHANGE has on top, where an element posted an error: as in {@link PipelineEvent}. */
export interface ElementError extends Error {
  readonly code: 'ERR_STATE_CHANGE';
  readonly element: string;
  readonly factory: string;
  readonly domain: string;
  readonly number: number;
  readonly debug: string;
}

export interface ElementInfo {
  readonly factory: string;
  /** The plugin's name: the same factory name can be two elements (`nvjpegenc`). */
  readonly plugin: string;
  readonly version: string;
  readonly rank: number;
}

export interface AddonStats {
  /** Frames taken and not released. */
  readonly liveFrames: number;
  readonly liveBytes: number;
  /** Pipelines opened and not closed. */
  readonly pipelines: number;
  /** Pipelines whose NULL state change hangs. */
  readonly abandoned: number;
}

export interface SocketOptions {
  /** TCP_NOTSENT_LOWAT, tcp(7): unsent bytes above which the socket takes no more. */
  readonly notSentLowWaterBytes?: number;
  /** SO_SNDBUF, socket(7); the kernel doubles it. Fixing it ends the kernel's autotuning. */
  readonly sendBufferBytes?: number;
}

/** What the kernel knows of a TCP connection: ioctl SIOCOUTQNSD and SIOCOUTQ, and TCP_INFO (linux/tcp.h). */
export interface SocketInfo {
  /** Written to the socket and not sent yet. */
  readonly unsentBytes: number;
  /** Written to the socket and not acknowledged yet, the unsent ones included. */
  readonly unackedBytes: number;
  readonly rttMs: number;
  readonly rttVarianceMs: number;
  /** 0 before the first. */
  readonly minRttMs: number;
  /** Bits per second, the kernel's latest sample; 0 before the first. */
  readonly deliveryRateBps: number;
  /** That sample was limited by what we wrote, not by the link. */
  readonly appLimited: boolean;
  /** Segments sent again, since the connection began. */
  readonly retransmits: number;
  /** Segments thought to be lost, at present. */
  readonly lostSegments: number;
  readonly congestionWindowSegments: number;
  /** The sending maximum segment size. */
  readonly segmentBytes: number;
  readonly ackedBytes: number;
  /** Beyond a gap, where something was lost, by whole segments: acknowledged, but not among `ackedBytes` (SACK, RFC 2018). */
  readonly sackedBytes: number;
  /** How long there was something to send; how long of that the peer's window, and our send buffer, held it up. */
  readonly busyMs: number;
  readonly receiveWindowLimitedMs: number;
  readonly sendBufferLimitedMs: number;
  readonly sinceLastAckMs: number;
}

export interface NativeAddon {
  /** For example `1.22.0`. */
  readonly gstreamerVersion: string;
  /**
   * Parses and builds; nothing runs yet. Besides GStreamer's elements there is `lenscaststillgate`, which leaves out
   * pictures that show nothing new (native/still_gate.h). A `valve` that opens lets frames that lean on earlier ones pass from the next
   * keyframe on, or after 10 s without one. Throws ERR_PARSE, ERR_MISSING_ELEMENT, ERR_NO_ELEMENT, ERR_INVALID_ARG.
   */
  openPipeline(description: string, options: PipelineOptions, handlers: PipelineHandlers): NativePipeline;
  /**
   * {@link openPipeline} on a thread of its own: to load plugins and to build elements takes up to tens of milliseconds.
   * Rejects with what that throws, and with ERR_TIMEOUT after 10 s.
   */
  openPipelineAsync(description: string, options: PipelineOptions, handlers: PipelineHandlers): Promise<NativePipeline>;
  /** Detaches the frame's ArrayBuffer and unmaps and unrefs its GstBuffer at once. Throws ERR_NO_FRAME. */
  releaseFrame(handle: number): void;
  /** Null where the registry has no such factory. */
  findElement(factory: string): ElementInfo | null;
  /**
   * An element's writable properties by name; of an enumeration its nicks, else null. Null where there is no such
   * element. Loads its plugin, and so runs the plugin's code: ask in a process that may crash.
   */
  elementProperties(factory: string): Readonly<Record<string, readonly string[] | null>> | null;
  /**
   * Runs a description whose sink is `appsink name=probe` until one buffer arrived there, on a thread of its own.
   * Resolves with that buffer's caps and size once the pipeline is in NULL again. Rejects with ERR_TIMEOUT (at most
   * 500 ms late, where a state change hangs: abandoned then, as in {@link NativePipeline.close}), ERR_STATE_CHANGE,
   * ERR_PARSE, ERR_MISSING_ELEMENT, ERR_NO_ELEMENT, ERR_INVALID_ARG.
   */
  probe(description: string, timeoutMs: number): Promise<{ readonly caps: string; readonly bytes: number }>;
  /**
   * Brings a source description (its last element is named `source`) to READY and asks its source pad what it can
   * deliver: one string for each caps structure, fields fixed where the device lists them one by one. Rejects as
   * {@link probe} does.
   */
  queryCaps(description: string, timeoutMs: number): Promise<readonly string[]>;
  stats(): AddonStats;
  /** Throws ERR_SOCKET, ERR_INVALID_ARG. */
  setSocketOptions(fd: number, options: SocketOptions): void;
  /** Throws ERR_SOCKET, ERR_INVALID_ARG. */
  socketInfo(fd: number): SocketInfo;
  /**
   * For each descriptor one sendmsg(2) of all chunks (1 to 8), which never blocks. `sent[i]` becomes the bytes that the
   * socket took (0 where it takes none now), or the negative errno: a socket's error is never thrown. Throws
   * ERR_INVALID_ARG.
   */
  sendToAll(fds: Int32Array, chunks: readonly Uint8Array[], sent: Float64Array | Int32Array): void;
  /**
   * Sends one datagram to a socket of the file system, or of the abstract namespace where `path` begins with `@`:
   * what sd_notify(3) does with `$NOTIFY_SOCKET`. Never blocks. Throws ERR_SOCKET (also where the receiver's queue is
   * full), ERR_INVALID_ARG.
   */
  notifySocket(path: string, text: string): void;
  /** Whether something keeps the system's clock right, adjtimex(2); null where the kernel doesn't tell. */
  clockSynchronized(): boolean | null;
  /**
   * Calls `action`, and returns what it returns. Threads that it starts may wake up by as much as `slackMs` (0.001 to
   * 10,000) later than they meant to, together with others where that is sooner: PR_SET_TIMERSLACK of prctl(2), which
   * threads inherit. Throws what `action` throws, ERR_INVALID_ARG.
   */
  withTimerSlack<T>(slackMs: number, action: () => T): T;
}

/** A frame whose bytes are an ArrayBuffer, or a part of one; unusable after its release. */
export type RunnerFrame = Omit<NativeFrame, 'data'> & { readonly data: ArrayBuffer | Uint8Array };

/** What a camera needs of a {@link NativePipeline}: what can also be had from another process. */
export interface RunnablePipeline
  extends Pick<NativePipeline, 'start' | 'close' | 'setProperty' | 'push' | 'requestKeyframe' | 'stats' | 'tapStats'> {
  take(sink: string): RunnerFrame | null;
}

/** What a camera needs of the addon. */
export interface PipelineRunner extends Pick<NativeAddon, 'releaseFrame' | 'probe' | 'queryCaps'> {
  openPipelineAsync(
    description: string,
    options: PipelineOptions,
    handlers: PipelineHandlers,
  ): Promise<RunnablePipeline>;
  /** Another pipeline follows in a moment: what takes long may begin now. */
  prepare?(): void;
}
