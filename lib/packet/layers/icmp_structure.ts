/**
 * The structure that extends ICMP messages of both versions (RFC 4884 §7).
 *
 * @module
 */

import { internetChecksum } from "../../bytes/checksum.ts";
import { list, record, sized, when } from "../compound.ts";
import type { Format } from "../format.ts";
import { octets } from "../formats.ts";
import { paddedText, textOrOctets } from "../text_or_octets.ts";

/** Which object an extension is, as its class and type say. */
type Kind = {
  readonly classNumber: number;
  readonly classType: number;
};

/** An interface's information has the parts that the type's low bits say. */
const has = (bit: number) => ({ classNumber, classType }: Kind): boolean =>
  classNumber === 2 && (classType & bit) !== 0;

/** The objects whose fields are known: others, and other types, are octets. */
const isKnown = ({ classNumber, classType }: Kind): boolean =>
  classNumber === 1 && classType === 1 || classNumber === 2 ||
  classNumber === 3 && classType >= 1 && classType <= 3;

/** A name with its length, filled up with NULs to whole words (RFC 5837 §4.3). */
const interfaceName: Format<string | Uint8Array> = {
  ...textOrOctets(),
  about: "an interface's name, with its length",
  read(from) {
    const length = from.u8();
    if (length < 1) from.fail("name of no octets", from.at - 1);
    return paddedText(length - 1).read(from);
  },
  write(to, value) {
    const at = to.room(1);
    textOrOctets().write(to, value);
    to.room((4 - (to.at - at) % 4) % 4);
    if (to.at - at > 64) to.refuse("be up to 63 octets", value, RangeError);
    to.octets[at] = to.at - at;
  },
};

const extensionObject = sized(
  16,
  record({
    /** The class: MPLS labels, an interface. */
    classNumber: {
      bits: 8,
      names: { 1: "mpls", 2: "interfaceInformation", 3: "interfaceId" },
    },
    /** What within the class; of interface information, which parts there are. */
    classType: 8,
    /** RFC 4950 §3: the label stack that the datagram came with. */
    labels: when(
      { classNumber: 1, classType: 1 },
      list(record({ label: 20, trafficClass: 3, bottom: 1, ttl: 8 })),
    ),
    /** RFC 5837 §4: the interface's number in its router's tables. */
    ifIndex: when(has(8), 32),
    /** RFC 5837 §4.2: the interface's address. */
    address: when(
      has(4),
      record({
        family: { bits: 16, names: { 1: "ipv4", 2: "ipv6" } },
        reserved: 16,
        ipv4: when({ family: 1 }, "ipv4"),
        ipv6: when({ family: 2 }, "ipv6"),
      }),
    ),
    /** RFC 5837 §4.3. */
    interfaceName: when(has(2), interfaceName),
    /** RFC 5837 §4: octets. */
    mtu: when(has(1), 32),
    /** RFC 8335 §2.1: the interface to probe, by name. */
    probeName: when({ classNumber: 3, classType: 1 }, textOrOctets()),
    /** By number. */
    probeIndex: when({ classNumber: 3, classType: 2 }, 32),
    /** By address; the family is one of IANA's. */
    probeAddress: when(
      { classNumber: 3, classType: 3 },
      record({
        family: {
          bits: 16,
          names: { 1: "ipv4", 2: "ipv6", 16389: "mac48", 16390: "mac64" },
        },
        length: 8,
        reserved: 8,
        address: octets(({ length }: { length: number }) => length),
        padding: octets(),
      }),
    ),
    /** What an object of another kind holds. */
    octets: when((kind: Kind) => !isKnown(kind), octets()),
  }, "an object"),
  2,
);

/** The version of the structure (RFC 4884 §7). */
export const EXTENSION_VERSION = 2;

/** An extension structure: its header and objects. */
function structure(count?: number) {
  const plain = record({
    /** 2. */
    version: 4,
    /** Not in use. */
    reserved: 12,
    /** Internet checksum of the structure; 0 for none. */
    checksum: { bits: 16, show: "hex" },
    /** What it tells. */
    objects: list(extensionObject, count === undefined ? {} : { count }),
  }, "an extension structure");
  const made: typeof plain = {
    ...plain,
    write(to, value) {
      const { at } = to;
      plain.write(to, { version: EXTENSION_VERSION, ...value });
      if (value?.checksum !== undefined) return;
      const sum = internetChecksum(to.from(at));
      // 0 says that there is no checksum.
      to.view.setUint16(at + 2, sum === 0 ? 0xffff : sum);
    },
  };
  return made;
}

/** Behind the datagram that an error message quotes. */
export const extensionStructure = structure();

/** Of an extended echo, which asks for one thing; what follows it is data. */
export const probeStructure = structure(1);
