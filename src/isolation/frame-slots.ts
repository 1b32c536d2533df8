import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { longestBodyBytes } from './messages.js';

const slotBytes = longestBodyBytes;

/**
 * A place in memory for one frame of each sink, which two processes share: a file in /dev/shm (shm_overview(7)) that
 * has no name any more, so that it ends with the last of the two. A slot that was never written takes no memory. It is
 * written and read with pwrite and pread: one copy each, whatever the frame's size, where a pipe needs a system call on
 * both sides for every 64 kB.
 */
export class FrameSlots {
  readonly descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /** Throws what open(2) says. */
  static create(folder = '/dev/shm'): FrameSlots {
    const path = join(folder, `lenscast-${process.pid}-${Math.random().toString(36).slice(2)}`);
    let descriptor: number;
    try {
      descriptor = openSync(path, 'wx+', 0o600);
    } catch (error) {
      // A container may have no /dev/shm.
      if (folder === tmpdir()) throw error;
      return FrameSlots.create(tmpdir());
    }
    unlinkSync(path);
    return new FrameSlots(descriptor);
  }

  /** Throws RangeError where the frame is longer than a slot, and ENOSPC. */
  write(slot: number, data: Uint8Array): void {
    if (data.length > slotBytes) throw new RangeError(`a frame of ${data.length} bytes is too long`);
    for (let done = 0; done < data.length; ) {
      done += writeSync(this.descriptor, data, done, data.length - done, slot * slotBytes + done);
    }
  }

  /** Fills `target` from the slot's beginning. Throws where less was ever written there. */
  read(slot: number, target: Uint8Array): void {
    for (let done = 0; done < target.length; ) {
      const bytes = readSync(this.descriptor, target, done, target.length - done, slot * slotBytes + done);
      if (bytes === 0) throw new RangeError(`slot ${slot} holds less than ${target.length} bytes`);
      done += bytes;
    }
  }

  /** Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.descriptor);
  }
}
