import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cause,
  initialSupervision,
  nextTickMs,
  type Supervision,
  type SupervisorEvent,
  supervise,
} from '../../../src/camera/supervisor.js';
import { type SupervisorSettings, supervisorDefaults } from '../../../src/camera/supervisor-settings.js';

const lost: Cause = { code: 'unreachable', message: 'the camera refuses the connection', permanent: false };
const gone: Cause = { code: 'gone', message: '/dev/video0 is gone', permanent: false };
const broken: Cause = { code: 'broken-frames', message: '9 of the last 60 pictures came broken', permanent: false };
const refused: Cause = { code: 'unauthorized', message: 'user or password is wrong', permanent: true };

const demand = (wanted: boolean): SupervisorEvent => ({ type: 'demand', wanted });
const fault = (cause = lost, jitter = 0): SupervisorEvent => ({ type: 'fault', cause, jitter });
const frames: SupervisorEvent = { type: 'frames' };
const heard: SupervisorEvent = { type: 'heard' };
const well: SupervisorEvent = { type: 'ailment', cause: null };
const closed: SupervisorEvent = { type: 'closed' };
const ended: SupervisorEvent = { type: 'ended' };
const appeared: SupervisorEvent = { type: 'appeared' };

/** Applies events at moments, and ticks when they are due. */
class Story {
  now: Supervision = initialSupervision(0);
  nowMs = 0;
  /** For example `0 open`. */
  readonly actions: string[] = [];
  readonly settings: SupervisorSettings;

  constructor(settings: Partial<SupervisorSettings> = {}) {
    this.settings = { ...supervisorDefaults, ...settings };
  }

  say(...events: readonly SupervisorEvent[]): this {
    for (const event of events) {
      const { next, actions } = supervise(this.now, event, this.nowMs, this.settings);
      this.now = next;
      for (const action of actions) this.actions.push(`${this.nowMs} ${action}`);
    }
    return this;
  }

  /** Lets time pass, with the ticks that fall due in it. */
  wait(forMs: number): this {
    const endMs = this.nowMs + forMs;
    for (let due = this.#due(); due !== null && due <= endMs; due = this.#due()) {
      this.nowMs = Math.max(this.nowMs, due);
      this.say({ type: 'tick', jitter: 0 });
    }
    this.nowMs = endMs;
    return this;
  }

  /** Live, with frames each 100 ms. */
  live(forMs: number): this {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; ) this.say(frames).wait(100);
    return this;
  }

  #due(): number | null {
    return nextTickMs(this.now, this.settings);
  }
}

describe('a camera that somebody watches', () => {
  it('opens at once, is live with its first frame, and rests after the linger', () => {
    const story = new Story().say(demand(true));
    expect(story.now).toMatchObject({ state: 'starting', pipeline: 'open', sinceMs: 0 });
    story.wait(300).say(frames);
    expect(story.now).toMatchObject({ state: 'live', sinceMs: 300, cause: null });
    story.say(demand(false)).live(14_900);
    expect(story.now.state).toBe('live');
    story.live(200);
    expect(story.now).toMatchObject({ state: 'idle', pipeline: 'closing' });
    expect(story.actions).toEqual(['0 open', '15300 close']);
    story.say(closed).wait(60_000);
    expect(story.now).toMatchObject({ state: 'idle', pipeline: 'none', openAtMs: null });
    expect(nextTickMs(story.now, story.settings)).toBeNull();
  });

  it('runs on when the next viewer comes within the linger', () => {
    const story = new Story().say(demand(true), frames, demand(false)).live(14_000).say(demand(true)).live(60_000);
    expect(story.actions).toEqual(['0 open']);
    expect(story.now).toMatchObject({ state: 'live', lingerEndsMs: null });
  });

  it('opens anew only when the old pipeline is gone', () => {
    const story = new Story({ lingerMs: 0 }).say(demand(true), frames, demand(false)).wait(10).say(demand(true));
    expect(story.actions).toEqual(['0 open', '0 close']);
    expect(story.now).toMatchObject({ state: 'starting', pipeline: 'closing' });
    story.wait(400).say(closed);
    expect(story.actions).toEqual(['0 open', '0 close', '410 open']);
  });

  it('counts a second demand, or its end, once', () => {
    const story = new Story().say(demand(true), demand(true), frames, demand(false)).live(5000).say(demand(false));
    expect(story.now.lingerEndsMs).toBe(15_000);
    expect(story.actions).toEqual(['0 open']);
  });
});

