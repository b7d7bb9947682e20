/**
 * The attributes that vendors bring to RADIUS.
 *
 * @module
 */

import { choose } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import { options, type UnknownOption } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { valueText } from "../../value.ts";

/** Some vendors (IANA's registry "Private Enterprise Numbers"). */
export const VENDORS = {
  9: "Cisco",
  311: "Microsoft",
  429: "USRobotics",
  529: "Ascend",
  2352: "Redback",
  2636: "Juniper",
  4874: "Unisphere",
  8164: "Starent",
  9048: "Cisco-Airespace",
  10415: "3GPP",
  14122: "WISPr",
  14179: "Airespace",
  14823: "Aruba",
  14988: "Mikrotik",
  24757: "WiMAX",
  25053: "Ruckus",
  25506: "H3C",
} as const;

const text = { value: textOrOctets() };
const integer = { value: 32 } as const;
const opaque = { octets: octets() };

const cisco = options({
  covers: "option",
  kinds: {
    1: ["avPair", text],
    2: ["nasPort", text],
    3: ["faxAccountIdOrigin", text],
    250: ["accountInfo", text],
    251: ["serviceInfo", text],
    252: ["commandCode", opaque],
  },
});

/** RFC 2548 */
const microsoft = options({
  covers: "option",
  kinds: {
    1: ["chapResponse", { identifier: 8, flags: 8, response: octets(48) }],
    2: ["chapError", text],
    4: ["chapPassword", opaque],
    7: ["mppeEncryptionPolicy", integer],
    8: ["mppeEncryptionTypes", integer],
    10: ["chapDomain", opaque],
    11: ["chapChallenge", opaque],
    12: ["chapMppeKeys", opaque],
    13: ["bapUsage", integer],
    16: ["mppeSendKey", { salt: 16, key: octets() }],
    17: ["mppeReceiveKey", { salt: 16, key: octets() }],
    18: ["rasVersion", opaque],
    25: ["chap2Response", {
      identifier: 8,
      flags: 8,
      peerChallenge: octets(16),
      reserved: octets(8),
      response: octets(24),
    }],
    26: ["chap2Success", { identifier: 8, message: textOrOctets() }],
    28: ["primaryDnsServer", { address: "ipv4" }],
    29: ["secondaryDnsServer", { address: "ipv4" }],
    30: ["primaryNbnsServer", { address: "ipv4" }],
    31: ["secondaryNbnsServer", { address: "ipv4" }],
  },
});

const mikrotik = options({
  covers: "option",
  kinds: {
    1: ["receiveLimit", integer],
    2: ["transmitLimit", integer],
    3: ["group", text],
    8: ["rateLimit", text],
    9: ["realm", text],
    10: ["hostIp", { address: "ipv4" }],
    19: ["addressList", text],
  },
});

const wispr = options({
  covers: "option",
  kinds: {
    1: ["locationId", text],
    2: ["locationName", text],
    3: ["logoffUrl", text],
    4: ["redirectionUrl", text],
    5: ["bandwidthMinimumUp", integer],
    6: ["bandwidthMinimumDown", integer],
    7: ["bandwidthMaximumUp", integer],
    8: ["bandwidthMaximumDown", integer],
    9: ["sessionTerminateTime", text],
  },
});

const any = options({ covers: "option", kinds: {} });

/**
 * Attributes of a vendor that is not known here: mostly type, length and value
 * (RFC 2865 §5.26); where they do not go up in that, octets.
 */
const unknownVendor: Format<
  readonly UnknownOption[] | Uint8Array,
  readonly UnknownOption[] | Uint8Array
> = {
  about: "attributes, or octets",
  isQuiet: true,
  read(from) {
    let at = from.at;
    while (from.end - at >= 2 && from.octets[at + 1]! >= 2) {
      at += from.octets[at + 1]!;
    }
    return at === from.end
      ? any.read(from) as readonly UnknownOption[]
      : from.bytes();
  },
  write(to, value = []) {
    if (value instanceof Uint8Array) to.bytes(value);
    else any.write(to, value);
  },
  random: (random) => [{
    kind: Math.floor(random() * 256),
    octets: Uint8Array.of(Math.floor(random() * 256)),
  }],
  text: (value) => valueText(value),
};

/** What a vendor says, by its number in the field `vendor`. */
export const vendorAttributes = choose("vendor", {
  9: cisco,
  311: microsoft,
  14122: wispr,
  14988: mikrotik,
}, unknownVendor);
