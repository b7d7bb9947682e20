/**
 * The Address Resolution Protocol, and those that share its packet: reverse and
 * inverse ARP.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";

type Lengths = {
  readonly hardwareLength: number;
  readonly protocolLength: number;
  readonly protocolType: number;
};

const isMac = ({ hardwareLength }: Lengths) => hardwareLength === 6;
const isIpv4 = ({ protocolType, protocolLength }: Lengths) =>
  protocolType === 0x0800 && protocolLength === 4;

const mac = when(isMac, "mac");
const ip = when(isIpv4, "ipv4");
const otherHardware = when(
  (fields: Lengths) => !isMac(fields),
  octets(({ hardwareLength }: Lengths) => hardwareLength),
);
const otherProtocol = when(
  (fields: Lengths) => !isIpv4(fields),
  octets(({ protocolLength }: Lengths) => protocolLength),
);

/** The hardware type whose packets are other ones. */
const ATM = 19;

const lengthOf = (address: unknown, otherwise: number) =>
  address instanceof Uint8Array ? address.length : otherwise;

/** The fields of an ARP packet. */
export const arpFields = {
  /** The kind of link (IANA's registry "ARP Parameters", hardware types). */
  hardwareType: {
    bits: 16,
    names: {
      1: "ethernet",
      6: "ieee802",
      7: "arcnet",
      15: "frameRelay",
      18: "fibreChannel",
      20: "serial",
      24: "ieee1394",
      27: "eui64",
      32: "infiniband",
    },
  },
  /** The EtherType of the protocol whose addresses are asked for. */
  protocolType: { bits: 16, show: "hex" },
  /** Octets of a hardware address. */
  hardwareLength: 8,
  /** Octets of a protocol address. */
  protocolLength: 8,
  /** What is asked or answered (RFC 826, RFC 903, RFC 2390, RFC 1577 §6.6). */
  operation: {
    bits: 16,
    names: {
      1: "request",
      2: "reply",
      3: "reverseRequest",
      4: "reverseReply",
      5: "dynamicReverseRequest",
      6: "dynamicReverseReply",
      7: "dynamicReverseError",
      8: "inverseRequest",
      9: "inverseReply",
      10: "nak",
    },
  },
  /** The sender's hardware address, where it has 6 octets. */
  senderMac: mac,
  /** The sender's hardware address of another length. */
  senderHardware: otherHardware,
  /** The sender's address, where it is of IPv4. */
  senderIp: ip,
  /** The sender's address in another protocol. */
  senderProtocol: otherProtocol,
  /** The target's hardware address; in a request it means nothing. */
  targetMac: mac,
  /** The target's hardware address of another length. */
  targetHardware: otherHardware,
  /** The address that is asked for, where it is of IPv4. */
  targetIp: ip,
  /** The address that is asked for, in another protocol. */
  targetProtocol: otherProtocol,
} as const satisfies FieldTable;

/** ARP, RARP and InARP. */
export const arp: Layer<"arp", typeof arpFields> = layer("arp", arpFields, {
  source: "RFC 826",
  // RFC 903: reverse ARP has an EtherType of its own.
  under: [["ethernet", 0x0806], ["ethernet", 0x8035]],
  header: {
    from: "hardwareLength",
    octets: ({ hardwareLength, protocolLength }) =>
      8 + 2 * (hardwareLength + protocolLength),
  },
  // Nothing follows but the padding of a short frame.
  payload: { from: "protocolLength", octets: () => 0 },
  defaults: { hardwareType: 1, operation: 1 },
  check: ({ hardwareType }) =>
    hardwareType === ATM ? "ATM has a layout of its own (RFC 2225)" : undefined,
  tentative: true,
  implied(values) {
    const hardware = values.senderHardware ?? values.targetHardware;
    const protocol = values.senderProtocol ?? values.targetProtocol;
    const { hardwareLength = lengthOf(hardware, 6) } = values;
    const { protocolLength = lengthOf(protocol, 4) } = values;
    const protocolType = values.protocolType ?? 0x0800;
    const lengths = { hardwareLength, protocolLength, protocolType };
    const none = {
      ...!isMac(lengths) && {
        senderHardware: new Uint8Array(hardwareLength),
        targetHardware: new Uint8Array(hardwareLength),
      },
      ...!isIpv4(lengths) && {
        senderProtocol: new Uint8Array(protocolLength),
        targetProtocol: new Uint8Array(protocolLength),
      },
    };
    return { ...lengths, ...none };
  },
  summary: (
    { operation, senderMac, senderIp, targetMac, targetIp, protocolType },
  ) => {
    const ask = (of: unknown, from: unknown) =>
      of === undefined
        ? `operation ${operation} for protocol 0x${
          protocolType.toString(16).padStart(4, "0")
        }`
        : `who has ${of}? tell ${from}`;
    switch (operation) {
      case 1:
        return ask(targetIp, senderIp);
      case 2:
        return senderIp === undefined
          ? ask(undefined, undefined)
          : `${senderIp} is at ${senderMac}`;
      case 3:
      case 8:
        return ask(targetMac, senderMac);
      case 4:
      case 9:
        return `${targetMac ?? senderMac} is at ${targetIp ?? senderIp}`;
      default:
        return `operation ${operation}`;
    }
  },
});
