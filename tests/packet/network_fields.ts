/** Our network and tunnel layers as tshark shows them, field by field. */

import type { Comparison } from "./tshark.ts";
import { icmpExtensions } from "../../lib/packet/mod.ts";
import { hex, layer, octets, of } from "./shown.ts";

const icmp = layer("icmp", "icmp", {
  "icmp.type": ({ type }) => type,
  "icmp.code": ({ code }) => code,
  "icmp.checksum": ({ checksum }) => hex(checksum, 4),
  "icmp.ident": ({ identifier }) => identifier,
  "icmp.seq": ({ sequenceNumber, type }) =>
    type === 42 || type === 43 ? undefined : sequenceNumber,
  "icmp.mtu": ({ nextHopMtu }) => nextHopMtu,
  "icmp.redir_gw": ({ gateway }) => gateway && `${gateway}`,
  "icmp.pointer": ({ pointer }) => pointer,
  "icmp.num_addrs": ({ count }) => count,
  "icmp.addr_entry_size": ({ entrySize }) => entrySize,
  "icmp.lifetime": ({ lifetime }) => lifetime,
  "icmp.router_address": ({ routers = [] }) =>
    routers.map(({ address }) => `${address}`),
  "icmp.pref_level": ({ routers = [] }) =>
    routers.map(({ preference }) => preference | 0),
  "icmp.originate_timestamp": ({ originateTime }) => originateTime,
  "icmp.receive_timestamp": ({ receiveTime }) => receiveTime,
  "icmp.transmit_timestamp": ({ transmitTime }) => transmitTime,
  "icmp.address_mask": ({ mask }) => mask && `${mask}`,
  "icmp.length": ({ length }) => length || undefined,
  "icmp.ext.echo.seq": ({ sequenceNumber, type }) =>
    type === 42 || type === 43 ? sequenceNumber : undefined,
  "icmp.ext.echo.req.local": ({ request }) => request?.local,
  "icmp.ext.echo.rsp.state": ({ reply }) => reply?.state,
  "icmp.ext.echo.rsp.active": ({ reply }) => reply?.active,
  "icmp.mpls.label": (_, packet) =>
    icmpExtensions(packet).flatMap((one) => one.labels ?? []).map((one) =>
      one.label
    ),
  "icmp.mpls.ttl": (_, packet) =>
    icmpExtensions(packet).flatMap((one) => one.labels ?? []).map((one) =>
      one.ttl
    ),
  "icmp.int_info.index": (_, packet) =>
    icmpExtensions(packet).map(({ ifIndex }) => ifIndex),
  "icmp.int_info.ipv4": (_, packet) =>
    icmpExtensions(packet).map(({ address }) =>
      address?.ipv4 && `${address.ipv4}`
    ),
  "icmp.int_info.name": (_, packet) =>
    icmpExtensions(packet).map((one) => one.interfaceName as string),
  "icmp.int_info.mtu": (_, packet) =>
    icmpExtensions(packet).map(({ mtu }) => mtu),
});