describe('a camera that fails', () => {
  it('is tried again, each time later, up to the longest wait', () => {
    const story = new Story().say(demand(true));
    const opened: number[] = [];
    for (let i = 0; i < 8; i++) {
      opened.push(story.now.openedMs);
      story.say(fault(), closed);
      expect(story.now).toMatchObject({ state: 'recovering', attempt: i + 1, cause: lost });
      story.wait(1500);
      story.nowMs = story.now.openedMs;
    }
    const waits = opened.slice(1).map((at, i) => at - (opened[i] ?? 0));
    expect(waits).toEqual([100, 200, 400, 800, 1500, 1500, 1500]);
  });

  it('waits up to a quarter less by chance, so that cameras do not march', () => {
    const story = new Story().say(demand(true), fault(lost, 1));
    expect(story.now.openAtMs).toBe(75);
  });

  it('is tried rarely where somebody has to change something first', () => {
    const story = new Story().say(demand(true), fault(refused), closed);
    expect(story.now).toMatchObject({ state: 'failed', cause: refused });
    story.wait(9999);
    expect(story.actions).toEqual(['0 open', '0 close']);
    story.wait(1);
    expect(story.actions.at(-1)).toBe('10000 open');
    story.say(frames);
    expect(story.now).toMatchObject({ state: 'live', cause: null });
  });

  it('is a new one after a stable minute', () => {
    const story = new Story().say(demand(true), fault(), closed).wait(100).say(fault(), closed).wait(200);
    expect(story.now.attempt).toBe(2);
    story.live(59_000).say(fault(), closed).wait(400);
    expect(story.now.attempt).toBe(3);
    story.live(60_100).say(fault(), closed);
    expect(story.now).toMatchObject({ attempt: 1, openAtMs: story.nowMs + 100 });
  });

  it('is closed when no first frame comes in time', () => {
    const story = new Story().say(demand(true)).wait(10_000);
    expect(story.actions).toEqual(['0 open', '10000 close']);
    expect(story.now.cause).toEqual({
      code: 'no-frames',
      message: 'no frame within 10.0 s of the start',
      permanent: false,
    });
  });

  it('is closed when it falls silent', () => {
    const story = new Story().say(demand(true)).live(500).wait(2000);
    expect(story.actions).toEqual(['0 open', '1400 close']);
    expect(story.now).toMatchObject({ state: 'recovering', cause: { code: 'stalled', message: 'no frame for 1.0 s' } });
  });

  it('goes to rest when nobody waits for it any more, and forgets the cause', () => {
    const story = new Story({ lingerMs: 3000 }).say(demand(true), fault(refused), closed, demand(false)).wait(3000);
    expect(story.now).toMatchObject({ state: 'idle', cause: null, openAtMs: null });
    expect(nextTickMs(story.now, story.settings)).toBeNull();
  });

  it('is not tried more often because viewers come and go', () => {
    const story = new Story({ lingerMs: 0 });
    for (let i = 0; i < 100; i++) story.say(demand(true), fault(refused), closed, demand(false)).wait(500);
    const opens = story.actions.filter((action) => action.endsWith('open'));
    expect(opens).toEqual(['0 open', '10000 open', '20000 open', '30000 open', '40000 open']);
  });

  it('keeps its place in the row of waits while viewers come and go', () => {
    const story = new Story({ lingerMs: 0 });
    for (let i = 0; i < 100; i++) story.say(demand(true)).wait(1).say(fault(), closed, demand(false)).wait(99);
    // 100 + 200 + 400 + 800 ms, then each 1.5 s
    expect(story.actions.filter((action) => action.endsWith('open')).length).toBeLessThanOrEqual(11);
  });

  it('has a fresh start when a viewer comes long after', () => {
    const story = new Story({ lingerMs: 0 });
    for (let i = 0; i < 5; i++) story.say(demand(true)).wait(1).say(fault(), closed, demand(false)).wait(2000);
    story.wait(60_000).say(demand(true));
    expect(story.actions.at(-1)).toBe(`${story.nowMs} open`);
    story.say(fault());
    expect(story.now.attempt).toBe(1);
  });

  it('ignores a fault of the pipeline that it is closing already', () => {
    const story = new Story().say(demand(true), fault(), fault(refused));
    expect(story.now).toMatchObject({ state: 'recovering', cause: lost, attempt: 1 });
    expect(story.actions).toEqual(['0 open', '0 close']);
  });
});

