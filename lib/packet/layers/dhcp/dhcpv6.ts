/**
 * The Dynamic Host Configuration Protocol for IPv6.
 *
 * @module
 */

import { layer } from "../../codec.ts";
import type { Layer } from "../../layer.ts";
import { dhcpv6Fields, type Dhcpv6Option } from "./dhcpv6_options.ts";
import { DHCPV6_MESSAGES } from "./dhcpv6_plain_options.ts";

export {
  type Dhcpv6Association,
  type Dhcpv6Enclosed,
  dhcpv6Fields,
  type Dhcpv6Lease,
  type Dhcpv6LeaseQuery,
  type Dhcpv6Message,
  type Dhcpv6Option,
  type Dhcpv6OptionInput,
  type Dhcpv6PrefixLease,
  type Dhcpv6Relayed,
  type Dhcpv6TemporaryAssociation,
} from "./dhcpv6_options.ts";

/** What a message says in a few words: relay agents' with what is inside. */
function gist(type: number, options: readonly Dhcpv6Option[]): string {
  const name = DHCPV6_MESSAGES[type as 1] ?? `type ${type}`;
  for (const option of options) {
    if (option.kind === "relayMessage") {
      const { type, options } = option.message;
      return `${name} of ${gist(type, options)}`;
    }
  }
  return `${name}${leases(options)}`;
}

/** The addresses and prefixes in the associations. */
function leases(options: readonly Dhcpv6Option[]): string {
  return options.map((option) => {
    switch (option.kind) {
      case "iaNa":
      case "iaTa":
      case "iaPd":
        return leases(option.options);
      case "iaAddress":
        return ` ${option.address}`;
      case "iaPrefix":
        return ` ${option.prefix}/${option.prefixLength}`;
      default:
        return "";
    }
  }).join("");
}

/** DHCP for IPv6. */
export const dhcpv6: Layer<"dhcpv6", typeof dhcpv6Fields> = layer(
  "dhcpv6",
  dhcpv6Fields,
  {
    source: "RFC 8415 §8 and §9",
    under: [["udp", 546], ["udp", 547]],
    header: "parsed",
    summary: ({ type, options }) => gist(type, options),
  },
);
