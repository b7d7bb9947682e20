/**
 * What tells one DHCP client or server from another.
 *
 * @module
 */

import { choose, record } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import { mac } from "../../../ip/mac/mac.ts";
import { valueText } from "../../value.ts";

/** A link-layer address that takes all that is left: a MAC address if it can be. */
export const hardwareAddress: Format<
  string | Uint8Array,
  string | Uint8Array
> = {
  about: "a link-layer address",
  takesOctets: true,
  read(from) {
    const octets = from.bytes();
    return octets.length === 6 ? mac(octets).toString() : octets;
  },
  write(to, value) {
    if (value === undefined) return;
    to.bytes(typeof value === "string" ? mac(value).toBytes() : value);
  },
  random: (random) =>
    mac(Uint8Array.from({ length: 6 }, () => Math.floor(random() * 256)))
      .toString(),
  text: (value) => valueText(value),
};

/**
 * A DHCP unique identifier (RFC 8415 §11): by type a link-layer address and the
 * time (in seconds since 2000), an enterprise's own identifier, a link-layer
 * address alone, or a UUID (RFC 6355).
 */
export const duid = record({
  type: {
    bits: 16,
    names: {
      1: "link-layer address and time",
      2: "enterprise number",
      3: "link-layer address",
      4: "UUID",
    },
  },
  id: choose("type", {
    1: record({ hardwareType: 16, time: 32, address: hardwareAddress }),
    2: record({ enterprise: 32, identifier: octets() }),
    3: record({ hardwareType: 16, address: hardwareAddress }),
    4: octets(16),
  }),
}, "a DUID");