describe('a camera that was lost without a word', () => {
  const startMs = 200;
  const lostStory = () => {
    const story = new Story().say(demand(true)).wait(startMs).live(3000).wait(1000);
    expect(story.now).toMatchObject({ state: 'recovering', cause: { code: 'stalled' }, answeredInMs: startMs });
    return story.say(closed);
  };
  const openings = (story: Story) => story.actions.filter((action) => action.endsWith('open')).map(Number.parseFloat);

  it('is asked again soon: it never answers what was asked while it was away', () => {
    const story = lostStory();
    expect(story.now.pipeline).toBe('open');
    story.wait(1499);
    expect(story.now.pipeline).toBe('open');
    story.wait(1);
    expect(story.now).toMatchObject({ pipeline: 'closing', silentStarts: 1 });
  });

  it('has longer after each four starts in vain, up to the time of any start', () => {
    const story = lostStory();
    for (let i = 0; i < 16; i++) {
      while (story.now.pipeline === 'open') story.wait(100);
      story.say(closed).wait(100);
    }
    const gaps = openings(story).slice(1);
    const lasted = gaps.slice(1).map((at, i) => Math.round((at - (gaps[i] ?? 0)) / 100) * 100);
    expect(lasted.slice(0, 13)).toEqual([
      ...Array(4).fill(1600),
      ...Array(4).fill(3100),
      ...Array(4).fill(6100),
      10_100,
    ]);
  });

  it('has three times as long as it took the last time', () => {
    const story = new Story().say(demand(true)).wait(900).live(3000).wait(1000).say(closed);
    story.wait(2699);
    expect(story.now.pipeline).toBe('open');
    story.wait(1);
    expect(story.now.pipeline).toBe('closing');
  });

  it('has as long as ever once it gives a sign of life', () => {
    const story = lostStory().wait(1000).say(heard).wait(8999);
    expect(story.now).toMatchObject({ pipeline: 'open', state: 'recovering', silentStarts: 0 });
    story.wait(1);
    expect(story.now.cause).toMatchObject({ code: 'no-frames', message: expect.stringContaining('no picture') });
  });

  it('keeps the best words there are', () => {
    const story = lostStory().wait(1500);
    const noRoute: Cause = { code: 'unreachable', message: 'no route to 10.0.0.7', permanent: false };
    story.say({ type: 'explained', cause: noRoute }, closed).wait(100).wait(1500);
    expect(story.now).toMatchObject({ state: 'recovering', cause: noRoute, silentStarts: 2 });
    story.say(closed).wait(100).say(frames, { type: 'explained', cause: noRoute });
    expect(story.now).toMatchObject({ state: 'live', cause: null });
  });
});

describe('a camera whose frames are not as they should be', () => {
  const few: Cause = { code: 'few-frames', message: 'only 3.0 of 30 frames a second come', permanent: false };

  it('is degraded, with the reason, and live again without one', () => {
    const story = new Story().say(demand(true)).live(3000).say({ type: 'ailment', cause: few });
    expect(story.now).toMatchObject({ state: 'degraded', cause: few, pipeline: 'open', sinceMs: 3000 });
    story.live(2000);
    expect(story.now).toMatchObject({ state: 'degraded', cause: few, lastFrameMs: 4900 });
    story.say({ type: 'ailment', cause: null });
    expect(story.now).toMatchObject({ state: 'live', cause: null });
    expect(story.actions).toEqual(['0 open']);
  });

  it('is lost like any other, and rests like any other', () => {
    const story = new Story().say(demand(true)).live(3000).say({ type: 'ailment', cause: few }).wait(1000);
    expect(story.now).toMatchObject({ state: 'recovering', cause: { code: 'stalled' } });
    const other = new Story().say(demand(true)).live(3000).say({ type: 'ailment', cause: few }, demand(false));
    other.live(15_100);
    expect(other.now).toMatchObject({ state: 'idle', cause: null });
  });

  it('says nothing of a camera that gives none', () => {
    for (const event of [demand(true), fault()]) {
      const story = new Story().say(demand(true), event, { type: 'ailment', cause: few });
      expect(story.now.state).not.toBe('degraded');
    }
  });
});

describe('tries', () => {
  it('are so far apart, whatever they last: who failed late is tried again at once', () => {
    const story = new Story().say(demand(true));
    for (let i = 0; i < 8; i++) story.say(fault(), closed).wait(1500);
    expect(story.now).toMatchObject({ pipeline: 'open', attempt: 8 });
    story.say(heard).wait(5000).say(fault());
    expect((story.now.openAtMs ?? 0) - story.nowMs).toBe(100);
  });
});

