/**
 * The Virtual Router Redundancy Protocol, versions 2 and 3.
 *
 * @module
 */

import { Address, address as parseAddress } from "../../ip/address.ts";
import { layer } from "../codec.ts";
import { maybe, record, when } from "../compound.ts";
import { type Format, Stop } from "../format.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { optional } from "../optional.ts";
import { paddedText } from "../text_or_octets.ts";

/** Octets of an address. */
const IPV4 = 4;
const IPV6 = 16;

/** Version 3 over IPv6 has addresses of 16 octets, which their count tells. */
const addresses: Format<readonly Address[], readonly (string | Address)[]> = {
  about: "a list of addresses",
  empty: [],
  isQuiet: true,
  countIn: "addressCount",
  read(from) {
    const count = Number(from.fields.addressCount);
    const isIpv6 = Number(from.fields.version) === 3 &&
      from.left === count * IPV6;
    const size = isIpv6 ? IPV6 : IPV4;
    const here = Math.min(count, Math.floor(from.left / size));
    if (here < count) {
      from.note(new Stop("cut short", from.at, count * size, from.left));
    }
    return Array.from(
      { length: here },
      () => Address.fromBytes(from.bytes(size)),
    );
  },
  write(to, value = []) {
    if (!Array.isArray(value)) to.refuse("be a list of addresses", value);
    for (const one of value) to.bytes(parseAddress(one).toBytes());
  },
  random: (random, { version }) => {
    const size = version === 3 && random() < 0.5 ? IPV6 : IPV4;
    return Array.from(
      { length: 1 + Math.floor(random() * 3) },
      () =>
        Address.fromBytes(
          Uint8Array.from({ length: size }, () => Math.floor(random() * 256)),
        ),
    );
  },
  text: (value) => value.length === 0 ? "none" : value.join(", "),
};

const PASSWORD = 1;

type Authentication = { readonly version: number; readonly authType: number };

/** The fields of a VRRP packet. */
export const vrrpFields = {
  /** 2, for IPv4 alone, or 3. */
  version: 4,
  /** 1. */
  type: { bits: 4, names: { 1: "advertisement" } },
  /** Which virtual router, 1 to 255. */
  virtualRouterId: 8,
  /** 255 for the owner of the addresses; 0 when it retires. */
  priority: 8,
  /** How many `addresses`. */
  addressCount: 8,
  /** Version 2: how the sender proves itself; RFC 3768 has done away with it. */
  authType: when({ version: 2 }, {
    bits: 8,
    names: { 0: "none", 1: "password", 2: "ipAuthenticationHeader" },
  }),
  /** Version 2: seconds between advertisements. */
  interval: when({ version: 2 }, 8),
  /** Version 3: hundredths of a second between advertisements, up to 4095. */
  maxInterval: when(
    { version: 3 },
    record({ reserved: 4, centiseconds: 12 }),
  ),
  /** Internet checksum; in version 3 with a pseudo-header. */
  checksum: maybe({ bits: 16, show: "hex" }),
  /** The virtual router's addresses. */
  addresses,
  /** Version 2: the password, in the clear. */
  password: when({ version: 2, authType: PASSWORD }, paddedText(8)),
  /** Version 2: 8 octets, not in use. */
  authentication: optional(when(
    ({ version, authType }: Authentication) =>
      version === 2 && authType !== PASSWORD,
    octets(8),
  )),
} as const satisfies FieldTable;

/** VRRP; version 1 never left the drafts. */
export const vrrp: Layer<"vrrp", typeof vrrpFields> = layer(
  "vrrp",
  vrrpFields,
  {
    source: "RFC 9568 §5, RFC 3768 §5",
    under: [["ipv4", 112], ["ipv6", 112]],
    header: "parsed",
    check: ({ version }) =>
      version === 2 || version === 3
        ? undefined
        : `version is ${version}, not 2 or 3`,
    defaults: { version: 3, type: 1, priority: 100 },
    checksum: {
      field: "checksum",
      at: 6,
      over: ({ version }) => version === 3 ? "pseudo" : "payload",
    },
    summary: ({ version, virtualRouterId, priority, addresses }) =>
      `v${version} router ${virtualRouterId} priority ${priority} ${
        addresses.join(" ")
      }`,
  },
);
