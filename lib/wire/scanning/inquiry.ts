/**
 * Asking very many the same question: as fast as allowed, again where nothing
 * came back, slower where that helped.
 *
 * @module
 */

import { turn } from "../../pcap/source.ts";
import { Pace } from "../sending/pace.ts";

/** Is told of an answer: from which target, to the question of which round, and what. */
export type Heard = (target: number, round: number, answer: number) => void;

/** Where questions go out and answers come in. Targets are numbers from 0. */
export interface Channel {
  /** The most questions that go together. */
  readonly capacity: number;
  /** Puts a question with those that go next. */
  ask(target: number, round: number): void;
  /** Sends them, some of them later; gives a promise if there is no room for more before it resolves. */
  send(): Promise<unknown> | undefined;
  /** Waits until all are sent. */
  drain(): Promise<void>;
  /** Reads the answers that are there. */
  receive(heard: Heard): void;
  /** Waits until there are some. */
  wait(): Promise<unknown>;
}

/** Rounds that there are at most; a channel may number its questions by them. */
export const ROUNDS = 10;

/** How to ask. */
export interface InquiryOptions {
  /** How many are asked. */
  readonly targets: number;
  /** Questions a second; `Infinity` for as many as the link takes. */
  readonly rate: number;
  /** Rounds in a row that may bring nothing before it ends. */
  readonly retry: number;
  /** The longest wait for an answer, in milliseconds. */
  readonly timeout: number;
  /** Whether an answer says more than silence does. @default {each does} */
  readonly informs?: ((answer: number) => boolean) | undefined;
  /** Is told of each answer: whether it is the target's first, and after how many milliseconds it came. */
  readonly heard?:
    | ((target: number, answer: number, isFirst: boolean, rtt: number) => void)
    | undefined;
  /** Is told how much is done, and of how much. */
  readonly progress?: ((done: number, of: number) => void) | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. */
export interface Inquiry {
  /** The first answer of each target; 0 of those that gave none. */
  readonly answers: Uint8Array;
  /** Questions that were sent. */
  readonly probes: number;
  /** Rounds that it took. */
  readonly rounds: number;
}

/**
 * The shortest wait for stragglers, in milliseconds: a busy machine gives
 * answers late that came at once.
 */
const SHORTEST = 100;
/** Milliseconds of work without a turn for others. */
const STINT = 20;

/** Round-trip times, and how long to wait by them (RFC 6298 §2). */
class Patience {
  readonly #longest: number;
  #smooth = 0;
  #variation = 0;
  #least: number;
  #isKnown = false;

  constructor(longest: number) {
    this.#longest = longest;
    this.#least = Math.min(SHORTEST, longest);
  }

