/**
 * A machine that answers questions for names out of a small table.
 *
 * @module
 */

import {
  checkOptions,
  mustBe,
  type OptionKinds,
} from "../../linux/option_kinds.ts";
import { type Address, address } from "../../ip/address.ts";
import { build } from "../../packet/build.ts";
import { dns } from "../../packet/layers/dns/dns.ts";
import type {
  DnsQuestion,
  DnsRecordInput,
} from "../../packet/layers/dns/record.ts";
import { ipv4 } from "../../packet/layers/ipv4.ts";
import { ipv6 } from "../../packet/layers/ipv6.ts";
import { udp } from "../../packet/layers/udp.ts";
import type { Packet } from "../../packet/packet.ts";
import type { Machine } from "./machine.ts";

/** Options of `dnsResponder`. */
const DNS_RESPONDER: OptionKinds<DnsResponderOptions> = {
  ttl: "any",
  others: "any",
};

/** Options for {@linkcode dnsResponder}. */
export interface DnsResponderOptions {
  /** How long an answer may be kept, in seconds. @default {60} */
  ttl?: number | undefined;
  /** What to say to other names: that there is no such, or nothing. @default {"NXDOMAIN"} */
  others?: "NXDOMAIN" | "silence" | undefined;
}

/** Addresses by name; `"*.example"` is for all below. */
export type Zone = Readonly<
  Record<string, string | Address | readonly (string | Address)[]>
>;

const PORT = 53;
/** Octets of a response that everyone takes (RFC 1035 §4.2.1). */
const PLAIN = 512;
/** What fits any link, which both sides tell each other (RFC 9715 §3.2). */
const MOST = 1232;

/**
 * Makes a machine that answers DNS over UDP, whatever address is asked. Where the
 * kernel has that address, it says at the same time that there is no such port:
 * give the machine an address that nobody has, with {@linkcode icmpResponder}
 * beside it, which answers ARP.
 *
 * @param zone Addresses by name.
 * @param options How long answers live, and what to do about other names.
 * @returns The machine.
 * @throws {ParseError} If an address is none.
 * @throws {RangeError} If `ttl` is no possible number.
 * @see RFC 1035 §4.1, RFC 4592 (wildcards), RFC 6891 (EDNS)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, dns, ipv4, udp } = net.packet;
 * const machine = net.wire.dnsResponder({ "www.example": "192.0.2.80" });
 * const question = build(
 *   ipv4({ src: "10.0.0.1", dst: "10.0.0.53" }),
 *   udp({ srcPort: 4000, dstPort: 53 }),
 *   dns({ id: 7, questions: [{ name: "www.example" }] }),
 * );
 * const facts = { interface: "eth0", mac: "02:00:00:00:00:01", addresses: [] };
 * assert.match(String(machine.reply(question, facts)), /A www.example = A 192.0.2.80$/);
 * ```
 */
export function dnsResponder(
  zone: Zone,
  options: DnsResponderOptions = {},
): Machine {
  mustBe("answer DNS", "zone", zone, "object");
  checkOptions("answer DNS", options, DNS_RESPONDER);
  const { ttl = 60, others = "NXDOMAIN" } = options;
  if (!(Number.isInteger(ttl) && ttl >= 0 && ttl < 2 ** 31)) {
    throw new RangeError(
      `Cannot answer DNS as 'ttl' must be seconds, 0 or more: current value is ${ttl}`,
    );
  }
  if (others !== "NXDOMAIN" && others !== "silence") {
    throw new TypeError(
      `Cannot answer DNS as 'others' must be "NXDOMAIN" or "silence": current value is ${
        Deno.inspect(others)
      }`,
    );
  }
  const names = new Map<string, readonly Address[]>();
  for (const [name, list] of Object.entries(zone)) {
    const all = Array.isArray(list) ? list : [list];
    names.set(plain(name), all.map((one) => address(one)));
  }
  return {
    name: "DNS responder",
    filter: `udp dst port ${PORT}`,
    reply(question) {
      const { udp: ports, dns: asked, ipv4: v4, ipv6: v6 } = question;
      const network = v4 ?? v6;
      if (
        asked?.qr !== 0 || ports?.dstPort !== PORT || network === undefined
      ) return undefined;
      const said = response(asked, names, ttl);
      if (said.rcode === "NXDOMAIN" && others === "silence") return undefined;
      const back = { src: network.dst, dst: network.src };
      const header = v4 === undefined ? ipv6(back) : ipv4(back);
      const way = udp({ srcPort: PORT, dstPort: ports.srcPort });
      const opt = asked.additionals.find(({ type }) => type === "OPT");
      const room = opt?.type === "OPT"
        ? Math.min(Math.max(opt.udpPayloadSize, PLAIN), MOST)
        : PLAIN;
      const message = (answers: readonly DnsRecordInput[], isCut: boolean) =>
        build(
          header,
          way,
          dns({
            id: asked.id,
            qr: 1,
            opcode: asked.opcode,
            flags: [
              "AA",
              ...isCut ? ["TC" as const] : [],
              ...asked.flags.filter((flag) => flag === "RD"),
            ],
            rcode: said.rcode,
            questions: asked.questions.slice(0, 1),
            answers,
            additionals: opt === undefined
              ? []
              : [{ type: "OPT", udpPayloadSize: MOST }],
          }),
        ) as Packet;
      const whole = message(said.answers, false);
      // Who asks again over TCP finds nobody there; but knows that there is more.
      return (whole.dns?.headerLength ?? 0) > room ? message([], true) : whole;
    },
  };
}

/** A name as it is looked for. */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

interface Said {
  readonly rcode: "NOERROR" | "NXDOMAIN" | "FORMERR" | "NOTIMP";
  readonly answers: readonly DnsRecordInput[];
}

function response(
  asked: NonNullable<Packet["dns"]>,
  names: ReadonlyMap<string, readonly Address[]>,
  ttl: number,
): Said {
  if (asked.opcode !== 0) return { rcode: "NOTIMP", answers: [] };
  const [question] = asked.questions;
  if (question === undefined || asked.questions.length > 1) {
    return { rcode: "FORMERR", answers: [] };
  }
  const found = look(plain(question.name), names);
  if (found === undefined || question.class !== "IN") {
    return { rcode: "NXDOMAIN", answers: [] };
  }
  return {
    rcode: "NOERROR",
    answers: found.filter(({ family }) => isAsked(question, family)).map(
      (data): DnsRecordInput =>
        data.family === 4
          ? { name: question.name, type: "A", ttl, data }
          : { name: question.name, type: "AAAA", ttl, data },
    ),
  };
}

function isAsked({ type }: DnsQuestion, family: 4 | 6): boolean {
  return type === "ANY" || type === (family === 4 ? "A" : "AAAA");
}

/** The addresses of a name, or of the star above it. */
function look(
  name: string,
  names: ReadonlyMap<string, readonly Address[]>,
): readonly Address[] | undefined {
  const exact = names.get(name);
  if (exact !== undefined) return exact;
  for (let at = name.indexOf("."); at >= 0; at = name.indexOf(".", at + 1)) {
    const star = names.get(`*${name.slice(at)}`);
    if (star !== undefined) return star;
  }
  return undefined;
}
