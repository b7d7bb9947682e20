/**
 * Captures without the addresses of those who are in them.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { onlyKnown } from "../known_options.ts";
import type { Capture } from "./capture.ts";
import { checkCapture } from "./columns_fields.ts";
import { derive, type DerivedHeader } from "./derived.ts";
import { ANONYMISE } from "./option_names.ts";

/** Options for {@linkcode anonymise}. */
export interface AnonymiseOptions {
  /**
   * The key, 32 octets: the same key gives the same addresses, and whoever has
   * it can tell the old ones. @default {a random one}
   */
  key?: Uint8Array | undefined;
  /**
   * What becomes of the payload of TCP, UDP and whatever else is not understood
   * here: kept as it is, or made zeros. @default {"keep"}
   */
  payload?: "keep" | "zero" | undefined;
}

/** Octets of a key. */
const KEY = 32;

/**
 * Replaces the addresses in a capture: IPv4 and IPv6 by Crypto-PAn, with AES-128
 * under a key, and hardware addresses in the same way. Two addresses that have
 * their first bits in common have as many in common afterwards, and never become
 * one; nobody can tell the old ones without the key, but who knows what some of
 * them were knows the prefixes of others too.
 *
 * Replaced are the addresses of Ethernet, Linux cooked, ARP, IPv4 and its route
 * options, IPv6 and its routing headers, ICMP and ICMPv6 with the packets that
 * they quote, neighbour discovery, IGMP and MLD; also within VLAN, MPLS, PPP, NSH,
 * GRE, ERSPAN, VXLAN, Geneve, PIM registers and IP in IP. Checksums that were
 * right are right again.
 *
 * These stay as they are, as they tell of no host: 0.0.0.0/8, 127.0.0.0/8,
 * 224.0.0.0/4, 255.255.255.255, ::, ::1, ff00::/8 and group hardware addresses
 * (but the host part of solicited-node groups is replaced). Private and
 * link-local addresses stay in their prefix: 10.0.0.0/8, 100.64.0.0/10,
 * 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16, fc00::/7, fe80::/10.
 *
 * **What stays**, and may tell who somebody is: times, lengths, ports, numbers in
 * headers, and with `payload: "keep"` all that applications and other protocols
 * say: names and addresses in DNS, DHCP, HTTP, SIP, routing protocols, LLDP,
 * STP, sFlow or MACsec. `payload: "zero"` makes zeros of it, and of Ethernet's padding. The check
 * of AH, and that of SCTP over zeros, are not corrected. A part of an address
 * where a packet was cut becomes zeros. Of a pcapng file, names, comments, keys
 * and descriptions are left out.
 *
 * @param capture The capture; it is read when the new one is.
 * @param options The key, and what becomes of payloads.
 * @returns The new capture, in the same format.
 * @throws {RangeError} If the key has not 32 octets.
 * @throws {TypeError} If `payload` is something else.
 * @throws {NetError} If packets are of a link type that is not understood here
 * (`"unsupported"`): now, or when the first of them is read.
 * @see Fan, Xu, Ammar and Moon: Prefix-preserving IP address anonymization, 2004
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, udp } = net.packet;
 * const { readable, writable } = new TransformStream<Uint8Array>();
 * const octets = new Response(readable).bytes();
 * const file = await net.pcap.create(writable);
 * await file.write(build(ipv4({ src: "8.8.4.4", dst: "8.8.8.8" }), udp()));
 * await file.close();
 *
 * const capture = await net.pcap.open(await octets);
 * const key = new Uint8Array(32).fill(7);
 * for await (const { ipv4 } of await net.pcap.anonymise(capture, { key })) {
 *   assert.notEqual(`${ipv4?.src}`, "8.8.4.4");
 *   // Their first 20 bits were the same, and are.
 *   assert.ok(net.ip.subnet(`${ipv4?.src}/20`, { hostBits: "clear" }).contains(ipv4!.dst));
 * }
 * ```
 */
export async function anonymise(
  capture: Capture,
  options: AnonymiseOptions = {},
): Promise<Capture> {
  onlyKnown("anonymise a capture", options, ANONYMISE);
  checkCapture("anonymise a capture", capture);
  const { key = crypto.getRandomValues(new Uint8Array(KEY)) } = options;
  const { payload = "keep" } = options;
  if (!(key instanceof Uint8Array && key.length === KEY)) {
    const is = key instanceof Uint8Array ? `${key.length} octets` : key;
    throw new RangeError(
      `Cannot anonymise a capture as 'key' must be ${KEY} octets: current value is ${is}`,
    );
  }
  if (payload !== "keep" && payload !== "zero") {
    throw new TypeError(
      `Cannot anonymise a capture as 'payload' must be "keep" or "zero": current value is ${payload}`,
    );
  }
  const { CryptoPan } = await import("./crypto_pan.ts");
  const { knowsLink, readdress } = await import("./readdress.ts");
  const { name, format, linkType, resolution } = capture;
  const check = (linkType: number) => {
    if (!knowsLink(linkType)) throw unsupported(name, linkType);
  };
  for (const { linkType } of capture.interfaces) check(linkType);
  const pan = await CryptoPan.create(key);
  const zero = payload === "zero";
  const header: DerivedHeader = { name, format, linkType, resolution };
  return await derive(header, [capture], true, async function* (sink) {
    for await (const records of capture.records("reuse")) {
      while (records.next()) {
        const { octets, start, end, linkType } = records;
        check(linkType);
        // The buffer may be somebody else's.
        const packet = octets.slice(start, end);
        readdress(packet, linkType, { pan, zero });
        sink.add(records, 0, {
          octets: packet,
          start: 0,
          end: packet.length,
          length: records.length,
          seconds: records.seconds,
          nanoseconds: records.nanoseconds,
        });
        if (sink.isFull) yield;
      }
    }
  });
}

function unsupported(name: string, linkType: number): NetError {
  return new NetError(`addresses in link type ${linkType} are not found`, {
    code: "unsupported",
    op: "anonymise",
    target: name,
    hint: "filter() these packets out",
  });
}
