/**
 * A question on its way, and the times that belong to it.
 *
 * @module
 */

import { frameOf, Packet } from "../../packet/packet.ts";
import type { Outgoing } from "./outgoing.ts";

/** A question on its way. */
export interface Question {
  /** The packet, as it is sent. */
  readonly packet: Packet;
  /** Which of those that were asked, from 0. */
  readonly index: number;
  /** Where it goes. */
  readonly out: Outgoing;
  /** Whether an answer is waited for. */
  isOpen: boolean;
  /** Whether one has come. */
  isAnswered: boolean;
  /** By this program's clock: when it was sent. */
  clock: number;
  /** By the kernel's: when it left, in seconds since 1970, as soon as that is known. */
  seconds: number | undefined;
  /** And nanoseconds. */
  nanoseconds: number;
}

/**
 * Gives the question with the time when it left.
 *
 * @param question The question.
 * @returns The packet.
 */
export function sentPacket(question: Question): Packet {
  const { packet, seconds, nanoseconds, out } = question;
  return new Packet({
    ...frameOf(packet),
    seconds,
    nanoseconds,
    interface: out.interface,
  });
}

/**
 * Gives the time from a question to its answer: between the kernel's stamps where
 * there are two, else by this program's clock.
 *
 * @param question The question.
 * @param answer The answer, which has just come.
 * @returns Milliseconds.
 */
export function rttOf(question: Question, answer: Packet): number {
  const { seconds, nanoseconds } = frameOf(answer);
  if (question.seconds === undefined || seconds === undefined) {
    return performance.now() - question.clock;
  }
  return (seconds - question.seconds) * 1000 +
    (nanoseconds - question.nanoseconds) / 1e6;
}
