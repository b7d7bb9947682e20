/**
 * Questions that wait for their answers.
 *
 * @module
 */

import type { Packet } from "../../packet/packet.ts";
import { fits } from "./fits.ts";
import { answerKeys, questionKeys } from "./keys.ts";

/** A question. */
export interface OpenQuestion {
  /** The packet, as it is sent. */
  readonly packet: Packet;
  /** Whether it still waits. */
  readonly isOpen: boolean;
}

/** Those of one key, in the order that they were asked. */
interface Row<Q> {
  readonly questions: Q[];
  /** How many at the front wait no longer. */
  done: number;
}

/**
 * A table of questions by what their answers bear, so that to find the question
 * of an answer takes as long for 65,000 as for one.
 *
 * @example
 * ```ts
 * import { build } from "../../packet/build.ts";
 * import { icmp } from "../../packet/layers/icmp.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { OpenQuestions } from "./open_questions.ts";
 * import assert from "node:assert/strict";
 *
 * const questions = new OpenQuestions();
 * const packet = build(ipv4({ dst: "192.0.2.1" }), icmp());
 * questions.add({ packet, isOpen: true });
 * const answer = build(ipv4({ src: "192.0.2.1" }), icmp({ type: "echoReply" }));
 * assert.equal(questions.find(answer)?.packet, packet);
 * ```
 */
export class OpenQuestions<Q extends OpenQuestion> {
  readonly #rows = new Map<string, Row<Q>>();

  /**
   * Takes a question in.
   *
   * @param question The question.
   */
  add(question: Q): void {
    const { direct, quoted } = questionKeys(question.packet);
    if (direct !== undefined) this.#put(direct, question);
    for (const key of quoted) this.#put(key, question);
  }

  #put(key: string, question: Q): void {
    const row = this.#rows.get(key);
    if (row === undefined) {
      this.#rows.set(key, { questions: [question], done: 0 });
    } else row.questions.push(question);
  }

  /**
   * Finds the question that a packet answers: of several alike, the one that was
   * asked first.
   *
   * @param answer The packet.
   * @returns The question, which stays in the table; `undefined` if there is none.
   */
  find(answer: Packet): Q | undefined {
    for (const key of answerKeys(answer)) {
      const row = this.#rows.get(key);
      if (row === undefined) continue;
      const { questions } = row;
      while (row.done < questions.length && !questions[row.done]!.isOpen) {
        row.done++;
      }
      for (let i = row.done; i < questions.length; i++) {
        const question = questions[i]!;
        if (question.isOpen && fits(question.packet, answer)) return question;
      }
      if (row.done === questions.length) this.#rows.delete(key);
    }
    return undefined;
  }
}