const icmpv6 = layer("icmpv6", "icmpv6", {
  "icmpv6.type": ({ type }) => type,
  "icmpv6.code": ({ code }) => code,
  "icmpv6.checksum": ({ checksum }) => hex(checksum, 4),
  "icmpv6.mtu": ({ mtu }) => mtu,
  "icmpv6.pointer": ({ pointer }) => pointer,
  "icmpv6.echo.identifier": ({ identifier, type }) =>
    [128, 129, 160, 161].includes(type) ? hex(identifier, 4) : undefined,
  "icmpv6.echo.sequence_number": ({ sequenceNumber }) => sequenceNumber,
  "icmpv6.nd.ra.cur_hop_limit": ({ router }) => router?.hopLimit,
  "icmpv6.nd.ra.flag.m": ({ router }) => router?.managed,
  "icmpv6.nd.ra.flag.o": ({ router }) => router?.otherConfiguration,
  "icmpv6.nd.ra.flag.h": ({ router }) => router?.homeAgent,
  "icmpv6.nd.ra.flag.prf": ({ router }) => router?.preference,
  "icmpv6.nd.ra.flag.p": ({ router }) => router?.proxy,
  "icmpv6.nd.ra.router_lifetime": ({ router }) => router?.lifetime,
  "icmpv6.nd.ra.reachable_time": ({ router }) => router?.reachableTime,
  "icmpv6.nd.ra.retrans_timer": ({ router }) => router?.retransTimer,
  "icmpv6.nd.ns.target_address": ({ type, target }) =>
    type === 135 ? `${target}` : undefined,
  "icmpv6.nd.na.flag.r": ({ neighbor }) => neighbor?.isRouter,
  "icmpv6.nd.na.flag.s": ({ neighbor }) => neighbor?.solicited,
  "icmpv6.nd.na.flag.o": ({ neighbor }) => neighbor?.override,
  "icmpv6.nd.na.target_address": ({ type, target }) =>
    type === 136 ? `${target}` : undefined,
  "icmpv6.nd.rd.target_address": ({ type, target }) =>
    type === 137 ? `${target}` : undefined,
  "icmpv6.rd.na.destination_address": ({ destination }) =>
    destination && `${destination}`,
  "icmpv6.opt.src_linkaddr": ({ options }) =>
    of(options, "sourceLinkLayer").map(({ address }) =>
      typeof address === "string" ? address : octets(address)
    ),
  "icmpv6.opt.target_linkaddr": ({ options }) =>
    of(options, "targetLinkLayer").map(({ address }) =>
      typeof address === "string" ? address : octets(address)
    ),
  "icmpv6.opt.prefix.length": ({ options }) =>
    of(options, "prefixInformation", "routeInformation").map((one) =>
      one.prefixLength
    ),
  "icmpv6.opt.prefix.flag.l": ({ options }) =>
    of(options, "prefixInformation").map(({ onLink }) => onLink),
  "icmpv6.opt.prefix.flag.a": ({ options }) =>
    of(options, "prefixInformation").map(({ autonomous }) => autonomous),
  "icmpv6.opt.prefix.flag.r": ({ options }) =>
    of(options, "prefixInformation").map((one) => one.routerAddress),
  "icmpv6.opt.prefix.valid_lifetime": ({ options }) =>
    of(options, "prefixInformation").map((one) => one.validLifetime),
  "icmpv6.opt.prefix.preferred_lifetime": ({ options }) =>
    of(options, "prefixInformation").map((one) => one.preferredLifetime),
  "icmpv6.opt.prefix": ({ options }) =>
    of(options, "prefixInformation", "routeInformation").map(({ prefix }) =>
      `${prefix}`
    ),
  "icmpv6.opt.mtu": ({ options }) => of(options, "mtu").map(({ mtu }) => mtu),
  "icmpv6.opt.advertisement_interval": ({ options }) =>
    of(options, "advertisementInterval").map(({ interval }) => interval),
  "icmpv6.opt.home_agent_preference": ({ options }) =>
    of(options, "homeAgentInformation").map(({ preference }) => preference),
  "icmpv6.opt.home_agent_lifetime": ({ options }) =>
    of(options, "homeAgentInformation").map(({ lifetime }) => lifetime),
  "icmpv6.opt.nonce": ({ options }) =>
    of(options, "nonce").map(({ nonce }) => octets(nonce)),
  "icmpv6.opt.route_info.flag.route_preference": ({ options }) =>
    of(options, "routeInformation").map(({ preference }) => preference),
  "icmpv6.opt.route_lifetime": ({ options }) =>
    of(options, "routeInformation").map(({ lifetime }) => lifetime),
  "icmpv6.opt.rdnss.lifetime": ({ options }) =>
    of(options, "rdnss").map(({ lifetime }) => lifetime),
  "icmpv6.opt.rdnss": ({ options }) =>
    of(options, "rdnss").flatMap(({ servers }) => servers.map(String)),
  "icmpv6.opt.dnssl.lifetime": ({ options }) =>
    of(options, "dnssl").map(({ lifetime }) => lifetime),
  "icmpv6.opt.dnssl": ({ options }) =>
    of(options, "dnssl").flatMap(({ names }) => names),
  "icmpv6.opt.captive_portal": ({ options }) =>
    of(options, "captivePortal").map(({ uri }) => `${uri}`),
  "icmpv6.opt.pref64.plc": ({ options }) =>
    of(options, "pref64").map((one) => hex(one.prefixLengthCode, 4)),
  "icmpv6.opt.pref64.prefix": ({ options }) =>
    of(options, "pref64").map(({ prefix }) => `${prefix}`),
  "icmpv6.mld.multicast_address": ({ multicastAddress }) =>
    multicastAddress && `${multicastAddress}`,
  "icmpv6.mld.maximum_response_delay": (one) =>
    one.query === undefined ? one.maximumResponseCode : undefined,
  "icmpv6.mld.maximum_response_code": (one) =>
    one.query === undefined ? undefined : one.maximumResponseCode,
  "icmpv6.mld.flag.s": ({ query }) => query?.suppress,
  "icmpv6.mld.flag.qrv": ({ query }) => query?.robustness,
  "icmpv6.mld.qqi": ({ query }) => query?.interval,
  "icmpv6.mld.nb_sources": ({ query }) => query?.sourceCount,
  "icmpv6.mld.source_address": ({ query }) => query?.sources.map(String),
  "icmpv6.mldr.nb_mcast_records": ({ recordCount }) => recordCount,
  "icmpv6.mldr.mar.record_type": ({ records = [] }) =>
    records.map(({ type }) => type),
  "icmpv6.mldr.mar.aux_data_len": ({ records = [] }) =>
    records.map(({ auxiliaryLength }) => auxiliaryLength),
  "icmpv6.mldr.mar.nb_sources": ({ records = [] }) =>
    records.map(({ sourceCount }) => sourceCount),
  "icmpv6.mldr.mar.multicast_address": ({ records = [] }) =>
    records.map((one) => `${one.multicastAddress}`),
  "icmpv6.mldr.mar.source_address": ({ records = [] }) =>
    records.flatMap(({ sources }) => sources.map(String)),
  "icmpv6.mldr.mar.auxiliary_data": ({ records = [] }) =>
    records.map(({ auxiliary }) => octets(auxiliary)),
  "icmpv6.length": ({ length }) => length || undefined,
});

