/**
 * The options of DHCPv4 that came after RFC 2132.
 *
 * @module
 */

import { choose, list, record, sized } from "../../compound.ts";
import { octets } from "../../formats.ts";
import { type OptionKinds, options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { plainDomainName } from "../dns/name.ts";
import { clientName, destination, domainNames, truth } from "./notations.ts";

/** What relay agents add (IANA's registry "DHCP Relay Agent Sub-Option Codes"). */
const relayAgentInformation = options({
  covers: "value",
  kinds: {
    // RFC 3046 §2.0, RFC 3256, RFC 3527, RFC 3993, RFC 4014
    1: ["circuitId", { id: textOrOctets() }],
    2: ["remoteId", { id: textOrOctets() }],
    4: ["docsisDeviceClass", { class: 32 }],
    5: ["linkSelection", { address: "ipv4" }],
    6: ["subscriberId", { id: textOrOctets() }],
    7: ["radiusAttributes", { octets: octets() }],
    // RFC 4030, RFC 4243, RFC 5010, RFC 5107, RFC 6925
    8: ["authentication", { octets: octets() }],
    9: ["vendorSpecific", {
      vendors: list(record({
        enterprise: 32,
        options: sized(8, options({ covers: "value", kinds: {} })),
      })),
    }],
    10: ["flags", { unicast: 1, reserved: 7 }],
    11: ["serverIdentifierOverride", { address: "ipv4" }],
    12: ["relayAgentId", { id: octets() }],
    // RFC 7839
    13: ["accessTechnologyType", { reserved: 8, type: 8 }],
    14: ["accessNetworkName", { name: textOrOctets() }],
    15: ["accessPointName", { name: textOrOctets() }],
    16: ["accessPointBssid", { bssid: "mac" }],
    17: ["operatorId", { id: 32 }],
    18: ["operatorRealm", { realm: textOrOctets() }],
    // RFC 8357, RFC 6607 §3.3
    19: ["sourcePort", {}],
    151: ["virtualSubnet", { type: 8, octets: octets() }],
    152: ["virtualSubnetControl", {}],
  },
});

/** Kinds of machine that boot (RFC 4578 §2.1 and IANA's registry). */
const ARCHITECTURES = {
  0: "x86 BIOS",
  6: "x86 UEFI",
  7: "x64 UEFI",
  9: "EBC",
  10: "ARM 32 UEFI",
  11: "ARM 64 UEFI",
  15: "x86 UEFI from HTTP",
  16: "x64 UEFI from HTTP",
  19: "ARM 64 UEFI from HTTP",
} as const;

const routes = list(record({ destination, router: "ipv4" }));

/** By number, the name and the fields of the options of later RFCs. */
export const LATER_OPTIONS = {
  // RFC 3004, which not all keep to
  77: ["userClass", { text: textOrOctets() }],
  // RFC 2610
  78: ["slpDirectoryAgents", { isMandatory: 8, addresses: list("ipv4") }],
  79: ["slpServiceScopes", { isMandatory: 8, scopes: textOrOctets() }],
  // RFC 4039, RFC 4702
  80: ["rapidCommit", {}],
  81: ["clientFqdn", {
    reserved: 4,
    flags: ["N", "E", "O", "S"],
    rcode1: 8,
    rcode2: 8,
    name: clientName,
  }],
  // RFC 3046
  82: ["relayAgentInformation", { suboptions: relayAgentInformation }],
  // RFC 4174
  83: ["isns", {
    functions: 16,
    access: 16,
    administration: 16,
    security: 32,
    servers: list("ipv4"),
  }],
  // RFC 2241
  85: ["ndsServers", { addresses: list("ipv4") }],
  86: ["ndsTreeName", { text: textOrOctets() }],
  87: ["ndsContext", { text: textOrOctets() }],
  // RFC 4280
  88: ["bcmcsDomains", { names: domainNames(true) }],
  89: ["bcmcsServers", { addresses: list("ipv4") }],
  // RFC 3118
  90: ["authentication", {
    protocol: 8,
    algorithm: 8,
    replayDetectionMethod: 8,
    replayDetection: { bits: 64 },
    information: octets(),
  }],
  // RFC 4388
  91: ["clientLastTransactionTime", { seconds: 32 }],
  92: ["associatedAddresses", { addresses: list("ipv4") }],
  // RFC 4578
  93: ["clientArchitecture", {
    types: list({ bits: 16, names: ARCHITECTURES }),
  }],
  94: ["clientNetworkInterface", { type: 8, major: 8, minor: 8 }],
  97: ["clientMachineId", { type: 8, id: octets() }],
  // RFC 2485
  98: ["userAuthenticationServers", { text: textOrOctets() }],
  // RFC 4776
  99: ["civicLocation", {
    what: 8,
    country: { text: 2 },
    elements: list(record({ type: 8, value: sized(8, textOrOctets()) })),
  }],
  // RFC 4833
  100: ["posixTimeZone", { text: textOrOctets() }],
  101: ["timeZoneName", { text: textOrOctets() }],
  // RFC 8925
  108: ["ipv6OnlyPreferred", { seconds: 32 }],
  // RFC 3679
  112: ["netinfoServers", { addresses: list("ipv4") }],
  113: ["netinfoTag", { text: textOrOctets() }],
  // RFC 8910, RFC 2563, RFC 2937, RFC 3011
  114: ["captivePortal", { uri: textOrOctets() }],
  116: ["autoConfigure", { value: truth }],
  117: ["nameServiceSearch", { options: list(16) }],
  118: ["subnetSelection", { address: "ipv4" }],
  // RFC 3397, RFC 3361
  119: ["domainSearch", { names: domainNames(true) }],
  120: ["sipServers", {
    encoding: { bits: 8, names: { 0: "names", 1: "addresses" } },
    servers: choose("encoding", { 0: domainNames(true), 1: list("ipv4") }),
  }],
  // RFC 3442
  121: ["classlessRoutes", { routes }],
  // RFC 3495
  122: ["cableLabsConfiguration", { octets: octets() }],
  // RFC 6225
  123: ["geographicLocation", { octets: octets() }],
  // RFC 3925
  124: ["vendorIdentifyingClass", {
    vendors: list(record({ enterprise: 32, data: sized(8, octets()) })),
  }],
  125: ["vendorIdentifyingInformation", {
    vendors: list(record({
      enterprise: 32,
      options: sized(8, options({ covers: "value", kinds: {} })),
    })),
  }],
  // RFC 5192, RFC 5223, RFC 5417
  136: ["panaAgents", { addresses: list("ipv4") }],
  137: ["lostServer", { name: plainDomainName() }],
  138: ["capwapControllers", { addresses: list("ipv4") }],
  // RFC 6153, RFC 6731, RFC 6704
  142: ["andsfServers", { addresses: list("ipv4") }],
  145: ["forcerenewNonce", { algorithms: list(8) }],
  146: ["recursiveDnsSelection", {
    reserved: 6,
    preference: 2,
    primary: "ipv4",
    secondary: "ipv4",
    domains: domainNames(true),
  }],
  // RFC 5859
  150: ["tftpServers", { addresses: list("ipv4") }],
  // RFC 6926
  151: ["status", { code: 8, message: textOrOctets() }],
  152: ["baseTime", { seconds: 32 }],
  153: ["startTimeOfState", { seconds: 32 }],
  154: ["queryStartTime", { seconds: 32 }],
  155: ["queryEndTime", { seconds: 32 }],
  156: ["leaseState", { state: 8 }],
  157: ["dataSource", { flags: 8 }],
  // RFC 7291, RFC 7618, RFC 8520
  158: ["pcpServers", { servers: list(sized(8, list("ipv4"))) }],
  159: ["portParameters", { offset: 8, psidLength: 8, psid: 16 }],
  161: ["mudUrl", { url: textOrOctets() }],
  // RFC 9463
  162: ["encryptedDns", { octets: octets() }],
  // RFC 5071
  208: ["pxelinuxMagic", { magic: { bits: 32, show: "hex" } }],
  209: ["configurationFile", { path: textOrOctets() }],
  210: ["pathPrefix", { path: textOrOctets() }],
  211: ["rebootTime", { seconds: 32 }],
  // RFC 5969
  212: ["sixRd", {
    ipv4MaskLength: 8,
    prefixLength: 8,
    prefix: "ipv6",
    borderRelays: list("ipv4"),
  }],
  // RFC 6656
  220: ["subnetAllocation", { octets: octets() }],
  // RFC 6607
  221: ["virtualSubnet", { type: 8, octets: octets() }],
  // Microsoft's number for option 121
  249: ["microsoftClasslessRoutes", { routes }],
  // draft-ietf-wrec-wpad
  252: ["proxyAutoDiscovery", { url: textOrOctets() }],
} as const satisfies OptionKinds;
