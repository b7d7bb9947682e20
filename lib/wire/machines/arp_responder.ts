/**
 * A machine that answers ARP for whatever addresses it is given.
 *
 * @module
 */

import { mustBe } from "../../linux/option_kinds.ts";
import { type Address, address } from "../../ip/address.ts";
import { type Mac, mac } from "../../ip/mac/mac.ts";
import { arpReply } from "./arp_reply.ts";
import type { Machine } from "./machine.ts";

const REQUEST = 1;

/**
 * Makes a machine that says who has an address: whoever asks believes it, which
 * for addresses that others have is an attack on them.
 *
 * @param table Hardware addresses by IPv4 address.
 * @returns The machine.
 * @throws {ParseError} If an address is none.
 * @throws {TypeError} If an address is not of IPv4.
 * @see RFC 826
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { arp, build, ethernet } = net.packet;
 * const machine = net.wire.arpResponder({ "10.0.0.9": "02:00:00:00:00:09" });
 * const question = build(ethernet(), arp({ targetIp: "10.0.0.9" }));
 * const facts = { interface: "eth0", mac: "02:00:00:00:00:01", addresses: [] };
 * assert.match(String(machine.reply(question, facts)), /10.0.0.9 is at 02:00:00:00:00:09/);
 * ```
 */
export function arpResponder(
  table: Readonly<Record<string, string | Mac>>,
): Machine {
  mustBe("answer ARP", "table", table, "object");
  const stations = new Map<number | string, string>();
  for (const [key, station] of Object.entries(table)) {
    stations.set(ipv4(key).key, String(mac(station)));
  }
  return {
    name: "ARP responder",
    filter: "arp",
    reply({ arp: asked }) {
      if (asked?.operation !== REQUEST) return undefined;
      const { targetIp, senderIp, senderMac } = asked;
      if (targetIp === undefined || senderMac === undefined) return undefined;
      const station = stations.get(targetIp.key);
      if (station === undefined) return undefined;
      return arpReply(station, targetIp, senderMac, senderIp);
    },
  };
}

function ipv4(text: string): Address {
  const one = address(text);
  if (one.family === 4) return one;
  throw new TypeError(
    `Cannot answer ARP as 'table' must have IPv4 addresses: current value is ${text}`,
  );
}
