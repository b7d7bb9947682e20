/**
 * The options of DHCP for IPv6 that hold no others.
 *
 * @module
 */

import { list, sized } from "../../compound.ts";
import { octets } from "../../formats.ts";
import { type OptionKinds, options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { plainDomainName } from "../dns/name.ts";
import { duid, hardwareAddress } from "./duid.ts";
import { domainNames, partialDomainName } from "./notations.ts";

/** The types of message (RFC 8415 §7.3 and later RFCs). */
export const DHCPV6_MESSAGES = {
  1: "solicit",
  2: "advertise",
  3: "request",
  4: "confirm",
  5: "renew",
  6: "rebind",
  7: "reply",
  8: "release",
  9: "decline",
  10: "reconfigure",
  11: "information-request",
  12: "relay-forward",
  13: "relay-reply",
  14: "leasequery",
  15: "leasequery-reply",
  16: "leasequery-done",
  17: "leasequery-data",
  18: "reconfigure-request",
  19: "reconfigure-reply",
  20: "dhcpv4-query",
  21: "dhcpv4-response",
} as const;

/** What became of a request (IANA's registry "DHCPv6 Status Codes"). */
const STATUS = {
  0: "success",
  1: "unspecified failure",
  2: "no addresses available",
  3: "no binding",
  4: "not on link",
  5: "use multicast",
  6: "no prefix available",
  7: "unknown query type",
  8: "malformed query",
  9: "not configured",
  10: "not allowed",
  11: "query terminated",
} as const;

const names = { names: domainNames(false) };
const addresses = { addresses: list("ipv6") };
const text = { text: textOrOctets() };
const seconds = { seconds: 32 } as const;
const classes = list(sized(16, textOrOctets()));

/** By number, the name and the fields of the options that hold no others. */
export const PLAIN_OPTIONS = {
  // RFC 8415 §21
  1: ["clientId", { duid }],
  2: ["serverId", { duid }],
  6: ["optionRequest", { options: list(16) }],
  7: ["preference", { value: 8 }],
  // In hundredths of a second.
  8: ["elapsedTime", { time: 16 }],
  11: ["authentication", {
    protocol: 8,
    algorithm: 8,
    replayDetectionMethod: 8,
    replayDetection: { bits: 64 },
    information: octets(),
  }],
  12: ["serverUnicast", { address: "ipv6" }],
  13: ["statusCode", {
    code: { bits: 16, names: STATUS },
    message: textOrOctets(),
  }],
  14: ["rapidCommit", {}],
  15: ["userClass", { classes }],
  16: ["vendorClass", { enterprise: 32, classes }],
  17: ["vendorOptions", {
    enterprise: 32,
    options: options({ kind: 16, length: 16, covers: "value", kinds: {} }),
  }],
  18: ["interfaceId", { id: textOrOctets() }],
  19: ["reconfigureMessage", { type: { bits: 8, names: DHCPV6_MESSAGES } }],
  20: ["reconfigureAccept", {}],
  // RFC 3319, RFC 3646, RFC 3898, RFC 4075, RFC 4280
  21: ["sipDomains", names],
  22: ["sipServers", addresses],
  23: ["dnsServers", addresses],
  24: ["domainSearch", names],
  27: ["nisServers", addresses],
  28: ["nisPlusServers", addresses],
  29: ["nisDomains", names],
  30: ["nisPlusDomains", names],
  31: ["sntpServers", addresses],
  32: ["informationRefreshTime", seconds],
  33: ["bcmcsDomains", names],
  34: ["bcmcsServers", addresses],
  // RFC 4776, RFC 4649, RFC 4580, RFC 4704, RFC 5192, RFC 4833
  36: ["civicLocation", { octets: octets() }],
  37: ["remoteId", { enterprise: 32, id: textOrOctets() }],
  38: ["subscriberId", { id: textOrOctets() }],
  39: ["clientFqdn", {
    reserved: 5,
    flags: ["N", "O", "S"],
    name: partialDomainName,
  }],
  40: ["panaAgents", addresses],
  41: ["posixTimeZone", text],
  42: ["timeZoneName", text],
  // RFC 4994, RFC 5007, RFC 5223, RFC 5417, RFC 5460
  43: ["echoRequest", { options: list(16) }],
  46: ["clientLastTransactionTime", seconds],
  47: ["relayData", { peerAddress: "ipv6", message: octets() }],
  48: ["clientLinks", addresses],
  51: ["lostServer", { name: plainDomainName() }],
  52: ["capwapControllers", addresses],
  53: ["relayId", { duid }],
  // RFC 5908, RFC 6011, RFC 5970
  56: ["ntpServer", {
    suboptions: options({
      kind: 16,
      length: 16,
      covers: "value",
      kinds: {
        1: ["address", { address: "ipv6" }],
        2: ["multicastAddress", { address: "ipv6" }],
        3: ["name", { name: plainDomainName() }],
      },
    }),
  }],
  57: ["accessDomain", { name: plainDomainName() }],
  58: ["sipUserAgentDomains", names],
  59: ["bootFileUrl", { url: textOrOctets() }],
  60: ["bootFileParameters", { parameters: classes }],
  61: ["clientArchitecture", { types: list(16) }],
  62: ["clientNetworkInterface", { type: 8, major: 8, minor: 8 }],
  // RFC 6225, RFC 6334, RFC 6440, RFC 6603, RFC 6607, RFC 6731
  63: ["geographicLocation", { octets: octets() }],
  64: ["aftrName", { name: plainDomainName() }],
  65: ["erpLocalDomain", { name: plainDomainName() }],
  67: ["prefixExclude", { prefixLength: 8, subnetId: octets() }],
  68: ["virtualSubnet", { type: 8, octets: octets() }],
  74: ["recursiveDnsSelection", {
    address: "ipv6",
    reserved: 6,
    preference: 2,
    domains: domainNames(false),
  }],
  // RFC 6939, RFC 6977, RFC 7083, RFC 7291, RFC 7341
  79: ["clientLinkLayerAddress", {
    hardwareType: 16,
    address: hardwareAddress,
  }],
  80: ["linkAddress", { address: "ipv6" }],
  82: ["solicitMaximum", seconds],
  83: ["informationMaximum", seconds],
  86: ["pcpServers", addresses],
  87: ["dhcpv4Message", { message: octets() }],
  88: ["dhcp4o6Servers", addresses],
  // RFC 8910, RFC 8520, RFC 9463
  103: ["captivePortal", { uri: textOrOctets() }],
  112: ["mudUrl", { url: textOrOctets() }],
  144: ["encryptedDns", { octets: octets() }],
} as const satisfies OptionKinds;
