/**
 * What the addresses are for: the registries of IANA as data, one row a block.
 *
 * The special-purpose registries stand here whole, as IANA had them on
 * 2025-10-09 (unchanged when read in July 2026); of the multicast registries
 * all blocks and the groups that a network programmer meets.
 *
 * @module
 */

import type { MulticastScope } from "./scopes.ts";
import { type Subnet, subnet } from "../subnet.ts";

export type { MulticastScope };

/** What a block of addresses is for. */
export type AddressKind =
  | "anycast"
  | "benchmarking"
  | "broadcast"
  | "deprecated"
  | "discard"
  | "documentation"
  | "dummy"
  | "global"
  | "identifier"
  | "ipv4-mapped"
  | "link-local"
  | "loopback"
  | "multicast"
  | "private"
  | "protocol"
  | "reserved"
  | "segment-routing"
  | "shared"
  | "this-network"
  | "translation"
  | "tunnel"
  | "unique-local"
  | "unspecified";

/** Which list a {@linkcode RegistryEntry} is from. */
export type RegistryName = "special-purpose" | "address-space" | "multicast";

/**
 * One block and what is said of it. The five columns are those of RFC 6890
 * §2.2.1; `undefined` where no registry fills them, as for multicast.
 */
export interface RegistryEntry {
  /** The block. */
  readonly prefix: Subnet;
  /** What it is called. */
  readonly name: string;
  /** What it is for, as a word for programs. */
  readonly kind: AddressKind;
  /** Which list it is from. */
  readonly registry: RegistryName;
  /** Where it is defined: `["RFC 1918"]`; empty for a group that has no RFC. */
  readonly rfcs: readonly string[];
  /** Year and month of allocation, `"1996-02"`, for the special-purpose ones. */
  readonly allocated: string | undefined;
  /** Year and month in which the allocation ended, if it has. */
  readonly terminated: string | undefined;
  /** Whether a packet that leaves its host may come from here. */
  readonly source: boolean | undefined;
  /** Whether a packet that leaves its host may go here. */
  readonly destination: boolean | undefined;
  /** Whether a router may pass such a packet on. */
  readonly forwardable: boolean | undefined;
  /** Whether it may go beyond the network of one administration. */
  readonly globallyReachable: boolean | undefined;
  /** Whether every implementation of IP must treat it in a special way. */
  readonly reservedByProtocol: boolean | undefined;
  /** How far packets to this IPv4 multicast block may go. */
  readonly scope: MulticastScope | undefined;
  /** What it means for the one who meets it, as a sentence. */
  readonly meaning: string;
}

/**
 * Source, destination, forwardable, globally reachable, reserved by protocol:
 * T, F, or - where the registry says N/A or nothing.
 */
type Columns = string;
/** Dates are of allocation and, after a space, of termination. */
type Row = readonly [
  prefix: string,
  kind: AddressKind,
  name: string,
  rfcs: string,
  dates: string,
  columns: Columns,
  meaning: string,
];
type GroupRow = readonly [
  prefix: string,
  scope: MulticastScope | undefined,
  name: string,
  rfcs: string,
  meaning: string,
];

