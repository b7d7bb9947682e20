/**
 * The options of DHCPv4 that RFC 2132 has.
 *
 * @module
 */

import { choose, list, record } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { OptionKinds } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { duid, hardwareAddress } from "./duid.ts";
import { signed32, truth } from "./notations.ts";

/** The types of message (RFC 2132 §9.6 and later RFCs). */
export const MESSAGES = {
  1: "discover",
  2: "offer",
  3: "request",
  4: "decline",
  5: "ack",
  6: "nak",
  7: "release",
  8: "inform",
  9: "forcerenew",
  10: "leasequery",
  11: "leaseunassigned",
  12: "leaseunknown",
  13: "leaseactive",
  14: "bulkleasequery",
  15: "leasequerydone",
  16: "activeleasequery",
  17: "leasequerystatus",
  18: "tls",
} as const;

/** By number, the name and the fields of the options of RFC 2132. */
export const BASIC_OPTIONS = {
  0: ["pad", {}],
  // RFC 2132 §3: vendor extensions of BOOTP
  1: ["subnetMask", { mask: "ipv4" }],
  2: ["timeOffset", { seconds: signed32 }],
  3: ["routers", { addresses: list("ipv4") }],
  4: ["timeServers", { addresses: list("ipv4") }],
  5: ["nameServers", { addresses: list("ipv4") }],
  6: ["dnsServers", { addresses: list("ipv4") }],
  7: ["logServers", { addresses: list("ipv4") }],
  8: ["quoteServers", { addresses: list("ipv4") }],
  9: ["printServers", { addresses: list("ipv4") }],
  10: ["impressServers", { addresses: list("ipv4") }],
  11: ["resourceLocationServers", { addresses: list("ipv4") }],
  12: ["hostName", { name: textOrOctets() }],
  13: ["bootFileSize", { blocks: 16 }],
  14: ["meritDumpFile", { path: textOrOctets() }],
  15: ["domainName", { name: textOrOctets() }],
  16: ["swapServer", { address: "ipv4" }],
  17: ["rootPath", { path: textOrOctets() }],
  18: ["extensionsPath", { path: textOrOctets() }],
  // §4: IP on the host
  19: ["ipForwarding", { value: truth }],
  20: ["nonLocalSourceRouting", { value: truth }],
  21: ["policyFilters", {
    filters: list(record({ address: "ipv4", mask: "ipv4" })),
  }],
  22: ["maximumReassemblySize", { octets: 16 }],
  23: ["defaultTtl", { ttl: 8 }],
  24: ["pathMtuAgingTimeout", { seconds: 32 }],
  25: ["pathMtuPlateaus", { sizes: list(16) }],
  // §5: IP on the interface
  26: ["interfaceMtu", { mtu: 16 }],
  27: ["allSubnetsAreLocal", { value: truth }],
  28: ["broadcastAddress", { address: "ipv4" }],
  29: ["performMaskDiscovery", { value: truth }],
  30: ["maskSupplier", { value: truth }],
  31: ["performRouterDiscovery", { value: truth }],
  32: ["routerSolicitationAddress", { address: "ipv4" }],
  33: ["staticRoutes", {
    routes: list(record({ destination: "ipv4", router: "ipv4" })),
  }],
  // §6 and §7: link layer and TCP
  34: ["trailerEncapsulation", { value: truth }],
  35: ["arpCacheTimeout", { seconds: 32 }],
  36: ["ethernetEncapsulation", { value: truth }],
  37: ["tcpDefaultTtl", { ttl: 8 }],
  38: ["tcpKeepaliveInterval", { seconds: 32 }],
  39: ["tcpKeepaliveGarbage", { value: truth }],
  // §8: applications
  40: ["nisDomain", { name: textOrOctets() }],
  41: ["nisServers", { addresses: list("ipv4") }],
  42: ["ntpServers", { addresses: list("ipv4") }],
  43: ["vendorSpecific", { octets: octets() }],
  44: ["netbiosNameServers", { addresses: list("ipv4") }],
  45: ["netbiosDatagramServers", { addresses: list("ipv4") }],
  46: ["netbiosNodeType", {
    type: { bits: 8, names: { 1: "B", 2: "P", 4: "M", 8: "H" } },
  }],
  47: ["netbiosScope", { text: textOrOctets() }],
  48: ["xFontServers", { addresses: list("ipv4") }],
  49: ["xDisplayManagers", { addresses: list("ipv4") }],
  // §9: DHCP itself, and what other RFCs put beside it
  50: ["requestedAddress", { address: "ipv4" }],
  51: ["leaseTime", { seconds: 32 }],
  52: ["overload", {
    fields: { bits: 8, names: { 1: "file", 2: "sname", 3: "both" } },
  }],
  53: ["messageType", { type: { bits: 8, names: MESSAGES } }],
  54: ["serverIdentifier", { address: "ipv4" }],
  55: ["parameterRequestList", { options: list(8) }],
  56: ["message", { text: textOrOctets() }],
  57: ["maximumMessageSize", { octets: 16 }],
  58: ["renewalTime", { seconds: 32 }],
  59: ["rebindingTime", { seconds: 32 }],
  60: ["vendorClass", { text: textOrOctets() }],
  61: ["clientIdentifier", {
    type: 8,
    id: choose("type", {
      1: hardwareAddress,
      // RFC 4361 §6.1
      255: record({ iaid: { bits: 32, show: "hex" }, duid }),
    }),
  }],
  62: ["netwareDomain", { name: textOrOctets() }],
  63: ["netwareOptions", { octets: octets() }],
  64: ["nisPlusDomain", { name: textOrOctets() }],
  65: ["nisPlusServers", { addresses: list("ipv4") }],
  66: ["tftpServerName", { name: textOrOctets() }],
  67: ["bootFileName", { path: textOrOctets() }],
  68: ["mobileIpHomeAgents", { addresses: list("ipv4") }],
  69: ["smtpServers", { addresses: list("ipv4") }],
  70: ["pop3Servers", { addresses: list("ipv4") }],
  71: ["nntpServers", { addresses: list("ipv4") }],
  72: ["webServers", { addresses: list("ipv4") }],
  73: ["fingerServers", { addresses: list("ipv4") }],
  74: ["ircServers", { addresses: list("ipv4") }],
  75: ["streetTalkServers", { addresses: list("ipv4") }],
  76: ["streetTalkDirectoryServers", { addresses: list("ipv4") }],
  255: ["end", {}],
} as const satisfies OptionKinds;
