/**
 * The options of Neighbor Discovery, which ICMPv6 carries.
 *
 * @module
 */

import { Address, address } from "../../ip/address.ts";
import { mac } from "../../ip/mac/mac.ts";
import { list } from "../compound.ts";
import type { Format } from "../format.ts";
import { octets } from "../formats.ts";
import { options } from "../options.ts";
import { asText, textOrOctets } from "../text_or_octets.ts";
import { valueText } from "../value.ts";
import { plainDomainName } from "./dns/name.ts";

/** A link-layer address: of 48 bits as text, of any other length octets. */
const linkLayerAddress: Format<string | Uint8Array> = {
  about: "a MAC address, or octets where links have others",
  takesOctets: true,
  read: (from) =>
    from.left === 6 ? `${mac(from.bytes(6))}` : from.bytes(from.left),
  write(to, value) {
    if (value === undefined) to.room(6);
    else to.bytes(value instanceof Uint8Array ? value : mac(value).toBytes());
  },
  random: (random) =>
    Array.from(
      { length: 6 },
      () => Math.floor(random() * 256).toString(16).padStart(2, "0"),
    ).join(":"),
  text: (value) => valueText(value),
};

/** The first octets of an IPv6 address, the rest of which is 0. */
function prefix(
  count: (prefixLength: number) => number,
): Format<Address, Address | string> {
  return {
    about: "an IPv6 address, as far as it counts",
    read(from) {
      const whole = new Uint8Array(16);
      const length = Number(from.fields.prefixLength ?? 0);
      whole.set(from.bytes(Math.min(count(length), from.left)));
      return Address.fromBytes(whole);
    },
    write(to, value = "::") {
      const one = address(value);
      if (one.family !== 6) to.refuse("be an IPv6 address", value);
      const length = count(Number(to.fields.prefixLength ?? 0));
      const octets = one.toBytes();
      if (octets.subarray(length).some((octet) => octet !== 0)) {
        to.refuse(`fit in ${length * 8} bits`, value, RangeError);
      }
      to.bytes(octets.subarray(0, length));
    },
    random(random, fields) {
      const whole = new Uint8Array(16);
      const length = count(Number(fields.prefixLength ?? 0));
      for (let i = 0; i < length; i++) whole[i] = Math.floor(random() * 256);
      return Address.fromBytes(whole);
    },
    text: (value) => `${value}`,
  };
}

const names: Format<readonly string[]> = list(plainDomainName());

/** Domain names up to the end, or to the NULs that fill the option up. */
const searchList: Format<readonly string[]> = {
  ...names,
  about: "a list of domain names",
  read(from) {
    const names: string[] = [];
    while (from.left > 0) {
      if (from.octets[from.at] !== 0) {
        names.push(plainDomainName().read(from));
        continue;
      }
      const padding = from.bytes();
      if (padding.some((octet) => octet !== 0)) from.fail("name after padding");
    }
    return names;
  },
  // The root would look like padding.
  random: (random, fields) =>
    (names.random(random, fields) as string[]).filter((name) => name !== "."),
};

/** Text up to the NULs that fill the option up. */
const uri: Format<string | Uint8Array> = {
  ...textOrOctets(),
  read(from) {
    const octets = from.bytes();
    let end = octets.length;
    while (end > 0 && octets[end - 1] === 0) end--;
    return asText(octets.subarray(0, end));
  },
};

/** How much a router is preferred (RFC 4191 §2.1). */
export const preference = {
  bits: 2,
  names: { 0: "medium", 1: "high", 2: "reserved", 3: "low" },
} as const;

/** The options of Neighbor Discovery (IANA's "IPv6 Neighbor Discovery Option Formats"). */
export const ndpOptions = options({
  covers: "option",
  unit: 8,
  kinds: {
    // RFC 4861 §4.6
    1: ["sourceLinkLayer", { address: linkLayerAddress }],
    2: ["targetLinkLayer", { address: linkLayerAddress }],
    // The flags: on-link, autonomous (RFC 4862 §5.5.3), router's own address
    // (RFC 6275 §7.2), prefix for delegation (RFC 9762 §4). Lifetimes in seconds.
    3: ["prefixInformation", {
      prefixLength: 8,
      onLink: 1,
      autonomous: 1,
      routerAddress: 1,
      delegable: 1,
      reserved: 4,
      validLifetime: 32,
      preferredLifetime: 32,
      reserved2: { bits: 32, show: "hex" },
      prefix: "ipv6",
    }],
    4: ["redirectedHeader", { reserved: { octets: 6 }, datagram: octets() }],
    5: ["mtu", { reserved: 16, mtu: 32 }],
    // RFC 6275 §7.3 (milliseconds) and §7.4 (seconds)
    7: ["advertisementInterval", { reserved: 16, interval: 32 }],
    8: ["homeAgentInformation", {
      reserved: 16,
      preference: 16,
      lifetime: 16,
    }],
    // RFC 3971 §5.3.1: seconds since 1970 in the high 48 bits, then 1/65536.
    13: ["timestamp", { reserved: { octets: 6 }, timestamp: { bits: 64 } }],
    // RFC 3971 §5.3.2
    14: ["nonce", { nonce: octets() }],
    // RFC 4191 §2.3: lifetime in seconds; of the prefix what is not 0 will do.
    24: ["routeInformation", {
      prefixLength: 8,
      reserved: 3,
      preference,
      reserved2: 3,
      lifetime: 32,
      prefix: prefix((length) => length === 0 ? 0 : length <= 64 ? 8 : 16),
      padding: octets(),
    }],
    // RFC 8106 §5.1, §5.2: seconds
    25: ["rdnss", { reserved: 16, lifetime: 32, servers: list("ipv6") }],
    // RFC 5175 §4
    26: ["flagsExtension", { flags: { octets: 6 } }],
    31: ["dnssl", { reserved: 16, lifetime: 32, names: searchList }],
    // RFC 8505 §4.1: minutes
    33: ["addressRegistration", {
      status: 8,
      opaque: 8,
      reserved: 4,
      index: 2,
      isRegistered: 1,
      hasTransaction: 1,
      transactionId: 8,
      lifetime: 16,
      owner: octets(),
    }],
    // RFC 8910 §2.3
    37: ["captivePortal", { uri }],
    // RFC 8781 §4: units of 8 seconds; the code of the prefix's length: 96, 64,
    // 56, 48, 40, 32.
    38: ["pref64", {
      scaledLifetime: 13,
      prefixLengthCode: 3,
      prefix: prefix(() => 12),
    }],
  },
});
