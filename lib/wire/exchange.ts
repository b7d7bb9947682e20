/**
 * What came of asking: pairs of question and answer, and what nobody answered.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { count, duration } from "../inspect/units.ts";
import type { Packet, PacketJson } from "../packet/packet.ts";
import { packetLine } from "../packet/show.ts";

/** What {@linkcode Exchange.toJSON} gives. */
export interface ExchangeJson {
  /** Which of the packets that were asked, from 0. */
  readonly index: number;
  /** The question. */
  readonly question: PacketJson;
  /** Its answer. */
  readonly answer: PacketJson;
  /** From the one to the other, in milliseconds. */
  readonly rtt: number;
}

/** What {@linkcode Answers.toJSON} gives. */
export interface AnswersJson {
  /** The pairs, in the order that the answers came. */
  readonly answered: readonly ExchangeJson[];
  /** The questions that nobody answered. */
  readonly unanswered: readonly PacketJson[];
}

/**
 * A question, and the packet that answered it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, icmp, ipv4 } = net.packet;
 * const question = build(ipv4({ dst: "192.0.2.1" }), icmp());
 * const answer = build(ipv4({ src: "192.0.2.1" }), icmp({ type: "echoReply" }));
 * const exchange = new net.wire.Exchange({ question, answer, rtt: 0.25, index: 0 });
 * assert.match(String(exchange), /echo .* -> .* echoReply .* in 250 µs$/);
 * ```
 */
export class Exchange {
  /** The question as it was sent, with its link header, and when. */
  readonly question: Packet;
  /** The answer as it came. */
  readonly answer: Packet;
  /** From when the one left to when the other came, in milliseconds, by the kernel's clock. */
  readonly rtt: number;
  /** Which of the packets that were asked, from 0. */
  readonly index: number;

  /**
   * Takes what belongs together.
   *
   * @param facts The pair, the milliseconds between, and which question it was.
   */
  constructor(
    facts: Pick<Exchange, "question" | "answer" | "rtt" | "index">,
  ) {
    this.question = facts.question;
    this.answer = facts.answer;
    this.rtt = facts.rtt;
    this.index = facts.index;
  }

  /** Says it in one line. */
  toString(): string {
    const { question, answer, rtt } = this;
    return `${said(question)} -> ${said(answer)} in ${duration(rtt)}`;
  }

  /** Gives it as plain data. */
  toJSON(): ExchangeJson {
    const { index, question, answer, rtt } = this;
    return {
      index,
      question: question.toJSON(),
      answer: answer.toJSON(),
      rtt,
    };
  }

  /** Shows it in one line. */
  [Symbol.for("Deno.customInspect")](): string {
    return String(this);
  }
}

/**
 * All that came of asking. In a loop it is its pairs.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, icmp, ipv4 } = net.packet;
 * const question = build(ipv4({ dst: "192.0.2.1" }), icmp());
 * const answers = new net.wire.Answers([], [question]);
 * assert.equal(answers.answer, undefined);
 * assert.match(Deno.inspect(answers), /0 of 1 answered/);
 * ```
 */
export class Answers implements Iterable<Exchange> {
  /** The pairs, in the order that the answers came. */
  readonly answered: readonly Exchange[];
  /** The questions that nobody answered, as they were sent. */
  readonly unanswered: readonly Packet[];

  /**
   * Takes both.
   *
   * @param answered The pairs.
   * @param unanswered The other questions.
   */
  constructor(
    answered: readonly Exchange[],
    unanswered: readonly Packet[],
  ) {
    this.answered = answered;
    this.unanswered = unanswered;
  }

  /** The first answer, if there is one. */
  get answer(): Packet | undefined {
    return this.answered[0]?.answer;
  }

  /** The milliseconds that it took, if there is one. */
  get rtt(): number | undefined {
    return this.answered[0]?.rtt;
  }

  /** The pairs. */
  [Symbol.iterator](): ArrayIterator<Exchange> {
    return this.answered[Symbol.iterator]();
  }

  /** Gives all as plain data. */
  toJSON(): AnswersJson {
    return {
      answered: this.answered.map((exchange) => exchange.toJSON()),
      unanswered: this.unanswered.map((packet) => packet.toJSON()),
    };
  }

  /**
   * Shows them as a table.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const { answered, unanswered } = this;
    const questions = new Set(answered.map(({ index }) => index)).size;
    const rows = [
      ...answered.map(({ question, answer, rtt }) => ({
        question: said(question),
        answer: said(answer),
        rtt: duration(rtt),
      })),
      ...unanswered.map((question) => ({
        question: said(question),
        answer: "",
        rtt: "no answer",
      })),
    ];
    return table(rows, {
      title: `${count(questions)} of ${
        count(questions + unanswered.length)
      } answered`,
      columns: [
        "question",
        "answer",
        {
          key: "rtt",
          align: "right",
          minWidth: 9,
          role: (value) => value === "no answer" ? "warn" : "number",
        },
      ],
      canvas: canvas({ colors: options?.colors ?? false }),
    });
  }
}

/** The packet in one line, without its time. */
function said(packet: Packet): string {
  const { linkType, length, bytes, layers, payload, trailer, checksums } =
    packet;
  return packetLine({
    linkType,
    length,
    bytes,
    layers,
    payload,
    trailer,
    checksums,
    timestamp: undefined,
    error: packet.error,
  });
}
