/**
 * What the kernel is to sort out on a busy link.
 *
 * @module
 */

import { compileFilter } from "../../ffi/libpcap.ts";
import type { Packet } from "../../packet/packet.ts";

/** Hosts that a filter names at most. */
const NAMED = 8;

/**
 * Makes a filter that lets the answers to questions through, and not much more.
 *
 * @param questions The questions, as they are sent.
 * @param linkType What frames start with.
 * @returns struct sock_filter, eight octets each; `undefined` where answers may be
 * of any kind, or libpcap is not there.
 */
export function filterFor(
  questions: readonly Packet[],
  linkType: number,
): Uint8Array<ArrayBuffer> | undefined {
  const words = new Set<string>();
  for (const { layers } of questions) {
    const layer = layers.find(({ name }) =>
      name === "arp" || name === "ipv4" || name === "ipv6"
    );
    if (layer?.name === "arp") words.add("arp");
    else if (layer?.name === "ipv4") words.add(`host ${layer.dst}`).add("icmp");
    else if (layer?.name === "ipv6") {
      words.add(`host ${layer.dst}`).add("icmp6");
    } else return undefined;
    if (words.size > NAMED || isGroup(layer)) return undefined;
  }
  try {
    return compileFilter([...words].join(" or "), { linkType });
  } catch {
    return undefined;
  }
}

/** Whether anyone may answer. */
function isGroup(layer: Packet["layers"][number]): boolean {
  if (layer.name === "ipv4") {
    return layer.dst.w3 >>> 28 === 0xe || (layer.dst.w3 & 0xff) === 0xff;
  }
  return layer.name === "ipv6" && layer.dst.w0 >>> 24 === 0xff;
}