/** The two special-purpose registries, row by row (RFC 6890, RFC 8190). */
// deno-fmt-ignore
const SPECIAL: readonly Row[] = [
  ["0.0.0.0/8", "this-network", "This network", "RFC 791 §3.2", "1981-09", "TFFFT", "A host that has no address yet may send from here; nothing can be sent to it."],
  ["0.0.0.0/32", "unspecified", "This host on this network", "RFC 1122 §3.2.1.3", "1981-09", "TFFFT", "No address yet, or any of this host's: a DHCP client sends from it, a server binds it to listen everywhere."],
  ["10.0.0.0/8", "private", "Private use", "RFC 1918", "1996-02", "TTTFF", "For use inside one network, as in countless others; it means nothing on the Internet, which does not route it."],
  ["100.64.0.0/10", "shared", "Shared address space", "RFC 6598", "2012-04", "TTTFF", "Lies between a provider and its customers: on an outer interface it tells of carrier-grade NAT."],
  ["127.0.0.0/8", "loopback", "Loopback", "RFC 1122 §3.2.1.3", "1981-09", "FFFFT", "This host itself; it must never be seen on a wire."],
  ["169.254.0.0/16", "link-local", "Link-local", "RFC 3927", "2005-05", "TTFFT", "A host gave it to itself, mostly because no DHCP server answered; it works on one link only."],
  ["172.16.0.0/12", "private", "Private use", "RFC 1918", "1996-02", "TTTFF", "For use inside one network, as in countless others; it means nothing on the Internet, which does not route it."],
  ["192.0.0.0/24", "protocol", "IETF protocol assignments", "RFC 6890 §2.1", "2010-01", "FFFFF", "Kept for protocols; of use only where a smaller block within it is assigned."],
  ["192.0.0.0/29", "protocol", "IPv4 service continuity", "RFC 7335", "2011-06", "TTTFF", "The inner end of IPv4 over an IPv6 access network (DS-Lite, 464XLAT)."],
  ["192.0.0.8/32", "dummy", "IPv4 dummy address", "RFC 7600", "2015-03", "TFFFF", "The source of ICMP errors from a router that has no IPv4 address; nobody answers there."],
  ["192.0.0.9/32", "anycast", "Port Control Protocol anycast", "RFC 7723", "2015-10", "TTTTF", "Reaches the nearest PCP server, which opens ports in the NAT or firewall on the way."],
  ["192.0.0.10/32", "anycast", "TURN anycast", "RFC 8155", "2017-02", "TTTTF", "Reaches the nearest TURN server, which relays for hosts behind NAT."],
  ["192.0.0.170/32", "translation", "NAT64 and DNS64 discovery", "RFC 8880, RFC 7050 §2.2", "2013-02", "FFFFT", "What ipv4only.arpa resolves to, from which a host learns the prefix of its NAT64."],
  ["192.0.0.171/32", "translation", "NAT64 and DNS64 discovery", "RFC 8880, RFC 7050 §2.2", "2013-02", "FFFFT", "What ipv4only.arpa resolves to, from which a host learns the prefix of its NAT64."],
  ["192.0.2.0/24", "documentation", "Documentation (TEST-NET-1)", "RFC 5737", "2010-01", "FFFFF", "For examples alone: in a real packet or configuration it was copied from a manual."],
  ["192.31.196.0/24", "anycast", "AS112 by DNAME", "RFC 7535", "2014-12", "TTTTF", "Anycast name servers that answer, by way of DNAME, for names that should not leak, such as reverse names of private addresses."],
  ["192.52.193.0/24", "anycast", "AMT relays", "RFC 7450", "2014-12", "TTTTF", "Anycast relays that tunnel multicast to networks without it (Automatic Multicast Tunneling)."],
  ["192.88.99.0/24", "deprecated", "6to4 relay anycast, ended", "RFC 7526", "2001-06 2015-03", "-----", "Was the way to the nearest 6to4 relay; nothing should use it any more."],
  ["192.88.99.2/32", "tunnel", "6a44 relay anycast", "RFC 6751", "2012-10", "TTTFF", "The provider's relay for 6a44, IPv6 to hosts behind an IPv4 NAT."],
  ["192.168.0.0/16", "private", "Private use", "RFC 1918", "1996-02", "TTTFF", "For use inside one network, as in countless others; it means nothing on the Internet, which does not route it."],
  ["192.175.48.0/24", "anycast", "AS112 by direct delegation", "RFC 7534", "1996-01", "TTTTF", "Anycast name servers that take the reverse queries for private addresses which leak to the Internet."],
  ["198.18.0.0/15", "benchmarking", "Benchmarking", "RFC 2544", "1999-03", "TTTFF", "For measuring devices in a test bed, apart from any other network."],
  ["198.51.100.0/24", "documentation", "Documentation (TEST-NET-2)", "RFC 5737", "2010-01", "FFFFF", "For examples alone: in a real packet or configuration it was copied from a manual."],
  ["203.0.113.0/24", "documentation", "Documentation (TEST-NET-3)", "RFC 5737", "2010-01", "FFFFF", "For examples alone: in a real packet or configuration it was copied from a manual."],
  ["240.0.0.0/4", "reserved", "Reserved (once class E)", "RFC 1112 §4", "1989-08", "FFFFT", "Never given out; many systems refuse to send to it."],
  ["255.255.255.255/32", "broadcast", "Limited broadcast", "RFC 8190, RFC 919 §7", "1984-10", "FTFFT", "Every host on this link; no router passes it on."],
  ["::/128", "unspecified", "Unspecified", "RFC 4291 §2.5.2", "2006-02", "TFFFT", "No address yet, or any of this host's: duplicate address detection sends from it, a server binds it to listen everywhere."],
  ["::1/128", "loopback", "Loopback", "RFC 4291 §2.5.3", "2006-02", "FFFFT", "This host itself; it must never be seen on a wire."],
  ["::ffff:0:0/96", "ipv4-mapped", "IPv4-mapped", "RFC 4291 §2.5.5.2", "2006-02", "FFFFT", "An IPv4 address as an IPv6 socket shows it; what counts is the IPv4 address in the last 32 bits. It does not belong on a wire."],
  ["64:ff9b::/96", "translation", "NAT64, well-known prefix", "RFC 6052", "2010-10", "TTTTF", "An IPv4 host behind a NAT64 translator; its address is the last 32 bits."],
  ["64:ff9b:1::/48", "translation", "NAT64, local use", "RFC 8215", "2017-06", "TTTFF", "An IPv4 host behind a translator of one network's own."],
  ["100::/64", "discard", "Discard only", "RFC 6666", "2012-06", "TTTFF", "Traffic is routed here to be thrown away, as against an attack."],
  ["100:0:0:1::/64", "dummy", "Dummy prefix", "RFC 9780", "2025-04", "TFFFF", "Fills an address field where nothing routes by it, as in BFD inside an MPLS path."],
  ["2001::/23", "protocol", "IETF protocol assignments", "RFC 2928", "2000-09", "FFFFF", "Kept for protocols; of use only where a smaller block within it is assigned."],
  ["2001::/32", "tunnel", "Teredo", "RFC 4380, RFC 8190", "2006-01", "TTT-F", "A host behind an IPv4 NAT that tunnels IPv6 in UDP; the addresses of its server and NAT are inside."],
  ["2001:1::1/128", "anycast", "Port Control Protocol anycast", "RFC 7723", "2015-10", "TTTTF", "Reaches the nearest PCP server, which opens ports in the NAT or firewall on the way."],
  ["2001:1::2/128", "anycast", "TURN anycast", "RFC 8155", "2017-02", "TTTTF", "Reaches the nearest TURN server, which relays for hosts behind NAT."],
  ["2001:1::3/128", "anycast", "DNS-SD registration anycast", "RFC 9665", "2024-04", "TTTTF", "Reaches the nearest registrar to which devices announce their services (SRP)."],
  ["2001:2::/48", "benchmarking", "Benchmarking", "RFC 5180", "2008-04", "TTTFF", "For measuring devices in a test bed, apart from any other network."],
  ["2001:3::/32", "anycast", "AMT relays", "RFC 7450", "2014-12", "TTTTF", "Anycast relays that tunnel multicast to networks without it (Automatic Multicast Tunneling)."],
  ["2001:4:112::/48", "anycast", "AS112 by DNAME", "RFC 7535", "2014-12", "TTTTF", "Anycast name servers that answer, by way of DNAME, for names that should not leak, such as reverse names of private addresses."],
  ["2001:10::/28", "deprecated", "ORCHID, ended", "RFC 4843", "2007-03 2014-03", "-----", "Held hashes of keys in the shape of addresses, an experiment; 2001:20::/28 followed it."],
  ["2001:20::/28", "identifier", "ORCHIDv2", "RFC 7343", "2014-07", "TTTTF", "The hash of a key in the shape of an address (Host Identity Protocol); routers cannot find it."],
  ["2001:30::/28", "identifier", "Drone remote identification", "RFC 9374", "2022-12", "TTTTF", "The identity that an aircraft without a crew announces, in the shape of an address."],
  ["2001:db8::/32", "documentation", "Documentation", "RFC 3849", "2004-07", "FFFFF", "For examples alone: in a real packet or configuration it was copied from a manual."],
  ["2002::/16", "tunnel", "6to4", "RFC 3056", "2001-02", "TTT-F", "A network that tunnels IPv6 in IPv4; the IPv4 address of its router is the next 32 bits."],
  ["2620:4f:8000::/48", "anycast", "AS112 by direct delegation", "RFC 7534", "2011-05", "TTTTF", "Anycast name servers that take the reverse queries for private addresses which leak to the Internet."],
  ["3fff::/20", "documentation", "Documentation", "RFC 9637", "2024-07", "FFFFF", "For examples alone: in a real packet or configuration it was copied from a manual."],
  ["5f00::/16", "segment-routing", "Segment routing (SRv6) SIDs", "RFC 9602", "2024-04", "TTTFF", "Names an instruction to a router of one segment-routing domain, not a host."],
  ["fc00::/7", "unique-local", "Unique local", "RFC 4193, RFC 8190", "2005-10", "TTTFF", "For use inside one network or between such as agree on it; the Internet does not route it."],
  ["fe80::/10", "link-local", "Link-local unicast", "RFC 4291 §2.5.6", "2006-02", "TTFFT", "Every IPv6 interface has one; it works on one link only, so say which with a zone: %eth0."],
];

