/**
 * What a key cannot say: whether the numbers of TCP are those of an answer.
 *
 * @see RFC 9293 §3.10.7
 * @module
 */

import type { Packet } from "../../packet/packet.ts";
import { isError } from "./keys.ts";

/**
 * Tells whether an answer that has a question's key is one.
 *
 * @param question The packet that was sent.
 * @param answer The packet that came.
 * @returns Whether the answer can be to this question.
 *
 * @example
 * ```ts
 * import { build } from "../../packet/build.ts";
 * import { ipv4 } from "../../packet/layers/ipv4.ts";
 * import { tcp } from "../../packet/layers/tcp.ts";
 * import { fits } from "./fits.ts";
 * import assert from "node:assert/strict";
 *
 * const syn = build(ipv4(), tcp({ seq: 41, flags: ["SYN"] }));
 * assert.ok(fits(syn, build(ipv4(), tcp({ ack: 42, flags: ["SYN", "ACK"] }))));
 * assert.ok(!fits(syn, build(ipv4(), tcp({ ack: 7, flags: ["SYN", "ACK"] }))));
 * ```
 */
export function fits(question: Packet, answer: Packet): boolean {
  const { tcp: asked } = question;
  if (asked === undefined || isError(answer)) return true;
  const { tcp: told } = answer;
  if (told === undefined) return true;
  const has = (flag: Flag) => told.flags.includes(flag);
  const had = (flag: Flag) => asked.flags.includes(flag);
  // To a reset there is nothing to say.
  if (had("RST")) return false;
  if (has("SYN") && !(has("ACK") && had("SYN"))) return false;
  if (has("ACK")) {
    const length = octetsOf(question, asked) + Number(had("SYN")) +
      Number(had("FIN"));
    return told.ack === (asked.seq + length) >>> 0;
  }
  // A reset without ACK goes by the number that it was sent.
  return has("RST") && (!had("ACK") || told.seq === asked.ack);
}

type Tcp = NonNullable<Packet["tcp"]>;
type Flag = Tcp["flags"][number];

/** Octets of the stream in a segment. */
function octetsOf(packet: Packet, tcp: Tcp): number {
  const { bytes, trailer } = packet;
  return bytes.length - trailer.length - tcp.offset - tcp.headerLength;
}