const igmp = layer("igmp", "igmp", {
  // DVMRP is a protocol of its own to tshark.
  "igmp.type": ({ type }) => type === 0x13 ? undefined : hex(type, 2),
  "igmp.checksum": ({ type, checksum }) =>
    type === 0x13 ? undefined : hex(checksum, 4),
  "igmp.max_resp": ({ type, maximumResponseCode, query }) =>
    type === 0x11 && maximumResponseCode + Number(query !== undefined) > 0 ||
      type === 0x16 || type === 0x17
      ? response(maximumResponseCode, query !== undefined)
      : undefined,
  "igmp.maddr": ({ group, records = [] }) => [
    group && `${group}`,
    ...records.map(({ group }) => `${group}`),
  ],
  "igmp.s": ({ query }) => query?.suppress,
  "igmp.qrv": ({ query }) => query?.robustness,
  "igmp.qqic": ({ query }) => query?.interval,
  "igmp.num_src": ({ query, records = [] }) => [
    query?.sourceCount,
    ...records.map(({ sourceCount }) => sourceCount),
  ],
  "igmp.saddr": ({ query, records = [] }) => [
    ...query?.sources.map(String) ?? [],
    ...records.flatMap(({ sources }) => sources.map(String)),
  ],
  "igmp.num_grp_recs": ({ recordCount }) => recordCount,
  "igmp.record_type": ({ records = [] }) => records.map(({ type }) => type),
  "igmp.aux_data_len": ({ records = [] }) =>
    records.map(({ auxiliaryLength }) => auxiliaryLength),
  "igmp.aux_data": ({ records = [] }) =>
    records.map(({ auxiliary }) => octets(auxiliary)),
});

/** What tshark shows of a response code: in version 3 the number it stands for. */
function response(code: number, isThree: boolean): number {
  return isThree && code >= 128
    ? (code & 15 | 16) << ((code >> 4 & 7) + 3)
    : code;
}

const hopByHop = layer("ipv6HopByHop", "ipv6.hopopts", {
  "ipv6.hopopts.nxt": ({ nextHeader }) => nextHeader,
  "ipv6.hopopts.len": ({ length }) => length,
  "ipv6.opt.router_alert": ({ options }) =>
    of(options, "routerAlert").map(({ value }) => value),
  "ipv6.opt.jumbo": ({ options }) =>
    of(options, "jumbo").map(({ length }) => length),
});

const destination = layer("ipv6Destination", "ipv6.dstopts", {
  "ipv6.dstopts.nxt": ({ nextHeader }) => nextHeader,
  "ipv6.dstopts.len": ({ length }) => length,
  "ipv6.opt.tel": ({ options }) =>
    of(options, "tunnelLimit").map(({ limit }) => limit),
  "ipv6.opt.mipv6.home_address": ({ options }) =>
    of(options, "homeAddress").map(({ address }) => `${address}`),
});

const routing = layer("ipv6Routing", "ipv6.routing", {
  "ipv6.routing.nxt": ({ nextHeader }) => nextHeader,
  "ipv6.routing.len": ({ length }) => length,
  "ipv6.routing.type": ({ type }) => type,
  "ipv6.routing.segleft": ({ segmentsLeft }) => segmentsLeft,
  "ipv6.routing.src.addr": ({ type, addresses = [] }) =>
    type === 0 ? addresses.map(String) : undefined,
  "ipv6.routing.mipv6.home_address": ({ type, addresses = [] }) =>
    type === 2 ? addresses.map(String) : undefined,
  "ipv6.routing.rpl.cmprI": ({ rpl }) => rpl?.elided,
  "ipv6.routing.rpl.cmprE": ({ rpl }) => rpl?.elidedLast,
  "ipv6.routing.rpl.pad": ({ rpl }) => rpl?.padding,
  "ipv6.routing.srh.last_entry": ({ lastEntry }) => lastEntry,
  "ipv6.routing.srh.flags": ({ flags }) => hex(flags, 2),
  "ipv6.routing.srh.tag": ({ tag }) => hex(tag, 4)?.slice(2),
  "ipv6.routing.srh.addr": ({ segments = [] }) => segments.map(String),
});