  /** Milliseconds until a question counts as not answered. */
  get wait(): number {
    if (!this.#isKnown) return this.#longest;
    const wait = this.#smooth + 4 * this.#variation;
    return Math.min(this.#longest, Math.max(this.#least, 2 * wait));
  }

  take(rtt: number): void {
    if (!this.#isKnown) {
      this.#isKnown = true;
      this.#smooth = rtt;
      this.#variation = rtt / 2;
      return;
    }
    const off = Math.abs(this.#smooth - rtt);
    this.#variation += (off - this.#variation) / 4;
    this.#smooth += (rtt - this.#smooth) / 8;
  }

  /** An answer came after its question was given up. */
  late(): void {
    this.#least = Math.min(this.#longest, this.wait * 2);
  }
}

/**
 * Asks all targets, in random order, in rounds: each round asks those that have
 * not answered. Questions that were lost on the way show in a round that brings
 * what the one before did not; then there is another, at half the pace.
 *
 * @param channel Where to ask.
 * @param options How many, how fast, how often.
 * @returns The answers.
 * @throws The signal's reason, if it aborts.
 */
export async function inquire(
  channel: Channel,
  options: InquiryOptions,
): Promise<Inquiry> {
  const { targets, retry, timeout, signal, informs = () => true } = options;
  const answers = new Uint8Array(targets);
  const sentAt = new Float64Array(targets);
  const patience = new Patience(timeout);
  const stopped = Promise.withResolvers<void>();
  let pace = new Pace(options.rate);
  let round = 0;
  let probes = 0;
  let open = targets;
  let news = 0;

  const hear: Heard = (target, asked, answer) => {
    // Answers to an earlier round came late: since then it was asked again.
    const rtt = performance.now() - sentAt[target]!;
    const isFirst = answers[target] === 0;
    if (isFirst) {
      answers[target] = answer;
      open--;
      if (asked !== round) patience.late();
      else {
        patience.take(rtt);
        if (informs(answer)) news++;
      }
    }
    options.heard?.(target, answer, isFirst, rtt);
  };
  let waiting: Promise<unknown> | undefined;
  // One wait at a time: a second one would take the place of the first.
  const something = () =>
    waiting ??= channel.wait().finally(() => waiting = undefined);
  const stop = () => {
    stopped.resolve();
    pace[Symbol.dispose]();
  };
  signal?.addEventListener("abort", stop, { once: true });

  /** Asks who is left; gives how many questions a second that was. */
  const ask = async (pending: Uint32Array): Promise<number> => {
    const before = probes;
    const started = performance.now();
    let turned = started;
    for (let next = 0; next < pending.length;) {
      const most = Math.min(pace.room(1), channel.capacity);
      const now = performance.now();
      let asked = 0;
      for (; asked < most && next < pending.length; next++) {
        const target = pending[next]!;
        if (answers[target] !== 0) continue;
        sentAt[target] = now;
        channel.ask(target, round);
        asked++;
      }
      probes += asked;
      pace.spend(asked, 1);
      const room = channel.send();
      channel.receive(hear);
      if (room !== undefined) {
        await Promise.race([room, stopped.promise]);
        signal?.throwIfAborted();
        channel.receive(hear);
      }
      const turns = !pace.isUnlimited || now - turned > STINT;
      if (next < pending.length && turns) {
        turned = now;
        await rest();
        const done = Math.min(probes + (targets - open) * retry, goal);
        options.progress?.(done, goal);
      }
    }
    await Promise.race([channel.drain(), stopped.promise]);
    signal?.throwIfAborted();
    return (probes - before) / (performance.now() - started) * 1000;
  };
  const goal = targets * (1 + retry);

  /** Waits until the next question is due, and hears answers meanwhile. */
  const rest = async () => {
    if (pace.isUnlimited) {
      await turn();
      signal?.throwIfAborted();
      return;
    }
    let isDue = false;
    const due = pace.wait().then(() => {
      isDue = true;
    });
    while (!isDue) {
      await Promise.race([due, something()]);
      signal?.throwIfAborted();
      channel.receive(hear);
    }
  };

  /** Waits for the answers that are still on their way. */
  const linger = async () => {
    const started = performance.now();
    while (open > 0) {
      channel.receive(hear);
      const left = started + patience.wait - performance.now();
      if (open === 0 || left <= 0) return;
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, Math.ceil(left));
      try {
        await Promise.race([something(), over, stopped.promise]);
      } finally {
        clearTimeout(timer);
      }
      signal?.throwIfAborted();
    }
  };

  try {
    signal?.throwIfAborted();
    let pending = shuffled(targets);
    for (let quiet = -1; quiet < retry && open > 0 && round < ROUNDS; round++) {
      news = 0;
      const rate = await ask(pending);
      await linger();
      pending = pending.filter((target) => answers[target] === 0);
      if (round > 0 && news > 0) {
        quiet = 0;
        // Something on the way, or the one asked, does not keep up.
        pace[Symbol.dispose]();
        pace = new Pace(Math.max(1, Math.min(options.rate, rate) / 2));
      } else quiet++;
    }
    options.progress?.(goal, goal);
    return { answers, probes, rounds: round };
  } finally {
    signal?.removeEventListener("abort", stop);
    pace[Symbol.dispose]();
  }
}

/** The numbers below a count, in random order (Fisher and Yates). */
function shuffled(count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
