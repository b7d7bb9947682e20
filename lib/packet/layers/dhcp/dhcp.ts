/**
 * The Dynamic Host Configuration Protocol for IPv4, and BOOTP below it.
 *
 * @module
 */

import { mac } from "../../../ip/mac/mac.ts";
import { layer } from "../../codec.ts";
import { when } from "../../compound.ts";
import type { Cursor, Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import type { FieldTable, Layer } from "../../layer.ts";
import { optional } from "../../optional.ts";
import { options } from "../../options.ts";
import { paddedText } from "../../text_or_octets.ts";
import { valueText } from "../../value.ts";
import { BASIC_OPTIONS, MESSAGES } from "./basic_options.ts";
import { LATER_OPTIONS } from "./later_options.ts";

/** What says that options follow (RFC 2131 §3). */
const MAGIC = 0x63825363;

const PAD = 0;
const END = 255;

const listed = options({
  covers: "value",
  single: [PAD, END],
  end: END,
  kinds: { ...BASIC_OPTIONS, ...LATER_OPTIONS },
});

/** Where the options end: behind the end option, if there is one. */
function endOf({ octets, at, end }: Cursor): number {
  while (at < end) {
    const code = octets[at++]!;
    if (code === END) return at;
    if (code !== PAD) at += 1 + (octets[at] ?? 0);
  }
  return end;
}

/** Options with their end; what is behind it is left for the next field. */
const dhcpOptions: typeof listed = {
  ...listed,
  isQuiet: false,
  read(from) {
    const end = endOf(from);
    return from.within(end - from.at, (from) => {
      const list = listed.read(from);
      const isOpen = list.at(-1)?.kind !== "end";
      if (isOpen && from.trouble === undefined) {
        return from.fail("options without an end", end);
      }
      return list;
    });
  },
  write(to, value = []) {
    listed.write(to, value);
    const last = value.at(-1);
    const kind = typeof last === "object" ? last.kind : last;
    // RFC 2131 §4.1: the last option must be the end.
    if (kind !== "end") to.u8(END);
  },
  random: (random, fields) => [
    ...listed.random(random, fields) as readonly unknown[],
    { kind: "end" },
  ],
};

/** The client's link-layer address in its place of 16 octets. */
const clientHardwareAddress: Format<
  string | Uint8Array,
  string | Uint8Array
> = {
  about: "a MAC address, or 16 octets",
  takesOctets: true,
  read(from) {
    const octets = from.bytes(16);
    const isMac = from.header.hardwareLength === 6 &&
      octets.subarray(6).every((octet) => octet === 0);
    return isMac ? mac(octets.subarray(0, 6)).toString() : octets;
  },
  write(to, value) {
    const octets = value === undefined
      ? new Uint8Array()
      : typeof value === "string"
      ? mac(value).toBytes()
      : value;
    if (octets.length > 16) to.refuse("be up to 16 octets", value, RangeError);
    const at = to.room(16);
    to.octets.set(octets, at);
  },
  random: (random, { hardwareLength }) => {
    const some = (length: number) =>
      Uint8Array.from({ length }, () => 1 + Math.floor(random() * 255));
    return hardwareLength === 6 ? mac(some(6)).toString() : some(16);
  },
  text: (value) => valueText(value),
};

/** The fields of a message of DHCP. */
export const dhcpFields = {
  /** Who sends it: 1 the client (BOOTREQUEST), 2 the server (BOOTREPLY). */
  op: { bits: 8, names: { 1: "request", 2: "reply" } },
  /** The kind of link-layer address, as in ARP: 1 for Ethernet. */
  hardwareType: 8,
  /** How many octets of `clientHardwareAddress` count. */
  hardwareLength: 8,
  /** Relay agents that it has passed. */
  hops: 8,
  /** Tells which request a reply belongs to. */
  transactionId: { bits: 32, show: "hex" },
  /** Seconds since the client began. */
  seconds: 16,
  /** Whether replies must be broadcast. */
  broadcast: 1,
  /** Bits that mean nothing. */
  reserved: 15,
  /** The client's address, if it has one and can answer ARP (ciaddr). */
  clientAddress: "ipv4",
  /** The address that the client gets (yiaddr). */
  yourAddress: "ipv4",
  /** The server to boot from (siaddr). */
  nextServerAddress: "ipv4",
  /** The relay agent (giaddr). */
  relayAddress: "ipv4",
  /** The client's link-layer address (chaddr). */
  clientHardwareAddress,
  /** The server's name (sname); octets where it holds options (option 52). */
  serverName: paddedText(64),
  /** The file to boot (file); octets where it holds options (option 52). */
  bootFile: paddedText(128),
  /** 0x63825363 where options follow; what else there is belongs to `vendor`. */
  magic: {
    ...optional({ bits: 32, show: "hex" }),
    random: (random) => random() < 0.8 ? MAGIC : Math.floor(random() * 2 ** 32),
  } as Format<number | undefined, number>,
  /** The options. */
  options: when({ magic: MAGIC }, dhcpOptions),
  /** What there is instead of options (RFC 951). */
  vendor: when(
    ({ magic = MAGIC }: { readonly magic?: number }) => magic !== MAGIC,
    octets(),
  ),
  /** What follows the end of the options, mostly zeros. */
  padding: when({ magic: MAGIC }, octets()),
} as const satisfies FieldTable;

/** DHCP for IPv4. */
export const dhcp: Layer<"dhcp", typeof dhcpFields> = layer(
  "dhcp",
  dhcpFields,
  {
    source: "RFC 2131 §2",
    under: [["udp", 67], ["udp", 68]],
    header: "parsed",
    defaults: { op: 1, hardwareType: 1, hardwareLength: 6, magic: MAGIC },
    summary({
      op,
      options = [],
      clientHardwareAddress,
      yourAddress,
      clientAddress,
    }) {
      let type: string = op === 2 ? "reply" : "request";
      for (const option of options) {
        if (option.kind !== "messageType") continue;
        type = MESSAGES[option.type as keyof typeof MESSAGES] ??
          `type ${option.type}`;
      }
      const address = [yourAddress, clientAddress].find((one) => one.w3 !== 0);
      const client = valueText(clientHardwareAddress);
      return `${type} ${client}${address === undefined ? "" : ` ${address}`}`;
    },
  },
);
