/**
 * Questions out, answers in: the part of asking that meets the wire.
 *
 * @module
 */

import { compileFilter } from "../../ffi/libpcap.ts";
import { Readiness } from "../../ffi/readiness.ts";
import type { Packet } from "../../packet/packet.ts";
import { turn } from "../../pcap/source.ts";
import { Exchange } from "../exchange.ts";
import { pause } from "../finding/hearing.ts";
import { OpenQuestions } from "../matching/open_questions.ts";
import { Pace } from "../sending/pace.ts";
import { filterFor } from "./filter.ts";
import { isCopy, type Line } from "./line.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Place } from "./place.ts";
import { type Question, rttOf, sentPacket } from "./question.ts";

/** How to ask. */
export interface ConversationOptions {
  /** How long to wait after the last question, in milliseconds. */
  readonly timeout: number;
  /** Questions a second. */
  readonly rate: number;
  /** Whether to wait for several answers to a question. */
  readonly multi?: boolean | undefined;
  /** What to hear, as tcpdump takes it. */
  readonly filter?: string | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is told of each pair. */
  readonly heard?: ((exchange: Exchange) => void) | undefined;
}

/** An interface, and what is on its way there. */
interface Lane {
  readonly line: Line;
  /** Sent, and not yet seen to leave. */
  readonly leaving: Question[];
  /** Those at its front that were seen. */
  left: number;
  /** Frames that were none of ours. */
  strangers: number;
  isFiltered: boolean;
  readiness: Readiness | undefined;
}

/** Questions that go at once, without a pace. */
const AT_ONCE = 16;
/** How long the answers to so few are looked for without sleeping, in milliseconds. */
const AWAKE = 0.2;
/** Sent copies that one is looked for among: they mostly leave in their order. */
const AMONG = 64;
/** Frames for others until the kernel is told to sort them out. */
const BUSY = 256;
/** Questions between looks at what came in. */
const LOOK = 32;
/** The longest time without a turn for the rest of the program, in milliseconds. */
const SLICE = 5;
/** Asks, and hears what is answered, until it is disposed of. */
export class Conversation implements Disposable {
  /** All pairs so far. */
  readonly exchanges: Exchange[] = [];
  readonly #place: Place;
  readonly #options: ConversationOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #table = new OpenQuestions<Question>();
  readonly #questions: Question[] = [];
  readonly #enough = Promise.withResolvers<void>();
  #pace: Pace | undefined;
  #sent = 0;
  #open = 0;
  #lastSent = 0;
  #turned = performance.now();
  #isComplete = false;
  #isHearing = false;
  #isWhole = true;

  /**
   * Prepares to ask.
   *
   * @param place From where.
   * @param options How.
   */
  constructor(place: Place, options: ConversationOptions) {
    this.#place = place;
    this.#options = options;
    // Who is told of a failure is whoever waits when it comes.
    this.#enough.promise.catch(() => {});
  }

  /**
   * Opens an interface; from then on it is heard.
   *
   * @param name The interface.
   * @returns Its hardware address, six octets.
   */
  open(name: string): Uint8Array {
    return this.#lane(name).line.ear.mac;
  }

  /** The questions that nobody has answered, as they were sent. */
  get unanswered(): Packet[] {
    return this.#questions.filter(({ isAnswered }) => !isAnswered)
      .map(sentPacket);
  }

  /** How many questions there are, and how many of them wait no longer. */
  get progress(): readonly [done: number, of: number] {
    return [this.#questions.length - this.#open, this.#questions.length];
  }

  /**
   * Asks a question.
   *
   * @param out The packet.
   * @param index Which question it is.
   * @returns Nothing, or a promise if it has to wait for its turn.
   */
  ask(out: Outgoing, index: number): Promise<void> | undefined {
    const question: Question = {
      packet: out.packet,
      index,
      out,
      isOpen: out.interface !== undefined,
      isAnswered: false,
      clock: 0,
      seconds: undefined,
      nanoseconds: 0,
    };
    this.#questions.push(question);
    if (!question.isOpen) return undefined;
    this.#open++;
    this.#table.add(question);
    return this.#say(question);
  }

  /**
   * Asks once more what nobody has answered.
   *
   * @returns Whether there is such a question.
   */
  async askAgain(): Promise<boolean> {
    let isAny = false;
    for (const question of this.#questions) {
      if (!question.isOpen || question.isAnswered) continue;
      isAny = true;
      await this.#say(question);
    }
    return isAny;
  }

  /**
   * Waits until all is answered, or nobody can be waited for any longer.
   *
   * @returns Nothing, or a promise if that takes time.
   */
  settle(): Promise<void> | undefined {
    this.#isComplete = true;
    this.#look();
    if (this.isDone) return undefined;
    if (this.#questions.length <= AT_ONCE) {
      const until = this.#lastSent + Math.min(AWAKE, this.#options.timeout);
      while (performance.now() < until) {
        this.#look();
        if (this.isDone) return undefined;
      }
    }
    return this.#waitForAnswers();
  }

  async #waitForAnswers(): Promise<void> {
    const { timeout, signal } = this.#options;
    this.hear();
    const left = this.#lastSent + timeout - performance.now();
    if (left > 0) {
      const enough = this.#enough.promise;
      await pause(left, { signal, enough });
    } else await turn();
    signal.throwIfAborted();
    this.#look();
  }