/** The address space beneath: all of it, so that nothing is in no block. */
// deno-fmt-ignore
const SPACE: readonly Row[] = [
  ["0.0.0.0/1", "global", "Global unicast (once class A)", "RFC 791 §3.2, RFC 4632", "", "TTTTF", "An ordinary address of the Internet."],
  ["128.0.0.0/2", "global", "Global unicast (once class B)", "RFC 791 §3.2, RFC 4632", "", "TTTTF", "An ordinary address of the Internet."],
  ["192.0.0.0/3", "global", "Global unicast (once class C)", "RFC 791 §3.2, RFC 4632", "", "TTTTF", "An ordinary address of the Internet."],
  ["::/8", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out, apart from the small blocks within it that have a meaning of their own."],
  ["::/96", "deprecated", "IPv4-compatible, deprecated", "RFC 4291 §2.5.5.1", "", "----F", "Was for tunnels that made themselves: the last 32 bits are an IPv4 address."],
  ["100::/8", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out, apart from the small blocks within it that have a meaning of their own."],
  ["200::/7", "reserved", "Reserved (once for NSAP)", "RFC 4048", "", "----F", "Was to carry the addresses of OSI networks; not given out again."],
  ["400::/6", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["800::/5", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["1000::/4", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["2000::/3", "global", "Global unicast", "RFC 4291 §2.5.4", "", "TTTTF", "An ordinary address of the Internet."],
  ["3ffe::/16", "deprecated", "6bone, ended", "RFC 3701", "", "----F", "Was the test network of early IPv6, given back in 2006."],
  ["4000::/3", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out, apart from the small blocks within it that have a meaning of their own."],
  ["6000::/3", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["8000::/3", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["a000::/3", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["c000::/3", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["e000::/4", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["f000::/5", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["f800::/6", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["fc00::/8", "unique-local", "Unique local, not yet in use", "RFC 4193 §3.2", "", "TTTFF", "Kept for prefixes that a registry would give out; take one from fd00::/8 instead."],
  ["fd00::/8", "unique-local", "Unique local, self-assigned", "RFC 4193 §3.2", "", "TTTFF", "For use inside one network, with 40 random bits that make its /48 its own; the Internet does not route it."],
  ["fe00::/9", "reserved", "Reserved by the IETF", "RFC 4291 §2.4", "", "----F", "Not given out: no host should have it."],
  ["fec0::/10", "deprecated", "Site-local, deprecated", "RFC 3879", "", "----F", "Was the private space of IPv6; unique local addresses, fc00::/7, took its place."],
];

/**
 * Multicast blocks and well-known groups (RFC 5771, RFC 4291 §2.7). An X stands
 * for each of the sixteen scopes, the digit in which IPv6 groups say theirs.
 */
// deno-fmt-ignore
const MULTICAST: readonly GroupRow[] = [
  ["224.0.0.0/4", undefined, "Multicast (once class D)", "RFC 5771", "A group of receivers, never one host."],
  ["224.0.0.0/8", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["224.0.0.0/16", "global", "Ad-hoc block I", "RFC 5771 §6", "Groups that IANA gave to single applications."],
  ["224.0.0.0/24", "link-local", "Local network control", "RFC 5771 §4", "Protocols of one link; no router passes it on, whatever its TTL."],
  ["224.0.0.0/32", "link-local", "Base address", "RFC 1112", "Kept free: no group has it."],
  ["224.0.0.1/32", "link-local", "All systems", "RFC 1112", "Every host on this link that speaks multicast; IGMP queries go here."],
  ["224.0.0.2/32", "link-local", "All routers", "RFC 1112", "Every router on this link; IGMPv2 leaves and HSRPv1 hellos go here."],
  ["224.0.0.4/32", "link-local", "DVMRP routers", "RFC 1075", "Routers of the first multicast routing protocol."],
  ["224.0.0.5/32", "link-local", "OSPF routers", "RFC 2328", "Every OSPF router on this link; hellos go here."],
  ["224.0.0.6/32", "link-local", "OSPF designated routers", "RFC 2328", "The designated router and its backup on this link."],
  ["224.0.0.9/32", "link-local", "RIPv2 routers", "RFC 2453", "Every RIP router on this link; updates go here."],
  ["224.0.0.10/32", "link-local", "EIGRP routers", "RFC 7868", "Every EIGRP router on this link; hellos go here."],
  ["224.0.0.12/32", "link-local", "DHCP servers and relays", "", "Kept for DHCP, which broadcasts instead."],
  ["224.0.0.13/32", "link-local", "PIM routers", "RFC 7761", "Every PIM router on this link; hellos and joins go here."],
  ["224.0.0.18/32", "link-local", "VRRP", "RFC 9568", "The master of a virtual router announces itself to its backups."],
  ["224.0.0.19/32", "link-local", "IS-IS level 1 over IP", "", "Every level 1 intermediate system on this link."],
  ["224.0.0.20/32", "link-local", "IS-IS level 2 over IP", "", "Every level 2 intermediate system on this link."],
  ["224.0.0.22/32", "link-local", "IGMPv3 reports", "RFC 9776", "Every router that speaks IGMPv3; hosts report their groups here."],
  ["224.0.0.102/32", "link-local", "HSRPv2 and GLBP", "", "Cisco's first-hop redundancy: routers that share a gateway address."],
  ["224.0.0.106/32", "link-local", "All snoopers", "RFC 4286", "Switches that look for multicast routers."],
  ["224.0.0.107/32", "link-local", "PTP peer delay", "", "Precision Time Protocol (IEEE 1588) measures the delay to the neighbour."],
  ["224.0.0.109/32", "link-local", "MANET routers", "RFC 5498", "Routers of a mobile ad-hoc network on this link."],
  ["224.0.0.111/32", "link-local", "Babel routers", "RFC 8966", "Every Babel router on this link."],
  ["224.0.0.121/32", "link-local", "RIFT routers", "RFC 9692", "Every RIFT router on this link, in a data centre's fabric."],
  ["224.0.0.251/32", "link-local", "mDNS", "RFC 6762", "Names under .local and service discovery, on UDP port 5353."],
  ["224.0.0.252/32", "link-local", "LLMNR", "RFC 4795", "Windows hosts ask for each other's names, on UDP port 5355."],
  ["224.0.0.253/32", "link-local", "Teredo discovery", "RFC 4380", "Teredo clients on one link find each other."],
  ["224.0.0.254/32", "link-local", "Experiments", "RFC 4727", "For experiments that were set up by hand."],
  ["224.0.1.0/24", "global", "Internetwork control", "RFC 5771 §5", "Protocols that control the network and may cross it."],
  ["224.0.1.1/32", "global", "NTP", "RFC 5905", "Network Time Protocol servers that announce the time."],
  ["224.0.1.39/32", "global", "Cisco RP announce", "", "Auto-RP: candidates for the rendezvous point announce themselves."],
  ["224.0.1.40/32", "global", "Cisco RP discovery", "", "Auto-RP: the mapping agent tells which rendezvous point is in use."],
  ["224.0.1.75/32", "global", "SIP servers", "", "SIP phones look for a registrar."],
  ["224.0.1.129/32", "global", "PTP, default domain", "", "Precision Time Protocol (IEEE 1588)."],
  ["224.0.1.187/32", "global", "CoAP nodes", "RFC 7252", "Every CoAP device, for discovery."],
  ["224.1.0.0/16", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["224.2.0.0/16", "global", "SDP and SAP", "RFC 5771 §7", "Sessions that are announced by the Session Announcement Protocol."],
  ["224.2.127.254/32", "global", "SAP announcements", "RFC 2974", "Lists of multicast sessions, on UDP port 9875."],
  ["224.3.0.0/16", "global", "Ad-hoc block II", "RFC 5771 §6", "Groups that IANA gave to single applications."],
  ["224.4.0.0/16", "global", "Ad-hoc block II", "RFC 5771 §6", "Groups that IANA gave to single applications."],
  ["224.252.0.0/14", "global", "DIS transient groups", "RFC 2365", "Distributed simulations."],
  ["225.0.0.0/8", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["226.0.0.0/7", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["228.0.0.0/6", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["232.0.0.0/8", "global", "Source-specific multicast", "RFC 4607", "A channel of one source: receivers join the pair of source and group (IGMPv3)."],
  ["233.0.0.0/8", "global", "GLOP", "RFC 3180", "256 groups for each 16-bit AS number, which is the second and third octet."],
  ["233.252.0.0/14", "global", "Ad-hoc block III", "RFC 5771 §9", "Groups that IANA gave to single applications."],
  ["233.252.0.0/24", "global", "Documentation (MCAST-TEST-NET)", "RFC 6676", "A group for examples alone."],
  ["234.0.0.0/8", "global", "Unicast-prefix-based multicast", "RFC 6034", "Groups for each holder of a unicast prefix, which follows the first octet."],
  ["235.0.0.0/8", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["236.0.0.0/7", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["238.0.0.0/8", "reserved", "Multicast, reserved", "RFC 5771", "Nobody may use this group."],
  ["239.0.0.0/8", "organization-local", "Administratively scoped", "RFC 2365", "The private space of multicast: it ends at the border of the organization."],
  ["239.192.0.0/14", "organization-local", "Organization-local scope", "RFC 2365 §6.2", "Groups of one's own, to take as needed; they end at the border of the organization."],
  ["239.255.0.0/16", "local", "Local scope", "RFC 2365 §6.1", "Groups of the smallest scope that the administrator draws, a site or less."],
  ["239.255.255.250/32", "local", "SSDP (UPnP)", "", "UPnP devices announce and look for each other, on UDP port 1900."],
  ["239.255.255.253/32", "local", "SLP", "RFC 2608", "Service Location Protocol, on UDP port 427."],
  ["ff00::/8", undefined, "Multicast", "RFC 4291 §2.7", "A group of receivers, never one host."],
  ["ff00::/12", undefined, "Multicast, well-known", "RFC 4291 §2.7", "A group that IANA assigns for good."],
  ["ff10::/12", undefined, "Multicast, transient", "RFC 4291 §2.7", "A group that somebody chose for a time."],
  ["ff30::/12", undefined, "Unicast-prefix-based multicast", "RFC 3306", "A group of the network whose prefix it holds."],
  ["ff3X::/96", undefined, "Source-specific multicast", "RFC 4607", "A channel of one source: receivers join the pair of source and group (MLDv2)."],
  ["ff70::/12", undefined, "Embedded-RP multicast", "RFC 3956", "A group that holds the address of its PIM rendezvous point."],
  ["ff0X::/128", undefined, "Reserved group", "RFC 4291 §2.7.1", "Kept free: no group has it."],
  ["ff01::1/128", undefined, "All nodes", "RFC 4291 §2.7.1", "This host."],
  ["ff01::2/128", undefined, "All routers", "RFC 4291 §2.7.1", "This host, if it is a router."],
  ["ff02::1/128", undefined, "All nodes", "RFC 4291 §2.7.1", "Every IPv6 host on this link; router advertisements go here."],
  ["ff02::2/128", undefined, "All routers", "RFC 4291 §2.7.1", "Every IPv6 router on this link; router solicitations go here."],
  ["ff02::4/128", undefined, "DVMRP routers", "RFC 1075", "Routers of the first multicast routing protocol."],
  ["ff02::5/128", undefined, "OSPFv3 routers", "RFC 5340", "Every OSPF router on this link; hellos go here."],
  ["ff02::6/128", undefined, "OSPFv3 designated routers", "RFC 5340", "The designated router and its backup on this link."],
  ["ff02::9/128", undefined, "RIPng routers", "RFC 2080", "Every RIP router on this link; updates go here."],
  ["ff02::a/128", undefined, "EIGRP routers", "RFC 7868", "Every EIGRP router on this link; hellos go here."],
  ["ff02::d/128", undefined, "PIM routers", "RFC 7761", "Every PIM router on this link; hellos and joins go here."],
  ["ff02::12/128", undefined, "VRRP", "RFC 9568", "The master of a virtual router announces itself to its backups."],
  ["ff02::16/128", undefined, "MLDv2 reports", "RFC 9777", "Every router that speaks MLDv2; hosts report their groups here."],
  ["ff02::1a/128", undefined, "RPL nodes", "RFC 6550", "Routers of a low-power network on this link."],
  ["ff02::6a/128", undefined, "All snoopers", "RFC 4286", "Switches that look for multicast routers."],
  ["ff02::6b/128", undefined, "PTP peer delay", "", "Precision Time Protocol (IEEE 1588) measures the delay to the neighbour."],
  ["ff02::6d/128", undefined, "MANET routers", "RFC 5498", "Routers of a mobile ad-hoc network on this link."],
  ["ff02::a1f7/128", undefined, "RIFT routers", "RFC 9692", "Every RIFT router on this link, in a data centre's fabric."],
  ["ff02::1:2/128", undefined, "DHCPv6 servers and relays", "RFC 9915", "DHCPv6 clients send here, to UDP port 547."],
  ["ff02::1:3/128", undefined, "LLMNR", "RFC 4795", "Windows hosts ask for each other's names, on UDP port 5355."],
  ["ff02::1:6/128", undefined, "Babel routers", "RFC 8966", "Every Babel router on this link."],
  ["ff02::1:ff00:0/104", undefined, "Solicited-node", "RFC 4291 §2.7.1", "The hosts whose address ends in these 24 bits, mostly one: neighbour discovery asks here for its MAC address."],
  ["ff02::2:ff00:0/104", undefined, "Node information queries", "RFC 4620", "The hosts whose name has this hash."],
  ["ff05::2/128", undefined, "All routers", "RFC 4291 §2.7.1", "Every IPv6 router of the site."],
  ["ff05::1:3/128", undefined, "DHCPv6 servers", "RFC 9915", "Relays send here when they were told no server."],
  ["ff0X::c/128", undefined, "SSDP (UPnP)", "", "UPnP devices announce and look for each other, on UDP port 1900."],
  ["ff0X::fb/128", undefined, "mDNS", "RFC 6762", "Names under .local and service discovery, on UDP port 5353."],
  ["ff0X::fd/128", undefined, "CoAP nodes", "RFC 7252", "Every CoAP device, for discovery."],
  ["ff0X::101/128", undefined, "NTP", "RFC 5905", "Network Time Protocol servers that announce the time."],
  ["ff0X::181/128", undefined, "PTP, default domain", "", "Precision Time Protocol (IEEE 1588)."],
  ["ff0X::db8:0:0/96", undefined, "Documentation", "RFC 6676", "Groups for examples alone."],
];

let entries: readonly RegistryEntry[] | undefined;

/**
 * Gives all entries: IPv4 before IPv6, by address, a block before its parts.
 *
 * @returns The list, made once; {@linkcode classify} looks an address up in it.
 * @see RFC 6890 §2.2 (the columns and both registries), RFC 8190, RFC 5771
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const mine = net.ip.registry().filter((entry) => entry.kind === "private");
 * assert.deepEqual(mine.map((entry) => `${entry.prefix}`), [
 *   "10.0.0.0/8",
 *   "172.16.0.0/12",
 *   "192.168.0.0/16",
 * ]);
 * ```
 */
export function registry(): readonly RegistryEntry[] {
  // At the first call: a program that only parses addresses does not wait.
  return entries ??= Object.freeze(build());
}

function build(): RegistryEntry[] {
  return [
    ...SPECIAL.map((row) => entry("special-purpose", row)),
    ...SPACE.map((row) => entry("address-space", row)),
    ...MULTICAST.flatMap(([template, scope, name, rfcs, meaning]) =>
      spread(template).map((prefix) =>
        entry(
          "multicast",
          [prefix, "multicast", name, rfcs, "", "-----", meaning],
          scope,
        )
      )
    ),
  ].sort((a, b) => a.prefix.compare(b.prefix));
}

/** Writes each of the sixteen digits for the X, if there is one. */
function spread(template: string): string[] {
  if (!template.includes("X")) return [template];
  return [..."0123456789abcdef"].map((digit) => template.replace("X", digit));
}

function entry(
  registry: RegistryName,
  [prefix, kind, name, rfcs, dates, columns, meaning]: Row,
  scope?: MulticastScope,
): RegistryEntry {
  const [allocated, terminated] = list(dates, " ");
  const [source, destination, forwardable, globallyReachable, reserved] = Array
    .from(columns, (cell) => cell === "-" ? undefined : cell === "T");
  return Object.freeze({
    prefix: subnet(prefix),
    name,
    kind,
    registry,
    rfcs: Object.freeze(list(rfcs, ", ")),
    allocated,
    terminated,
    source,
    destination,
    forwardable,
    globallyReachable,
    reservedByProtocol: reserved,
    scope,
    meaning,
  });
}

function list(text: string, separator: string): string[] {
  return text === "" ? [] : text.split(separator);
}
