/**
 * What TypeScript lets stand where a value of a data type goes.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Mac } from "../../ip/mac/mac.ts";
import type { Range } from "../../ip/set/range.ts";
import type { Subnet } from "../../ip/subnet.ts";
import { services } from "../model/known_ports.ts";
import * as names from "../model/symbols.ts";

/** The names that values go by, for each data type that has names. */
export const symbols = {
  arp_op: names.arpOp,
  classid: names.classid,
  ct_dir: names.ctDir,
  ct_event: names.ctEvent,
  ct_state: names.ctState,
  ct_status: names.ctStatus,
  day: names.day,
  dccp_pkttype: names.dccpPkttype,
  dscp: names.dscp,
  ecn: names.ecn,
  ether_type: names.etherType,
  fib_addrtype: names.fibAddrtype,
  icmp_code: names.icmpCode,
  icmp_type: names.icmpType,
  icmpv6_code: names.icmpv6Code,
  icmpv6_type: names.icmpv6Type,
  icmpx_code: names.icmpxCode,
  iface_type: names.ifaceType,
  igmp_type: names.igmpType,
  inet_proto: { ...names.inetProto, ...names.protocolAliases },
  inet_service: services,
  mh_type: names.mhType,
  nf_proto: names.nfProto,
  pkt_type: names.pktType,
  tcp_flag: names.tcpFlag,
} as const;

/** The names of a data type. */
export type NameOf<Type extends keyof typeof symbols> =
  & keyof (typeof symbols)[Type]
  & string;

/** A port: its number, its service's name, or a range as `"1024-2047"`. */
export type Port = number | NameOf<"inet_service"> | `${number}-${number}`;

/** An address, subnet or range of addresses. */
export type AddressValue = string | Address | Subnet | Range;

/** A name of a data type that has names, or a number. */
export type Named<Type extends keyof typeof symbols> = NameOf<Type> | number;

/** Values of the data types that are more than names and numbers. */
export interface OtherValues {
  /** A number, or a range as `"1-5"`. */
  readonly integer: number | bigint | `${number}-${number}`;
  /** Bits as a number. */
  readonly bitmask: number;
  /** Text. */
  readonly string: string;
  /** Whether it is there. */
  readonly boolean: boolean;
  /** An IPv4 address, subnet or range. */
  readonly ipv4_addr: AddressValue;
  /** An IPv6 address, subnet or range. */
  readonly ipv6_addr: AddressValue;
  /** An Ethernet address. */
  readonly ether_addr: string | Mac;
  /** A port. */
  readonly inet_service: Port;
  /** Seconds, or a text as `"1h30m"`. */
  readonly time: number | string;
  /** `"2024-01-31 17:00"` in local time, or seconds since 1970. */
  readonly date: string | number;
  /** `"17:00"` in local time. */
  readonly hour: `${number}:${number}` | `${number}:${number}:${number}`;
  /** A mark. */
  readonly mark: number;
  /** An interface's name or index. */
  readonly iface_index: string | number;
  /** An interface's name; `"eth*"` is all that begin so. */
  readonly ifname: string;
  /** A routing realm. */
  readonly realm: string | number;
  /** `"1:2a"`, in hexadecimal. */
  readonly classid: `${string}:${string}` | NameOf<"classid"> | number;
  /** A device group. */
  readonly devgroup: string | number;
  /** A user's name or number. */
  readonly uid: string | number;
  /** A group's name or number. */
  readonly gid: string | number;
  /** The path of a control group. */
  readonly cgroupsv2: string;
  /** A label's number. */
  readonly ct_label: number;
}

/** Values by the names of their data types. */
export type ValueTypes =
  & OtherValues
  & {
    readonly [
      Type in Exclude<keyof typeof symbols, keyof OtherValues>
    ]: Named<Type>;
  };

/** The values of a data type. */
export type ValueOf<Type extends string> = Type extends keyof ValueTypes
  ? ValueTypes[Type]
  : never;

/** A field's name as a property: `frag-off` is `fragOff`, `sid[1]` is `sid1`. */
export type Camel<Name> = Name extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<Camel<B> & string>}`
  : Name extends `${infer A} ${infer B}`
    ? `${A}${Capitalize<Camel<B> & string>}`
  : Name extends `${infer A}[${infer N}]` ? `${A}${N}`
  : Name;

/** A field's name as a property. */
export const camel = (name: string): string =>
  name.replace(/[- ](\w)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/\[(\d)\]/, "$1");
