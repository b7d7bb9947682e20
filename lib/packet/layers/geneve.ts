/**
 * Generic Network Virtualization Encapsulation.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { isObject, list } from "../compound.ts";
import type { Format } from "../format.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { valueText } from "../value.ts";

/** An option of Geneve (RFC 8926 §3.5). */
export interface GeneveOption {
  /** Whose option: IANA's registry "Geneve Option Class". */
  readonly optionClass: number;
  /** Which of theirs; from 128 on whoever does not know it must drop the packet. */
  readonly type: number;
  /** Not in use. @default {0} */
  readonly reserved?: number;
  /** What it says, up to 124 octets in words of 4. @default {none} */
  readonly octets?: Uint8Array;
}

const option: Format<Required<GeneveOption>, GeneveOption> = {
  about: "an option",
  read(from) {
    const optionClass = from.u16();
    const type = from.u8();
    const last = from.u8();
    const octets = from.bytes((last & 0x1f) * 4);
    return { optionClass, type, reserved: last >> 5, octets };
  },
  write(to, value) {
    if (!isObject(value)) return to.refuse("be an option", value);
    const { octets = new Uint8Array(), reserved = 0, ...numbers } = value;
    if (!(octets instanceof Uint8Array)) to.refuse("have octets", octets);
    if (octets.length > 124 || octets.length % 4 !== 0) {
      to.refuse("have up to 124 octets in words of 4", octets, RangeError);
    }
    const number = (of: unknown, most: number): number =>
      Number.isInteger(of) && (of as number) >= 0 && (of as number) <= most
        ? of as number
        : to.refuse(`have numbers of 0 to ${most}`, of, RangeError);
    to.u16(number(numbers.optionClass, 0xffff));
    to.u8(number(numbers.type, 0xff));
    to.u8(number(reserved, 7) << 5 | octets.length >> 2);
    to.bytes(octets);
  },
  random(random) {
    const below = (end: number) => Math.floor(random() * end);
    const octets = Uint8Array.from(
      { length: below(4) * 4 },
      () => below(256),
    );
    return { optionClass: below(65536), type: below(256), reserved: 0, octets };
  },
  text: (value) => valueText(value),
};

/** The fields of a Geneve header. */
export const geneveFields = {
  /** 0. */
  version: 2,
  /** Words of 4 octets of options. */
  optionsLength: 6,
  /** Control packet; options that must be understood. */
  flags: ["O", "C"],
  /** Not in use. */
  reserved: 6,
  /** The payload's EtherType; 0x6558 for Ethernet. */
  protocol: { bits: 16, show: "hex" },
  /** Which network (virtual network identifier). */
  vni: 24,
  /** Not in use. */
  reserved2: 8,
  /** Up to 252 octets of options. */
  options: list(option),
} as const satisfies FieldTable;

/** Geneve. */
export const geneve: Layer<"geneve", typeof geneveFields> = layer(
  "geneve",
  geneveFields,
  {
    source: "RFC 8926 §3.4",
    under: [["udp", 6081]],
    next: "protocol",
    nextLike: "ethernet",
    header: {
      from: "optionsLength",
      octets: ({ optionsLength }) => 8 + optionsLength * 4,
    },
    headerUnit: 4,
    check: ({ version }) =>
      version === 0 ? undefined : `version is ${version}, not 0`,
    computed: { optionsLength: ({ header }) => header / 4 - 2 },
    summary: ({ vni, protocol }) =>
      `${vni} 0x${protocol.toString(16).padStart(4, "0")}`,
  },
);
