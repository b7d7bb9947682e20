/**
 * A userspace link: a cable with a length, a width and bad luck.
 *
 * @module
 */

import { errno, libc } from "../ffi/libc.ts";
import { seeded } from "../random.ts";
import type { Frame } from "./fabric_frame.ts";
import type { Timed } from "./fabric_loop.ts";
import { FrameQueue } from "./fabric_queue.ts";
import { FabricSocket, type Surroundings } from "./fabric_socket.ts";
import type { LinkChange, LinkSpec, LinkStats } from "./fabric_spec.ts";

/** What is wrong with a link, complete. */
interface Character {
  readonly delay: number;
  readonly jitter: number;
  readonly loss: number;
  readonly reorder: number;
  readonly rate: number;
  readonly queue: number | undefined;
}

const FLAWLESS: Character = {
  delay: 0,
  jitter: 0,
  loss: 0,
  reorder: 0,
  rate: 0,
  queue: undefined,
};

/** One way through a link. */
class Direction {
  character: Character = FLAWLESS;
  readonly #from: FabricSocket;
  readonly #to: FabricSocket;
  readonly #random: () => number;
  /** What is on its way; and what overtakes it, which waits for the rate alone. */
  readonly #queue = new FrameQueue();
  readonly #overtaking = new FrameQueue();
  /** When the last frame that was let in has left the sender. */
  #freeAt = 0;
  /** When the last of the queue arrives. */
  #lastAt = 0;

  constructor(from: FabricSocket, to: FabricSocket, random: () => number) {
    this.#from = from;
    this.#to = to;
    this.#random = random;
  }