  /** Sends, and looks at what came in from time to time. */
  #say(question: Question): Promise<void> | undefined {
    if (this.#sent >= AT_ONCE || !this.#send(question)) {
      return this.#sayInTurn(question);
    }
    return undefined;
  }

  async #sayInTurn(question: Question): Promise<void> {
    const { rate, signal } = this.#options;
    this.hear();
    const pace = this.#pace ??= new Pace(rate);
    while (!pace.take(question.packet.length)) {
      await Promise.race([pace.wait(), this.#failure()]);
      signal.throwIfAborted();
      // The answer to the last time may have come by now.
      if (!question.isOpen) return;
    }
    while (!this.#send(question)) {
      await turn();
      signal.throwIfAborted();
    }
    if (this.#sent % LOOK === 0) this.#look();
    const now = performance.now();
    if (now - this.#turned > SLICE) {
      await turn();
      this.#turned = performance.now();
      signal.throwIfAborted();
    }
  }

  /** Rejects if hearing has failed; else it never settles. */
  #failure(): Promise<void> {
    return this.isDone ? NEVER : this.#enough.promise;
  }

  /** @returns Whether the kernel took it. */
  #send(question: Question): boolean {
    const { out, packet } = question;
    const lane = this.#lane(out.interface!);
    question.seconds = undefined;
    question.clock = performance.now();
    if (out.to === undefined) {
      if (!lane.line.send(packet.bytes)) return false;
    } else {
      const network = this.#place.network(out.to.family);
      if (!network.send(packet.bytes, out.to)) return false;
    }
    this.#sent++;
    this.#lastSent = question.clock;
    lane.leaving.push(question);
    return true;
  }

  #lane(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      const line = this.#place.line(name);
      lane = {
        line,
        leaving: [],
        left: 0,
        strangers: 0,
        isFiltered: false,
        readiness: undefined,
      };
      this.#lanes.set(name, lane);
      const { filter } = this.#options;
      if (filter !== undefined) {
        const { linkType } = line.ear;
        this.#filter(lane, compileFilter(filter, { linkType }));
      }
      if (this.#isHearing) this.#hearLane(lane);
    }
    return lane;
  }

  #filter(lane: Lane, program: Uint8Array<ArrayBuffer>): void {
    lane.isFiltered = true;
    lane.line.filter(program);
    lane.line.drain();
  }

  /** Takes what has come in on all interfaces. */
  #look(): void {
    for (const lane of this.#lanes.values()) this.#take(lane);
  }

  #take(lane: Lane): void {
    const { ear } = lane.line;
    let count = ear.receive();
    while (count > 0) {
      for (let i = 0; i < count; i++) {
        if (!this.#isLeaving(lane, i)) this.#takeAnswer(lane, i);
      }
      if (lane.strangers > BUSY && !lane.isFiltered) this.#sortOut(lane);
      count = count < FULL ? 0 : ear.receive();
    }
  }

  /** Notes when a question left, if the frame is one that does. */
  #isLeaving(lane: Lane, i: number): boolean {
    const { ear } = lane.line;
    const isOut = ear.outgoing(i);
    const { leaving } = lane;
    const end = Math.min(leaving.length, lane.left + AMONG);
    for (let at = lane.left; at < end; at++) {
      const question = leaving[at]!;
      const isLoopback = question.out.to !== undefined;
      if (question.seconds !== undefined || !isOut && !isLoopback) continue;
      const [start, stop] = [ear.start(i), ear.end(i)];
      if (!isCopy(question.packet, ear.octets, start, stop, isLoopback)) {
        continue;
      }
      question.seconds = ear.seconds(i);
      question.nanoseconds = ear.nanoseconds(i);
      while (leaving[lane.left]?.seconds !== undefined) lane.left++;
      return true;
    }
    return isOut;
  }

  #takeAnswer(lane: Lane, i: number): void {
    const answer = lane.line.ear.packet(i);
    const question = this.#table.find(answer);
    if (question === undefined) {
      lane.strangers++;
      return;
    }
    const exchange = new Exchange({
      question: sentPacket(question),
      answer,
      rtt: rttOf(question, answer),
      index: question.index,
    });
    this.exchanges.push(exchange);
    if (!question.isAnswered) {
      question.isAnswered = true;
      if (!this.#options.multi) {
        question.isOpen = false;
        this.#open--;
      }
    }
    this.#options.heard?.(exchange);
    if (this.isDone) this.#enough.resolve();
  }

  /** Whether there is nothing left to wait for. */
  get isDone(): boolean {
    return this.#isComplete && this.#open === 0;
  }

  /** Lets the kernel keep from us what cannot be an answer, on a busy link. */
  #sortOut(lane: Lane): void {
    lane.isFiltered = true;
    const { line } = lane;
    const packets = this.#questions.map(({ packet }) => packet);
    const program = filterFor(packets, line.ear.linkType);
    if (program !== undefined) line.filter(program);
  }

  /** From now on hears while others have their turn. */
  hear(): void {
    if (this.#isHearing) return;
    this.#isHearing = true;
    for (const lane of this.#lanes.values()) this.#hearLane(lane);
  }

  async #hearLane(lane: Lane): Promise<void> {
    const readiness = lane.readiness = new Readiness(lane.line.ear.fd);
    try {
      while (await readiness.readable()) this.#take(lane);
    } catch (error) {
      this.#isWhole = false;
      this.#enough.reject(error);
    }
  }

  /** Ends it; the interfaces go back to where they were. */
  [Symbol.dispose](): void {
    this.#pace?.[Symbol.dispose]();
    for (const { line, readiness } of this.#lanes.values()) {
      readiness?.[Symbol.dispose]();
      this.#place.giveBack(line, this.#isWhole);
    }
    this.#lanes.clear();
  }
}

/** Frames that one receive gives at most. */
const FULL = 64;
const NEVER = new Promise<never>(() => {});
