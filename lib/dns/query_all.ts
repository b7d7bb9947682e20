/**
 * Asking one server many questions at once.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { Answer } from "./answer.ts";
import { type Line, openLine } from "./lines.ts";
import { query } from "./query.ts";
import type { DnsQuestion } from "./record.ts";
import { type QuestionOptions, randomId, Request } from "./request.ts";
import { located, serverEndpoint, type ServerLike } from "./server.ts";

/** One of many questions: a name, or a name and a type. */
export type QuestionLike = string | {
  /** What to ask about. */
  readonly name: string;
  /** Which records to ask for. @default {that of the options} */
  readonly type?: string | number | undefined;
};

/** Options for {@linkcode queryAll}. */
export interface QueryAllOptions extends DeadlineOptions, QuestionOptions {
  /** Which records to ask for where a question does not say. @default {"A"} */
  type?: string | number | undefined;
  /** Questions that may be open at once. @default {128} */
  concurrency?: number | undefined;
  /** The longest wait for one answer, all attempts together, in milliseconds. @default {5000} */
  timeout?: number | undefined;
  /** How often to send a question, each time after a longer wait. @default {3} */
  attempts?: number | undefined;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What became of one of many questions. */
export interface Asked {
  /** What was asked. */
  readonly question: DnsQuestion;
  /** The answer, if there is one. */
  readonly answer?: Answer;
  /** Why there is none. */
  readonly error?: NetError;
}

/** Sockets, and so ports, among which questions are dealt out. */
const LINES = 8;
/** Ids of one socket that may be in use; more could not be found by chance. */
const MOST = 60_000;
/** How often is looked for questions that have waited long enough, in ms. */
const TICK = 20;

/**
 * Asks a server many questions by UDP, so many at a time. Answers that had to be
 * cut are asked for again by TCP.
 *
 * Questions are dealt out among eight random ports. With `--allow-ffi` they go
 * through the C library, which is several times faster.
 *
 * @param server Its address or name: `"9.9.9.9"`, `"[::1]:5353"`.
 * @param questions Names, or names with types.
 * @param options How many at once, and how long each may take.
 * @returns What became of each, in the order of the questions.
 * @throws {NetError} `"not-found"` if the server's name has no address.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {TypeError} If a name or a type is none.
 * @throws {RangeError} If a number is out of range, or a name too long.
 * @see RFC 5452 §9.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, async (datagram, socket) => {
 *   const { id, questions } = net.dns.decode(datagram.data);
 *   await socket.send(net.dns.encode({ id, qr: 1, rcode: 3, questions }), datagram.from);
 * });
 * const asked = await net.dns.queryAll(server.address, ["a.example", "b.example"]);
 * assert.deepEqual(asked.map(({ answer }) => answer?.status), ["NXDOMAIN", "NXDOMAIN"]);
 * ```
 */
export async function queryAll(
  server: ServerLike,
  questions: Iterable<QuestionLike>,
  options: QueryAllOptions = {},
): Promise<Asked[]> {
  const { concurrency = 128, timeout = 5000, attempts = 3, signal } = options;
  const peer = serverEndpoint(server, "udp");
  for (
    const [name, value, most] of [
      ["concurrency", concurrency, 65_536],
      ["attempts", attempts, 16],
    ] as const
  ) {
    if (Number.isInteger(value) && value >= 1 && value <= most) continue;
    throw new RangeError(
      `Cannot ask ${peer} as '${name}' must be an integer from 1 to ${most}: current value is ${value}`,
    );
  }
  if (!(timeout >= 1)) {
    throw new RangeError(
      `Cannot ask ${peer} as 'timeout' must be 1 or more milliseconds: current value is ${timeout}`,
    );
  }
  using deadline = new Deadline("ask", `${peer}`, { signal });
  const from = await located(peer, deadline);
  const crowd = new Crowd(from, questions, {
    ...options,
    concurrency,
    timeout,
    attempts,
  });
  const timer = setInterval(() => crowd.tick(), TICK);
  await using lines = new AsyncDisposableStack();
  try {
    for (let n = 0; n < Math.min(LINES, concurrency); n++) {
      const pending: Pending = new Map();
      crowd.lines.push({
        line: lines.use(await openLine(from, crowd.events(pending), deadline)),
        pending,
      });
    }
    crowd.fill();
    return await deadline.race(crowd.finished.promise);
  } finally {
    clearInterval(timer);
  }
}

function* written(
  requests: readonly Request[],
): Generator<Uint8Array<ArrayBuffer>> {
  for (const request of requests) yield request.brief;
}

/** A question that waits for its answer. */
interface Open {
  readonly place: number;
  readonly request: Request;
  readonly start: number;
  attempts: number;
  again: number;
}

/** The questions of one socket, by their ids. */
type Pending = Map<number, Open>;

interface Lane {
  readonly line: Line;
  readonly pending: Pending;
}

type Limits = QueryAllOptions & {
  readonly concurrency: number;
  readonly timeout: number;
  readonly attempts: number;
};

class Crowd {
  readonly lines: Lane[] = [];
  readonly finished = Promise.withResolvers<Asked[]>();
  readonly #server: Endpoint;
  readonly #questions: Iterator<QuestionLike>;
  readonly #options: Limits;
  readonly #asked: Asked[] = [];
  readonly #step: number;
  #place = 0;
  #open = 0;
  #isEmpty = false;
  #failed: NetError | undefined;
  #when: { readonly now: number; readonly date: Date } | undefined;

