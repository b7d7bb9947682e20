/**
 * What BGP's OPEN messages offer: parameters, capabilities most of all.
 *
 * @module
 */

import { list, record, sized } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import { type OptionKinds, options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { afi, family, safi } from "./families.ts";

/** Capabilities, as IANA has them in "Capability Codes". */
const capabilities = {
  // RFC 4760 §8
  1: ["multiprotocol", { afi, reserved: 8, safi }],
  2: ["routeRefresh", {}],
  3: ["outboundRouteFilter", { octets: octets() }],
  // RFC 8950 §4
  5: ["extendedNextHop", {
    families: list(record({ afi, safi: { ...safi, bits: 16 }, nextHop: afi })),
  }],
  6: ["extendedMessage", {}],
  // RFC 9234 §4.1
  9: ["role", {
    role: {
      bits: 8,
      names: {
        0: "provider",
        1: "routeServer",
        2: "routeServerClient",
        3: "customer",
        4: "peer",
      },
    },
  }],
  // RFC 4724 §3, RFC 8538 §2
  64: ["gracefulRestart", {
    flags: ["restarted", "notification", "reserved2", "reserved3"],
    restartSeconds: 12,
    families: list(record({ ...family, flags: 8 })),
  }],
  // RFC 6793 §3
  65: ["fourOctetAs", { as: 32 }],
  // RFC 7911 §4
  69: ["addPath", {
    families: list(record({
      ...family,
      sendReceive: {
        bits: 8,
        names: { 1: "receive", 2: "send", 3: "sendAndReceive" },
      },
    })),
  }],
  70: ["enhancedRouteRefresh", {}],
  // RFC 9494 §3.1
  71: ["longLivedGracefulRestart", {
    families: list(record({ ...family, flags: 8, staleSeconds: 24 })),
  }],
  // draft-walton-bgp-hostname-capability
  73: ["hostname", {
    host: sized(8, textOrOctets()),
    domain: sized(8, textOrOctets()),
  }],
  75: ["softwareVersion", { version: sized(8, textOrOctets()) }],
  128: ["routeRefreshCisco", {}],
} as const satisfies OptionKinds;

/** RFC 5492 §4 */
const parameters = {
  1: ["authentication", { octets: octets() }],
  2: ["capabilities", {
    capabilities: options({ covers: "value", kinds: capabilities }),
  }],
} as const satisfies OptionKinds;

const short = options({
  covers: "value",
  kinds: parameters,
  octets: "parametersLength",
});

const extended = options({
  covers: "value",
  length: 16,
  kinds: parameters,
  octets: "extendedLength",
});

/** The type of a parameter that says that longer ones follow. */
const EXTENDED = 255;

/**
 * The length of parameters that need more than 255 octets; it comes with a mark
 * in front, in place of the first parameter's type (RFC 9072 §2).
 */
export const extendedLength: Format<number | undefined, number> = {
  about: "the length of long parameters",
  isQuiet: true,
  read(from) {
    const { parametersLength } = from.fields;
    if (parametersLength === 0 || from.left < 3) return undefined;
    if (from.octets[from.at] !== EXTENDED) return undefined;
    from.take(1);
    return from.u16();
  },
  write(to, value) {
    if (value === undefined) return;
    if (!(Number.isInteger(value) && value >= 0 && value < 0x10000)) {
      to.refuse("be a whole number from 0 to 65535", value, RangeError);
    }
    to.u8(EXTENDED);
    to.u16(value);
  },
  random: () => undefined,
  text: (value) => String(value),
};

/** The parameters of an OPEN, whose lengths have one octet or two. */
export const openParameters: typeof short = {
  ...short,
  read: (from) =>
    (from.fields.extendedLength === undefined ? short : extended).read(from),
  write(to, value) {
    const isLong = to.fields.extendedLength !== undefined;
    (isLong ? extended : short).write(to, value);
  },
};
