/**
 * A machine that can be pinged at addresses that nobody has.
 *
 * @module
 */

import {
  checkOptions,
  mustBe,
  type OptionKinds,
} from "../../linux/option_kinds.ts";
import type { Address } from "../../ip/address.ts";
import { mac as macOf } from "../../ip/mac/mac.ts";
import { type Addresses, set } from "../../ip/set/set.ts";
import { build } from "../../packet/build.ts";
import { ethernet } from "../../packet/layers/ethernet.ts";
import { icmp } from "../../packet/layers/icmp.ts";
import { icmpv6 } from "../../packet/layers/icmpv6.ts";
import { ipv4 } from "../../packet/layers/ipv4.ts";
import { ipv6 } from "../../packet/layers/ipv6.ts";
import type { Packet } from "../../packet/packet.ts";
import { arpReply } from "./arp_reply.ts";
import type { Machine } from "./machine.ts";

/** Options of `icmpResponder`. */
const ICMP_RESPONDER: OptionKinds<IcmpResponderOptions> = { mac: "any" };

/** Options for {@linkcode icmpResponder}. */
export interface IcmpResponderOptions {
  /** The hardware address to tell who asks for one. @default {the interface's} */
  mac?: string | undefined;
}

const ARP_REQUEST = 1;
const ECHO = 8;
const ECHO_V6 = 128;
const SOLICITATION = 135;
const ALL_NODES = "ff02::1";
const ALL_NODES_MAC = "33:33:00:00:00:01";

/**
 * Makes a machine that answers echoes to some addresses, and whoever asks for the
 * hardware address of one, by ARP or Neighbor Discovery: so they can be pinged
 * as if they were there.
 *
 * @param addresses The addresses: one, a subnet, a range, or a list of those.
 * @param options The hardware address to tell.
 * @returns The machine.
 * @throws {ParseError} If an address is none.
 * @see RFC 792, RFC 4443 §4, RFC 4861 §7.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, icmp, ipv4 } = net.packet;
 * const machine = net.wire.icmpResponder("10.0.0.0/24");
 * const question = build(ipv4({ src: "10.0.0.1", dst: "10.0.0.9" }), icmp(), "hello");
 * const facts = { interface: "eth0", mac: "02:00:00:00:00:01", addresses: [] };
 * assert.match(String(machine.reply(question, facts)), /10.0.0.9 > 10.0.0.1 .* echoReply/);
 * ```
 */
export function icmpResponder(
  addresses: Addresses,
  options: IcmpResponderOptions = {},
): Machine {
  mustBe("answer echo requests", "addresses", addresses, "address");
  checkOptions("answer echo requests", options, ICMP_RESPONDER);
  const own = set(addresses);
  const told = options.mac === undefined
    ? undefined
    : String(macOf(options.mac));
  return {
    name: "ICMP responder",
    filter: "arp or icmp or icmp6",
    // Groups that the kernel has not joined, and stations that it is not.
    promiscuous: true,
    reply(question, { mac }) {
      const station = told ?? mac;
      const { arp, ipv4: v4, ipv6: v6 } = question;
      if (arp !== undefined) {
        const { operation, targetIp, senderMac, senderIp } = arp;
        if (operation !== ARP_REQUEST || senderMac === undefined) {
          return undefined;
        }
        return targetIp !== undefined && own.contains(targetIp)
          ? arpReply(station, targetIp, senderMac, senderIp)
          : undefined;
      }
      if (v4 !== undefined) {
        return own.contains(v4.dst) ? echoReply(question) : undefined;
      }
      if (v6 === undefined) return undefined;
      return own.contains(v6.dst)
        ? echoReplyV6(question) ?? advertisement(question, own, station)
        : advertisement(question, own, station);
    },
  };
}

/** What an echo brings along. */
function echoed(
  packet: Packet,
  header: { offset: number; headerLength: number },
) {
  const { bytes, trailer } = packet;
  return bytes.subarray(
    header.offset + header.headerLength,
    bytes.length - trailer.length,
  );
}

function echoReply(question: Packet): Packet | undefined {
  const { ipv4: { src, dst, flags } = {}, icmp: asked } = question;
  // The head of a fragmented one has not all that must come back.
  if (asked?.type !== ECHO || flags?.includes("MF")) return undefined;
  const { identifier, sequenceNumber } = asked;
  return build(
    ipv4({ src: dst, dst: src }),
    icmp({ type: "echoReply", identifier, sequenceNumber }),
    echoed(question, asked),
  ) as Packet;
}

function echoReplyV6(question: Packet): Packet | undefined {
  const { ipv6: { src, dst } = {}, icmpv6: asked, ipv6Fragment } = question;
  if (asked?.type !== ECHO_V6 || ipv6Fragment !== undefined) return undefined;
  const { identifier, sequenceNumber } = asked;
  return build(
    ipv6({ src: dst, dst: src }),
    icmpv6({ type: "echoReply", identifier, sequenceNumber }),
    echoed(question, asked),
  ) as Packet;
}

function advertisement(
  question: Packet,
  own: { contains(address: Address): boolean },
  station: string,
): Packet | undefined {
  const { ipv6: network, icmpv6: asked, ethernet: link } = question;
  if (asked?.type !== SOLICITATION || network === undefined) return undefined;
  const { target } = asked;
  // RFC 4861 §7.1.1: one that a router has passed on is none.
  if (target === undefined || network.hopLimit !== 255) return undefined;
  if (!own.contains(target)) return undefined;
  const { w0, w1, w2, w3 } = network.src;
  const isNobody = (w0 | w1 | w2 | w3) === 0;
  return build(
    ethernet({
      src: station,
      dst: isNobody ? ALL_NODES_MAC : link?.src,
    }),
    ipv6({
      src: target,
      dst: isNobody ? ALL_NODES : network.src,
      hopLimit: 255,
    }),
    icmpv6({
      type: "neighborAdvertisement",
      neighbor: {
        isRouter: 0,
        solicited: isNobody ? 0 : 1,
        override: 1,
        reserved: 0,
      },
      target,
      options: [{ kind: "targetLinkLayer", address: station }],
    }),
  ) as Packet;
}