  constructor(
    server: Endpoint,
    questions: Iterable<QuestionLike>,
    options: Limits,
  ) {
    this.#server = server;
    this.#questions = questions[Symbol.iterator]();
    this.#options = options;
    this.#step = options.timeout / (2 ** options.attempts - 1);
  }

  events(pending: Pending) {
    return {
      receive: (octets: Uint8Array) => this.#receive(pending, octets),
      settled: () => {
        this.#when = undefined;
        this.fill();
      },
      fail: (error: unknown) => this.#fail(pending, error),
    };
  }

  /** Asks as many as may be open. */
  fill(): void {
    const { concurrency } = this.#options;
    if (this.#open < concurrency && !this.#isEmpty) {
      // All that leave together leave by one port, which is another each time.
      const { line, pending } = this.lines[randomId() % this.lines.length]!;
      const requests: Request[] = [];
      const start = performance.now();
      try {
        while (this.#open < concurrency && !this.#isEmpty) {
          const { value, done } = this.#questions.next();
          if (done) this.#isEmpty = true;
          else requests.push(this.#ask(value, pending, start));
          if (pending.size > MOST) break;
        }
      } catch (error) {
        this.#isEmpty = true;
        this.finished.reject(error);
      }
      line.send(written(requests));
    }
    if (this.#isEmpty && this.#open === 0) this.finished.resolve(this.#asked);
  }

  /** Sends again what has waited, and gives up what has waited long enough. */
  tick(): void {
    const now = performance.now();
    for (const { line, pending } of this.lines) {
      const requests: Request[] = [];
      for (const [id, one] of pending) {
        if (now < one.again) continue;
        if (one.attempts < this.#options.attempts) {
          one.again = now + this.#step * 2 ** one.attempts++;
          requests.push(one.request);
          continue;
        }
        pending.delete(id);
        this.#settle(one, {
          question: one.request.question,
          error: this.#failed ??
            new NetError(
              `no answer within ${this.#options.timeout} ms${one.request.complaint}`,
              {
                code: "timeout",
                op: "ask",
                target: `${this.#server}`,
                cause: one.request.trouble,
              },
            ),
        });
      }
      if (requests.length > 0) line.send(written(requests));
    }
    this.fill();
  }

  #ask(
    question: QuestionLike,
    pending: Pending,
    start: number,
  ): Request {
    const { name, type = this.#options.type ?? "A" } =
      typeof question === "string" ? { name: question } : question;
    let id = randomId();
    while (pending.has(id)) id = id + 1 & 0xffff;
    const request = new Request(name, type, this.#options, id);
    pending.set(id, {
      place: this.#place++,
      request,
      start,
      attempts: 1,
      again: start + this.#step,
    });
    this.#open++;
    return request;
  }

  #receive(pending: Pending, octets: Uint8Array): void {
    const one = pending.get(octets[0]! << 8 | octets[1]!);
    if (one === undefined) return;
    const message = one.request.accept(octets);
    if (message === undefined) return;
    pending.delete(one.request.id);
    const { request: { question, ignored }, start } = one;
    if (message.truncated) return void this.#byTcp(one);
    // What is read together has come together.
    this.#when ??= { now: performance.now(), date: new Date() };
    const answer = new Answer({
      question,
      message,
      server: this.#server,
      transport: "udp",
      elapsed: this.#when.now - start,
      attempts: one.attempts,
      ignored,
      when: this.#when.date,
    });
    this.#settle(one, { question, answer });
  }

  async #byTcp(one: Open): Promise<void> {
    const { question } = one.request;
    const { signal, timeout } = this.#options;
    try {
      const answer = await query(this.#server, question.name, question.type, {
        ...this.#options,
        transport: "tcp",
        timeout,
        signal,
      });
      this.#settle(one, { question, answer });
    } catch (error) {
      if (!(error instanceof NetError)) return this.finished.reject(error);
      this.#settle(one, { question, error });
    }
    this.fill();
  }

  #settle(one: Open, asked: Asked): void {
    this.#open--;
    this.#asked[one.place] = asked;
  }

  /** A refusal may be of any question of its socket: they are sent again. */
  #fail(_pending: Pending, error: unknown): void {
    if (error instanceof NetError) this.#failed = error;
    else this.finished.reject(error);
  }
}