describe('a file', () => {
  it('begins again at its end without a fault', () => {
    const story = new Story().say(demand(true)).live(3000).say(ended);
    expect(story.now).toMatchObject({ state: 'live', pipeline: 'closing', attempt: 0, cause: null });
    story.say(closed);
    expect(story.actions).toEqual(['0 open', '3000 close', '3000 open']);
    expect(story.now.state).toBe('live');
  });

  it('does not spin where it is a single frame', () => {
    const story = new Story().say(demand(true), frames, ended, closed).wait(10_000);
    expect(story.actions).toEqual(['0 open', '0 close', '1500 open', '11500 close'].slice(0, 3));
  });

  it('has as long as at its first start to show a frame again', () => {
    const story = new Story().say(demand(true)).live(3000).say(ended, closed).wait(9999);
    expect(story.now).toMatchObject({ state: 'live', pipeline: 'open' });
    story.wait(1);
    expect(story.now.state).toBe('recovering');
  });
});

const simple = [
  'watch',
  'leave',
  'frames',
  'heard',
  'ill',
  'well',
  'lost',
  'gone',
  'refused',
  'explained',
  'appeared',
  'changed',
  'ended',
  'closed',
] as const;
type Happening = { readonly what: (typeof simple)[number] } | { readonly what: 'wait'; readonly forMs: number };

const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(
  fc.oneof(
    ...simple.map((what) => fc.constant({ what } as const)),
    fc.constant({ what: 'closed' } as const),
    fc.record({ what: fc.constant('wait' as const), forMs: fc.oneof(fc.nat(200), fc.nat(3000), fc.nat(90_000)) }),
  ),
  { maxLength: 120 },
);
const lingers = fc.constantFrom(0, 500, 15_000);

/** A story whose pipeline is watched: what may not happen in any order of events throws. */
class CheckedStory extends Story {
  #pipeline: 'none' | 'open' | 'closing' = 'none';
  #closedBy: 'fault' | 'other' = 'other';
  /** When a pipeline was opened after a fault. */
  readonly retriesMs: number[] = [];

