/**
 * The attributes of RADIUS.
 *
 * @module
 */

import { Address, address } from "../../../ip/address.ts";
import type { Fields, Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import { type OptionKinds, options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { valueText } from "../../value.ts";
import * as names from "./names.ts";
import { vendorAttributes, VENDORS } from "./vendors.ts";

const text = { value: textOrOctets() };
const integer = { value: 32 } as const;
const ipv4 = { address: "ipv4" } as const;
const ipv6 = { address: "ipv6" } as const;
const opaque = { octets: octets() };

const named = <const N extends Readonly<Record<number, string>>>(names: N) =>
  ({ value: { bits: 32, names } }) as const;

/** The address of a prefix, of which the last octets may be missing. */
const prefixAddress: Format<
  Address | Uint8Array,
  Address | Uint8Array | string
> = {
  about: "an IPv6 address, cut after the prefix",
  takesOctets: true,
  read: (from) => prefixOf(from.bytes(), from.fields),
  write(to, value) {
    if (value instanceof Uint8Array) return to.bytes(value);
    const octets = address(value ?? "::").toBytes();
    if (octets.length !== 16) to.refuse("be an IPv6 address", value);
    to.bytes(octets.subarray(0, prefixOctets(to.fields)));
  },
  random: (random, fields) =>
    prefixOf(
      Uint8Array.from(
        { length: Math.min(16, prefixOctets(fields)) },
        () => Math.floor(random() * 256),
      ),
      fields,
    ),
  text: (value) => valueText(value),
};

function prefixOctets({ prefixLength }: Fields): number {
  return Math.ceil(Number(prefixLength ?? 0) / 8);
}

function prefixOf(part: Uint8Array, fields: Fields): Address | Uint8Array {
  if (part.length > 16 || part.length !== prefixOctets(fields)) return part;
  const whole = new Uint8Array(16);
  whole.set(part);
  return Address.fromBytes(whole);
}

/** RFC 3162 §2.3 */
const prefix = { reserved: 8, prefixLength: 8, prefix: prefixAddress } as const;

/** RFC 6930 §4.1 */
const rapidDeployment = options({
  covers: "option",
  kinds: {
    1: ["ipv4MaskLength", { bits: 32 }],
    2: ["prefix", prefix],
    3: ["borderRelay", ipv4],
  },
});

/** The highest tag; a first octet above it belongs to the text (RFC 2868 §3.3). */
const MOST_TAG = 0x1f;

const tag: Format<number | undefined> = {
  about: "8 bits, if it is up to 31",
  isQuiet: true,
  read: (from) =>
    from.left > 0 && from.octets[from.at]! <= MOST_TAG ? from.u8() : undefined,
  write(to, value) {
    if (value === undefined) return;
    if (!(Number.isInteger(value) && value >= 0 && value <= MOST_TAG)) {
      to.refuse("be from 0 to 31", value, RangeError);
    }
    to.u8(value);
  },
  random: (random) => Math.floor(random() * 32),
  text: (value) => value === undefined ? "absent" : `${value}`,
};

const taggedText = { tag, value: textOrOctets() };

/** RFC 6929 §2.1 and §2.2 */
const extended = { extendedType: 8, octets: octets() } as const;
const longExtended = {
  extendedType: 8,
  more: 1,
  reserved: 7,
  octets: octets(),
} as const;

/** By number, the name and the fields of the attributes. */
export const ATTRIBUTES = {
  // RFC 2865 §5
  1: ["userName", text],
  2: ["userPassword", opaque],
  3: ["chapPassword", { identifier: 8, response: octets() }],
  4: ["nasIpAddress", ipv4],
  5: ["nasPort", integer],
  6: ["serviceType", named(names.SERVICE)],
  7: ["framedProtocol", named(names.FRAMED)],
  8: ["framedIpAddress", ipv4],
  9: ["framedIpNetmask", ipv4],
  10: ["framedRouting", integer],
  11: ["filterId", text],
  12: ["framedMtu", integer],
  13: ["framedCompression", integer],
  14: ["loginIpHost", ipv4],
  15: ["loginService", integer],
  16: ["loginTcpPort", integer],
  18: ["replyMessage", text],
  19: ["callbackNumber", text],
  20: ["callbackId", text],
  22: ["framedRoute", text],
  23: ["framedIpxNetwork", integer],
  24: ["state", opaque],
  25: ["class", opaque],
  26: ["vendorSpecific", {
    vendor: { bits: 32, names: VENDORS },
    attributes: vendorAttributes,
  }],
  27: ["sessionTimeout", integer],
  28: ["idleTimeout", integer],
  29: ["terminationAction", integer],
  30: ["calledStationId", text],
  31: ["callingStationId", text],
  32: ["nasIdentifier", text],
  33: ["proxyState", opaque],
  34: ["loginLatService", text],
  35: ["loginLatNode", text],
  36: ["loginLatGroup", opaque],
  37: ["framedAppletalkLink", integer],
  38: ["framedAppletalkNetwork", integer],
  39: ["framedAppletalkZone", text],
  60: ["chapChallenge", opaque],
  61: ["nasPortType", named(names.PORT)],
  62: ["portLimit", integer],
  63: ["loginLatPort", text],
  // RFC 2866 §5
  40: ["acctStatusType", named(names.STATUS)],
  41: ["acctDelayTime", integer],
  42: ["acctInputOctets", integer],
  43: ["acctOutputOctets", integer],
  44: ["acctSessionId", text],
  45: ["acctAuthentic", named(names.AUTHENTIC)],
  46: ["acctSessionTime", integer],
  47: ["acctInputPackets", integer],
  48: ["acctOutputPackets", integer],
  49: ["acctTerminateCause", named(names.CAUSE)],
  50: ["acctMultiSessionId", text],
  51: ["acctLinkCount", integer],
  // RFC 2869 §5
  52: ["acctInputGigawords", integer],
  53: ["acctOutputGigawords", integer],
  55: ["eventTimestamp", { seconds: 32 }],
  70: ["arapPassword", opaque],
  71: ["arapFeatures", opaque],
  72: ["arapZoneAccess", integer],
  73: ["arapSecurity", integer],
  74: ["arapSecurityData", opaque],
  75: ["passwordRetry", integer],
  76: ["prompt", integer],
  77: ["connectInfo", text],
  78: ["configurationToken", opaque],
  79: ["eapMessage", opaque],
  80: ["messageAuthenticator", { octets: octets(16) }],
  84: ["arapChallengeResponse", opaque],
  85: ["acctInterimInterval", integer],
  87: ["nasPortId", text],
  88: ["framedPool", text],
  // RFC 2867 §4, RFC 2868 §3
  64: ["tunnelType", { tag: 8, value: { bits: 24, names: names.TUNNEL } }],
  65: ["tunnelMediumType", {
    tag: 8,
    value: { bits: 24, names: names.MEDIUM },
  }],
  66: ["tunnelClientEndpoint", taggedText],
  67: ["tunnelServerEndpoint", taggedText],
  68: ["acctTunnelConnection", text],
  69: ["tunnelPassword", { tag: 8, salt: 16, octets: octets() }],
  81: ["tunnelPrivateGroupId", taggedText],
  82: ["tunnelAssignmentId", taggedText],
  83: ["tunnelPreference", { tag: 8, value: 24 }],
  86: ["acctTunnelPacketsLost", integer],
  90: ["tunnelClientAuthId", taggedText],
  91: ["tunnelServerAuthId", taggedText],
  // RFC 3162 §2, RFC 4818 §3, RFC 6911 §3
  95: ["nasIpv6Address", ipv6],
  96: ["framedInterfaceId", { id: octets(8) }],
  97: ["framedIpv6Prefix", prefix],
  98: ["loginIpv6Host", ipv6],
  99: ["framedIpv6Route", text],
  100: ["framedIpv6Pool", text],
  123: ["delegatedIpv6Prefix", prefix],
  168: ["framedIpv6Address", ipv6],
  169: ["dnsServerIpv6Address", ipv6],
  170: ["routeIpv6Information", prefix],
  171: ["delegatedIpv6PrefixPool", text],
  172: ["statefulIpv6AddressPool", text],
  // RFC 4675, RFC 4372, RFC 4849, RFC 5090, RFC 5176, RFC 5447, RFC 5580, RFC 5607
  56: ["egressVlanid", { tagged: 8, reserved: 12, vlan: 12 }],
  57: ["ingressFilters", integer],
  58: ["egressVlanName", { tagged: { text: 1 }, name: textOrOctets() }],
  59: ["userPriorityTable", { priorities: octets(8) }],
  89: ["chargeableUserIdentity", opaque],
  92: ["nasFilterRule", text],
  94: ["originatingLineInfo", opaque],
  101: ["errorCause", named(names.ERROR)],
  102: ["eapKeyName", opaque],
  103: ["digestResponse", text],
  104: ["digestRealm", text],
  105: ["digestNonce", text],
  106: ["digestResponseAuth", text],
  107: ["digestNextnonce", text],
  108: ["digestMethod", text],
  109: ["digestUri", text],
  110: ["digestQop", text],
  111: ["digestAlgorithm", text],
  112: ["digestEntityBodyHash", text],
  113: ["digestCnonce", text],
  114: ["digestNonceCount", text],
  115: ["digestUsername", text],
  116: ["digestOpaque", text],
  117: ["digestAuthParam", text],
  118: ["digestAkaAuts", text],
  119: ["digestDomain", text],
  120: ["digestStale", text],
  121: ["digestHa1", text],
  122: ["sipAor", text],
  124: ["mip6FeatureVector", { value: { bits: 64 } }],
  125: ["mip6HomeLinkPrefix", { prefixLength: 8, prefix: octets() }],
  126: ["operatorName", { namespace: { text: 1 }, name: textOrOctets() }],
  127: ["locationInformation", {
    index: 16,
    code: 8,
    entity: 8,
    sightingTime: { bits: 64 },
    timeToLive: { bits: 64 },
    method: textOrOctets(),
  }],
  128: ["locationData", { index: 16, octets: octets() }],
  129: ["basicLocationPolicyRules", {
    flags: 16,
    retentionExpires: { bits: 64 },
    noteWell: octets(),
  }],
  130: ["extendedLocationPolicyRules", text],
  131: ["locationCapable", integer],
  132: ["requestedLocationInfo", integer],
  133: ["framedManagementProtocol", integer],
  134: ["managementTransportProtection", integer],
  135: ["managementPolicyId", text],
  136: ["managementPrivilegeLevel", integer],
  137: ["pkmSsCert", opaque],
  138: ["pkmCaCert", opaque],
  144: ["dsLiteTunnelName", opaque],
  145: ["mobileNodeIdentifier", opaque],
  146: ["serviceSelection", text],
  161: ["eapLowerLayer", integer],
  163: ["framedIdentifier", opaque],
  173: ["ipv6RapidDeployment", { attributes: rapidDeployment }],
  174: ["allowedCalledStationId", text],
  175: ["eapPeerId", opaque],
  176: ["eapServerId", opaque],
  177: ["mobilityDomainId", integer],
  178: ["preauthTimeout", integer],
  179: ["networkIdName", opaque],
  181: ["wlanHessid", text],
  182: ["wlanVenueInfo", integer],
  184: ["wlanVenueName", text],
  185: ["wlanReasonCode", integer],
  186: ["wlanPairwiseCipher", integer],
  187: ["wlanGroupCipher", integer],
  188: ["wlanAkmSuite", integer],
  189: ["wlanGroupMgmtCipher", integer],
  190: ["wlanRfBand", integer],
  241: ["extendedAttribute1", extended],
  242: ["extendedAttribute2", extended],
  243: ["extendedAttribute3", extended],
  244: ["extendedAttribute4", extended],
  245: ["extendedAttribute5", longExtended],
  246: ["extendedAttribute6", longExtended],
} as const satisfies OptionKinds;