  get nextAt(): number {
    return Math.min(this.#queue.nextAt, this.#overtaking.nextAt);
  }

  get queued(): number {
    return this.#queue.size + this.#overtaking.size;
  }

  /** Takes a frame in: sends it on, lets it wait, or drops it. */
  take(frame: Frame, now: number): void {
    const { delay, jitter, loss, reorder, rate, queue } = this.character;
    // Tags are part of what a cable carries.
    frame.restoreTag();
    if (loss > 0 && this.#random() < loss) {
      this.#from.drop("lost", frame.frames);
      return;
    }
    let at = now;
    if (rate > 0) {
      const { octets } = frame;
      const behind = Math.max(0, this.#freeAt - now);
      // Octets that still wait, from how long the line is busy with them.
      const backlog = behind * rate / 8000;
      if (backlog > 0 && backlog + octets > (queue ?? queueFor(rate))) {
        this.#from.drop("overflow", frame.frames);
        return;
      }
      at = this.#freeAt = now + behind + octets * 8000 / rate;
    }
    const overtakes = reorder > 0 && this.#random() < reorder;
    if (!overtakes) {
      at += delay;
      if (jitter > 0) at += jitter * (2 * this.#random() - 1);
      // Chance alone puts no frame in front of another.
      at = this.#lastAt = Math.max(at, this.#lastAt);
    }
    if (at <= now && (overtakes || this.#queue.size === 0)) {
      this.#to.send(frame);
      return;
    }
    const line = overtakes ? this.#overtaking : this.#queue;
    if (!line.push(at, frame.bytes, frame.frames, frame.octets)) {
      this.#from.drop("overflow", frame.frames);
    }
  }

  /** Sends what has arrived. */
  send(now: number): void {
    for (const line of [this.#overtaking, this.#queue]) {
      while (line.nextAt <= now) {
        const { bytes, frames, octets } = line.shift()!;
        const sent = libc().send(this.#to.fd, bytes, bytes.length, 0);
        this.#to.sent(sent < 0 ? errno() : 0, frames, octets);
      }
    }
  }

  /** The cable is out: what was on its way is gone. */
  clear(): void {
    const gone = this.#queue.clear() + this.#overtaking.clear();
    if (gone > 0) this.#from.drop("down", gone);
    this.#freeAt = this.#lastAt = 0;
  }
}

/** Two ends, and one way in each direction. */
export class FabricLink implements Timed, Disposable {
  /** Its name. */
  readonly name: string;
  readonly #surroundings: Surroundings;
  readonly #ends: readonly FabricSocket[] = [];
  readonly #ways: readonly Direction[];
  #up = true;

  /**
   * Opens both ends and starts to pass frames.
   *
   * @param spec Where the ends are, and what is wrong with the link.
   * @param surroundings Loop and memory.
   * @throws {NetError} If an end does not exist.
   * @throws {RangeError} If a parameter is out of its range.
   */
  constructor(spec: LinkSpec, surroundings: Surroundings) {
    const character = changed(FLAWLESS, spec);
    const { loop } = surroundings;
    this.name = spec.name;
    this.#surroundings = surroundings;
    const a = new FabricSocket(spec.a, surroundings);
    let b: FabricSocket;
    try {
      b = new FabricSocket(spec.b, surroundings);
    } catch (error) {
      a[Symbol.dispose]();
      throw error;
    }
    this.#ends = [a, b];
    // Each way has its own row of chances, so that when the frames of one side
    // come has no part in what happens to those of the other.
    const seed = BigInt(spec.seed ?? seedOf(spec.name)) * 2n;
    this.#ways = [
      new Direction(a, b, seeded(seed)),
      new Direction(b, a, seeded(seed + 1n)),
    ];
    for (const [i, way] of this.#ways.entries()) {
      way.character = character;
      this.#ends[i]!.take = (frame) => {
        if (this.#up) way.take(frame, loop.now);
        else this.#ends[i]!.drop("down", frame.frames);
      };
    }
    loop.timed.add(this);
  }

  /** When the next frame arrives at an end. */
  get nextAt(): number {
    return Math.min(this.#ways[0]!.nextAt, this.#ways[1]!.nextAt);
  }

  /**
   * Sends what has arrived.
   *
   * @param now The time.
   */
  due(now: number): void {
    for (const way of this.#ways) way.send(now);
  }

  /**
   * Changes it as it works; frames on their way keep the moment they have.
   *
   * @param change What is different from now on.
   * @throws {RangeError} If a parameter is out of its range; nothing changes.
   */
  update(change: LinkChange): void {
    const character = changed(this.#ways[0]!.character, change);
    for (const way of this.#ways) way.character = character;
    const { up } = change;
    if (up === undefined || up === this.#up) return;
    this.#up = up;
    for (const way of this.#ways) way.clear();
    for (const end of this.#ends) end.plug(up);
  }

  /** Tells what it has seen. */
  stats(): LinkStats {
    const [a, b] = this.#ends.map((end) => {
      end.look();
      return end.stats();
    });
    return {
      name: this.name,
      up: this.#up,
      queued: this.#ways[0]!.queued + this.#ways[1]!.queued,
      a: a!,
      b: b!,
    };
  }

  /** Closes both ends; what is on its way is gone. */
  [Symbol.dispose](): void {
    this.#surroundings.loop.timed.delete(this);
    for (const end of this.#ends) end[Symbol.dispose]();
  }
}

/** How much may wait where nobody said: 50 ms of the rate. */
function queueFor(rate: number): number {
  return Math.max(32 * 1024, rate / 8 * 0.05);
}

/** Applies a change, all of it or nothing. */
function changed(old: Character, change: LinkChange): Character {
  const pick = (
    name: "delay" | "jitter" | "loss" | "reorder" | "rate",
    most: number,
    unit: string,
  ): number => {
    const value = change[name] ?? old[name];
    if (value >= 0 && value <= most) return value;
    throw new RangeError(
      `Cannot set a link as '${name}' must be ${unit}: current value is ${value}`,
    );
  };
  const { queue = old.queue } = change;
  if (queue !== undefined && !(queue >= 1)) {
    throw new RangeError(
      `Cannot set a link as 'queue' must be 1 octet or more: current value is ${queue}`,
    );
  }
  const DAY = 86_400_000;
  return {
    delay: pick("delay", DAY, "0 to 86400000 milliseconds"),
    jitter: pick("jitter", DAY, "0 to 86400000 milliseconds"),
    loss: pick("loss", 1, "from 0 to 1"),
    reorder: pick("reorder", 1, "from 0 to 1"),
    rate: pick("rate", Infinity, "0 bits a second or more"),
    queue,
  };
}

/** A number that depends on each letter (FNV-1a). */
function seedOf(name: string): number {
  let h = 0x811c_9dc5;
  for (const octet of new TextEncoder().encode(name)) {
    h = Math.imul(h ^ octet, 0x0100_0193);
  }
  return h >>> 0;
}