const fragment = layer("ipv6Fragment", "ipv6.fraghdr", {
  "ipv6.fraghdr.nxt": ({ nextHeader }) => nextHeader,
  "ipv6.fraghdr.offset": ({ fragmentOffset }) => fragmentOffset,
  "ipv6.fraghdr.more": ({ moreFragments }) => moreFragments,
  "ipv6.fraghdr.ident": ({ id }) => hex(id, 8),
});

const gre = layer("gre", "gre", {
  "gre.proto": ({ protocol }) => hex(protocol, 4),
  "gre.flags.checksum": ({ flags }) => Number(flags.includes("C")),
  "gre.flags.routing": ({ flags }) => Number(flags.includes("R")),
  "gre.flags.key": ({ flags }) => Number(flags.includes("K")),
  "gre.flags.sequence_number": ({ flags }) => Number(flags.includes("S")),
  "gre.flags.strict_source_route": ({ flags }) => Number(flags.includes("s")),
  "gre.flags.recursion_control": ({ recursion }) => recursion,
  "gre.flags.version": ({ version }) => version,
  "gre.checksum": ({ checksum }) => hex(checksum, 4),
  "gre.offset": ({ offsetToRoute }) => offsetToRoute,
  "gre.key": ({ key }) => hex(key, 8),
  "gre.key.payload_length": ({ payloadLength }) => payloadLength,
  "gre.key.call_id": ({ callId }) => callId,
  "gre.sequence_number": ({ sequenceNumber }) => sequenceNumber,
  "gre.ack_number": (one) => one.acknowledgmentNumber,
});

const erspan = layer("erspan", "erspan", {
  "erspan.version": ({ version }) => version,
  "erspan.vlan": ({ vlan }) => vlan,
  "erspan.cos": ({ classOfService }) => classOfService,
  "erspan.truncated": ({ truncated }) => truncated,
  "erspan.spanid": ({ sessionId }) => sessionId,
  "erspan.index": ({ port }) => port?.index,
  "erspan.timestamp": ({ timestamp }) => timestamp,
  "erspan.ft": ({ frame }) => frame?.type,
  "erspan.hw": ({ frame }) => frame?.hardwareId,
});

const vxlan = layer("vxlan", "vxlan", {
  "vxlan.flag_g": ({ hasGroup }) => hasGroup,
  "vxlan.flag_i": ({ hasVni }) => hasVni,
  "vxlan.flag_d": ({ dontLearn }) => dontLearn,
  "vxlan.flag_a": ({ isApplied }) => isApplied,
  "vxlan.gbp": ({ group }) => group,
  "vxlan.vni": ({ vni }) => vni,
});

const geneve = layer("geneve", "geneve", {
  "geneve.version": ({ version }) => version,
  "geneve.flags.oam": ({ flags }) => Number(flags.includes("O")),
  "geneve.flags.critical": ({ flags }) => Number(flags.includes("C")),
  "geneve.proto_type": ({ protocol }) => hex(protocol, 4),
  "geneve.vni": ({ vni }) => hex(vni, 6),
  "geneve.option.class": ({ options }) =>
    options.map(({ optionClass }) => hex(optionClass, 4)),
  "geneve.option.type": ({ options }) => options.map((one) => hex(one.type, 2)),
  // The header's own comes under the same name.
  "geneve.option.length": ({ options, optionsLength }) => [
    optionsLength * 4,
    ...options.map(({ octets }) => octets.length + 4),
  ],
});

const ah = layer("ah", "ah", {
  "ah.next_header": ({ nextHeader }) => nextHeader,
  "ah.length": ({ payloadLength }) => payloadLength,
  "ah.spi": ({ spi }) => hex(spi, 8),
  "ah.sequence": ({ sequenceNumber }) => sequenceNumber,
  "ah.icv": ({ icv }) => octets(icv),
});

const esp = layer("esp", "esp", {
  "esp.spi": ({ spi }) => hex(spi, 8),
  "esp.sequence": ({ sequenceNumber }) => sequenceNumber,
});

const udpEncapsulation = layer("udpEncapsulation", "udpencap", {});

const udplite = layer("udplite", "udplite", {
  "udp.checksum_coverage": ({ coverage }) => coverage,
});

/** Layers of the network, and tunnels. */
export const NETWORK: readonly Comparison[] = [
  icmp,
  icmpv6,
  igmp,
  hopByHop,
  destination,
  routing,
  fragment,
  gre,
  erspan,
  vxlan,
  geneve,
  ah,
  esp,
  udpEncapsulation,
  udplite,
];
