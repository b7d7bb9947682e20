/**
 * Does this packet answer that one?
 *
 * @module
 */

import type { Packet } from "../packet/packet.ts";
import { fits } from "./matching/fits.ts";
import { answerKeys, questionKeys } from "./matching/keys.ts";

/**
 * Tells whether a packet answers another, by the rules of their layers: numbers
 * that come back, addresses and ports that change places, an ICMP error that
 * quotes the question. It is how {@linkcode ask} finds pairs, and does as well for
 * packets of a file.
 *
 * Where no rule is known, addresses that changed places are an answer. What was
 * asked of a group or of all may be answered by anyone. Tags of VLANs do not count.
 *
 * @param answer The packet that came later.
 * @param question The packet that was sent.
 * @returns Whether it answers it.
 * @see RFC 826, RFC 792, RFC 4443, RFC 4861, RFC 9293 §3.10.7, RFC 1035 §4.1.1,
 * RFC 2131 §2, RFC 5905 §8, RFC 3416 §3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, tcp } = net.packet;
 * const [src, dst] = ["192.0.2.1", "192.0.2.2"];
 * const syn = build(ipv4({ src, dst }), tcp({ dstPort: 80, seq: 6, flags: ["SYN"] }));
 * const refused = tcp({ srcPort: 80, ack: 7, flags: ["RST", "ACK"] });
 * assert.ok(net.wire.isAnswer(build(ipv4({ src: dst, dst: src }), refused), syn));
 * ```
 */
export function isAnswer(answer: Packet, question: Packet): boolean {
  const { direct, quoted } = questionKeys(question);
  const keys = answerKeys(answer);
  return keys.some((key) => key === direct || quoted.includes(key)) &&
    fits(question, answer);
}
