/**
 * What stands in a capture, block by block, as plain data.
 *
 * @see draft-ietf-opsawg-pcapng §4
 *
 * @module
 */

import type { Packet } from "../packet/packet.ts";
import type { Interface } from "./pcapng_interface.ts";
import type { BlockOption } from "./pcapng_options.ts";

export type { BlockOption, Interface };

/** What every block has. */
export interface AnyBlock {
  /** The block's place in the file, in octets; in the uncompressed one. */
  readonly offset: number;
  /** What people have written on it. */
  readonly comments: readonly string[];
  /** Its options as they stand there, in the order of the file. */
  readonly options: readonly BlockOption[];
}

/** The start of a section: of all that one program has written at one time. */
export interface SectionBlock extends AnyBlock {
  /** Tells this block from the others. */
  readonly type: "section";
  /** The octet order of the section. */
  readonly byteOrder: "big" | "little";
  /** The machine's hardware. */
  readonly hardware?: string;
  /** Its operating system. */
  readonly os?: string;
  /** The program that wrote the section. */
  readonly application?: string;
}

/** An interface that packets were captured on. */
export interface InterfaceBlock extends AnyBlock, Interface {
  /** Tells this block from the others. */
  readonly type: "interface";
}

/** What the capturing system has noted about a packet. */
export interface PacketFlags {
  /** Which way it went. */
  readonly direction?: "inbound" | "outbound";
  /** To whom it was sent. */
  readonly reception?:
    | "unicast"
    | "multicast"
    | "broadcast"
    | "promiscuous";
  /** Octets of its frame check sequence, if that is known. */
  readonly fcsLength?: number;
  /** What was wrong on the link, as bits 16 to 31 of the flags: 1 << 8 is a wrong FCS. */
  readonly errors: number;
}

/** A packet. */
export interface PacketBlock extends AnyBlock {
  /** Tells this block from the others. */
  readonly type: "packet";
  /** The packet's place among the packets, from 1. */
  readonly number: number;
  /** The packet. */
  readonly packet: Packet;
  /** The interface that it came by. */
  readonly interface: Interface;
  /** What the capturing system has noted. */
  readonly flags?: PacketFlags;
  /** Packets lost between this one and the one before. */
  readonly drops?: number;
  /** A number for the packet: the same where it came by several interfaces. */
  readonly packetId?: bigint;
  /** The interface's queue. */
  readonly queue?: number;
}

/** Names of addresses, as the capturing machine knew them. */
export interface NamesBlock extends AnyBlock {
  /** Tells this block from the others. */
  readonly type: "names";
  /** The names of each address; IPv4, IPv6 or hardware address. */
  readonly names: readonly {
    readonly address: string;
    readonly names: readonly string[];
  }[];
}

/** What an interface had counted at a time. */
export interface StatisticsBlock extends AnyBlock {
  /** Tells this block from the others. */
  readonly type: "statistics";
  /** The interface. */
  readonly interface: Interface;
  /** When this was counted. */
  readonly timestamp?: Temporal.Instant;
  /** When the capture was begun. */
  readonly startTime?: Temporal.Instant;
  /** When it was ended. */
  readonly endTime?: Temporal.Instant;
  /** Packets that came to the interface. */
  readonly received?: number;
  /** Packets that the interface lost. */
  readonly dropped?: number;
  /** Packets that the capture filter let through. */
  readonly accepted?: number;
  /** Packets that the operating system lost. */
  readonly osDropped?: number;
  /** Packets that were handed to the program. */
  readonly delivered?: number;
}

/** Keys to decrypt packets with. */
export interface SecretsBlock extends AnyBlock {
  /** Tells this block from the others. */
  readonly type: "secrets";
  /** What they are: `"tls"` is a key log as of SSLKEYLOGFILE. */
  readonly kind:
    | "tls"
    | "ssh"
    | "wireguard"
    | "zigbee nwk"
    | "zigbee aps"
    | "unknown";
  /** What stands there; not copied. */
  readonly secrets: Uint8Array;
}

/** A block of some enterprise's own. */
export interface CustomBlock extends AnyBlock {
  /** Tells this block from the others. */
  readonly type: "custom";
  /** The enterprise, as IANA numbers it. */
  readonly enterprise: number;
  /** Whether it holds when other blocks are changed. */
  readonly mayCopy: boolean;
  /** What stands there, options included; not copied. */
  readonly data: Uint8Array;
}

/** A block that is not known here. */
export interface UnknownBlock extends AnyBlock {
  /** Tells this block from the others. */
  readonly type: "unknown";
  /** Its number. */
  readonly code: number;
  /** What stands there; not copied. */
  readonly data: Uint8Array;
}

/** One block of a capture; `type` tells which, to the compiler too. */
export type Block =
  | SectionBlock
  | InterfaceBlock
  | PacketBlock
  | NamesBlock
  | StatisticsBlock
  | SecretsBlock
  | CustomBlock
  | UnknownBlock;