  override say(...events: readonly SupervisorEvent[]): this {
    for (const event of events) {
      if (event.type === 'closed') {
        if (this.#pipeline !== 'closing') continue;
        this.#pipeline = 'none';
      }
      const before = this.actions.length;
      super.say(event);
      for (const action of this.actions.slice(before)) this.#act(action, event);
      expect(this.now.pipeline).toBe(this.#pipeline);
      const due = nextTickMs(this.now, this.settings);
      if (event.type === 'tick' && due !== null) expect(due).toBeGreaterThan(this.nowMs);
      if (this.now.state === 'idle') expect(this.now).toMatchObject({ wanted: false, openAtMs: null });
      if (this.now.state === 'live') expect(this.now.cause).toBeNull();
      if (['degraded', 'recovering', 'failed'].includes(this.now.state)) expect(this.now.cause).not.toBeNull();
      if (this.now.pipeline !== 'closing' && this.now.state !== 'idle') expect(due).not.toBeNull();
    }
    return this;
  }

  #act(action: string, event: SupervisorEvent): void {
    if (action.endsWith('open')) {
      expect(this.#pipeline).toBe('none');
      this.#pipeline = 'open';
      if (this.#closedBy === 'fault') this.retriesMs.push(this.nowMs);
    } else {
      expect(this.#pipeline).toBe('open');
      this.#pipeline = 'closing';
      const ofFault = event.type === 'fault' || (event.type === 'tick' && this.now.state === 'recovering');
      this.#closedBy = ofFault ? 'fault' : 'other';
    }
  }

  happen(happening: Happening): void {
    switch (happening.what) {
      case 'watch':
      case 'leave':
        return void this.say(demand(happening.what === 'watch'));
      case 'frames':
        return void this.say(frames);
      case 'heard':
        return void this.say(heard);
      case 'ill':
      case 'well':
        return void this.say({ type: 'ailment', cause: happening.what === 'ill' ? broken : null });
      case 'lost':
      case 'gone':
      case 'refused':
        return void this.say(fault({ lost, gone, refused }[happening.what], 1));
      case 'explained':
        return void this.say({ type: 'explained', cause: lost });
      case 'appeared':
        return void this.say(appeared);
      case 'changed':
        return void this.say({ type: 'changed' });
      case 'ended':
        return void this.say(ended);
      case 'closed':
        return void this.say(closed);
      case 'wait':
        return void this.wait(happening.forMs);
    }
  }
}

describe('a device that was gone', () => {
  const unplugged = () => new Story().say(demand(true), frames).wait(500).say(fault(gone), closed);

  it('is looked for once a second', () => {
    const story = unplugged().wait(1000).say(fault(gone), closed).wait(1000);
    expect(story.actions).toEqual(['0 open', '500 close', '1500 open', '1500 close', '2500 open']);
    expect(story.now).toMatchObject({ state: 'recovering', attempt: 0 });
  });

  it('is opened as soon as it is told to be there', () => {
    const story = unplugged().wait(321).say(appeared);
    expect(story.actions).toEqual(['0 open', '500 close', '821 open']);
  });

  it('is opened when its old pipeline has stopped, where it is told before', () => {
    const story = new Story().say(demand(true), frames).wait(500).say(fault(gone), appeared).wait(40);
    expect(story.now).toMatchObject({ pipeline: 'closing' });
    story.say(closed);
    expect(story.actions).toEqual(['0 open', '500 close', '540 open']);
  });

  it('is not looked for more often than ten times a second, however often it is told to be there', () => {
    const story = unplugged();
    for (let i = 0; i < 1000; i++) {
      story.say(appeared).wait(1);
      if (story.now.pipeline === 'open') story.say(fault(gone), closed);
    }
    const opened = story.actions.filter((action) => action.endsWith('open'));
    expect(opened.length).toBeLessThanOrEqual(12);
  });

  it('that was found and doesn’t work waits as any other', () => {
    const story = unplugged().say(appeared, fault(lost), closed, appeared, appeared);
    expect(story.actions.at(-1)).toBe('500 close');
    story.say(demand(false), appeared).wait(20_000).say(closed, appeared);
    expect(story.now).toMatchObject({ state: 'idle', pipeline: 'none' });
  });
});

describe('whatever happens, in whatever order', () => {
  it('there is one pipeline at most, time goes forward, and it is neither lost nor retried in a storm', () => {
    fc.assert(
      fc.property(happenings, lingers, (sequence, lingerMs) => {
        const story = new CheckedStory({ lingerMs });
        for (const happening of sequence) story.happen(happening);
        const { retriesMs } = story;
        for (const fromMs of retriesMs) {
          const within = retriesMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 15_000);
          // Four waits shorter than the longest, then one for each 1.5 s less a quarter.
          expect(within.length).toBeLessThanOrEqual(5 + Math.ceil(15_000 / 1125));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('it is live soon after frames come as they should, and at rest after nobody watches', () => {
    fc.assert(
      fc.property(happenings, lingers, (sequence, lingerMs) => {
        const story = new CheckedStory({ lingerMs });
        for (const happening of sequence) story.happen(happening);
        story.say(demand(true));
        const untilMs = story.nowMs + story.settings.permanentRetryMs + 1000;
        while (story.nowMs < untilMs) story.say(closed, frames, well).wait(250);
        expect(story.now).toMatchObject({ state: 'live', pipeline: 'open', cause: null });
        story.say(demand(false));
        const restMs = story.nowMs + lingerMs + 1000;
        while (story.nowMs < restMs) story.say(closed, frames).wait(250);
        expect(story.now).toMatchObject({ state: 'idle', pipeline: 'none' });
        expect(nextTickMs(story.now, story.settings)).toBeNull();
      }),
      { numRuns: 100 },
    );
  });

  it('a cause that needs somebody is tried no more than six times a minute', () => {
    const comings = fc.array(fc.tuple(fc.boolean(), fc.nat(4000)), { maxLength: 100 });
    fc.assert(
      fc.property(comings, lingers, (sequence, lingerMs) => {
        const story = new CheckedStory({ lingerMs });
        const refuse = () => {
          if (story.now.pipeline === 'open') story.say(fault(refused, 1), closed);
        };
        for (const [watch, forMs] of sequence) {
          story.say(demand(watch));
          refuse();
          for (const endMs = story.nowMs + forMs; story.nowMs < endMs; refuse()) story.wait(100);
        }
        const opens = story.actions.filter((action) => action.endsWith('open')).length;
        expect(opens).toBeLessThanOrEqual(1 + story.nowMs / 10_000);
      }),
    );
  });
});
