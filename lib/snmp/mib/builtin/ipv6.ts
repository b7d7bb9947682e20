/**
 * IPv6's own tables, which RFC 4293 has since replaced (RFC 2465).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const ipv6 = `
@IPV6-TC
=Ipv6Address OCTETS(16) "2x:"
=Ipv6AddressIfIdentifier OCTETS(0..8) "2x:"
=Ipv6AddressPrefix OCTETS(0..16) "2x:"
=Ipv6IfIndex Integer32(1..2147483647) "d"
=Ipv6IfIndexOrZero Integer32(0..2147483647) "d"
@IPV6-MIB
mib-2.55 ipv6MIB m
 1 ipv6MIBObjects
  1 ipv6Forwarding w INTEGER{forwarding notForwarding}
  2 ipv6DefaultHopLimit w Integer32(0..255)
  3 ipv6Interfaces r Unsigned32
  4 ipv6IfTableLastChange r TimeStamp
  5 ipv6IfTable t
   1 ipv6IfEntry e ipv6IfIndex
    1 ipv6IfIndex n Ipv6IfIndex
    2 ipv6IfDescr w DisplayString
    3 ipv6IfLowerLayer r VariablePointer
    4 ipv6IfEffectiveMtu r Unsigned32
    5 ipv6IfReasmMaxSize r Unsigned32(0..65535)
    6 ipv6IfIdentifier w Ipv6AddressIfIdentifier
    7 ipv6IfIdentifierLength w Integer32(0..64)
    8 ipv6IfPhysicalAddress r PhysAddress
    9 ipv6IfAdminStatus w INTEGER{up down}
    10 ipv6IfOperStatus r INTEGER{up down noIfIdentifier unknown notPresent}
    11 ipv6IfLastChange r TimeStamp
  6 ipv6IfStatsTable t
   1 ipv6IfStatsEntry e +ipv6IfEntry
    1 ipv6IfStatsInReceives r Counter32
    2 ipv6IfStatsInHdrErrors r Counter32
    3 ipv6IfStatsInTooBigErrors r Counter32
    4 ipv6IfStatsInNoRoutes r Counter32
    5 ipv6IfStatsInAddrErrors r Counter32
    6 ipv6IfStatsInUnknownProtos r Counter32
    7 ipv6IfStatsInTruncatedPkts r Counter32
    8 ipv6IfStatsInDiscards r Counter32
    9 ipv6IfStatsInDelivers r Counter32
    10 ipv6IfStatsOutForwDatagrams r Counter32
    11 ipv6IfStatsOutRequests r Counter32
    12 ipv6IfStatsOutDiscards r Counter32
    13 ipv6IfStatsOutFragOKs r Counter32
    14 ipv6IfStatsOutFragFails r Counter32
    15 ipv6IfStatsOutFragCreates r Counter32
    16 ipv6IfStatsReasmReqds r Counter32
    17 ipv6IfStatsReasmOKs r Counter32
    18 ipv6IfStatsReasmFails r Counter32
    19 ipv6IfStatsInMcastPkts r Counter32
    20 ipv6IfStatsOutMcastPkts r Counter32
  7 ipv6AddrPrefixTable t
   1 ipv6AddrPrefixEntry e ipv6IfIndex ipv6AddrPrefix ipv6AddrPrefixLength
    1 ipv6AddrPrefix n Ipv6AddressPrefix
    2 ipv6AddrPrefixLength n Integer32(0..128)
    3 ipv6AddrPrefixOnLinkFlag r TruthValue
    4 ipv6AddrPrefixAutonomousFlag r TruthValue
    5 ipv6AddrPrefixAdvPreferredLifetime r Unsigned32
    6 ipv6AddrPrefixAdvValidLifetime r Unsigned32
  8 ipv6AddrTable t
   1 ipv6AddrEntry e ipv6IfIndex ipv6AddrAddress
    1 ipv6AddrAddress n Ipv6Address
    2 ipv6AddrPfxLength r Integer32(0..128)
    3 ipv6AddrType r INTEGER{stateless stateful unknown}
    4 ipv6AddrAnycastFlag r TruthValue
    5 ipv6AddrStatus r INTEGER{preferred deprecated invalid inaccessible unknown}
  9 ipv6RouteNumber r Gauge32
  10 ipv6DiscardedRoutes r Counter32
  11 ipv6RouteTable t
   1 ipv6RouteEntry e ipv6RouteDest ipv6RoutePfxLength ipv6RouteIndex
    1 ipv6RouteDest n Ipv6Address
    2 ipv6RoutePfxLength n Integer32(0..128)
    3 ipv6RouteIndex n Unsigned32
    4 ipv6RouteIfIndex r Ipv6IfIndexOrZero
    5 ipv6RouteNextHop r Ipv6Address
    6 ipv6RouteType r INTEGER{other discard local remote}
    7 ipv6RouteProtocol r INTEGER{other local netmgmt ndisc rip ospf bgp idrp igrp}
    8 ipv6RoutePolicy r Integer32
    9 ipv6RouteAge r Unsigned32
    10 ipv6RouteNextHopRDI r Unsigned32
    11 ipv6RouteMetric r Unsigned32
    12 ipv6RouteWeight r Unsigned32
    13 ipv6RouteInfo r RowPointer
    14 ipv6RouteValid w TruthValue
  12 ipv6NetToMediaTable t
   1 ipv6NetToMediaEntry e ipv6IfIndex ipv6NetToMediaNetAddress
    1 ipv6NetToMediaNetAddress n Ipv6Address
    2 ipv6NetToMediaPhysAddress r PhysAddress
    3 ipv6NetToMediaType r INTEGER{other dynamic static local}
    4 ipv6IfNetToMediaState r INTEGER{reachable stale delay probe invalid unknown}
    5 ipv6IfNetToMediaLastUpdated r TimeStamp
    6 ipv6NetToMediaValid w TruthValue
 2 ipv6Notifications
  0 ipv6NotificationPrefix
   1 ipv6IfStateChange N ipv6IfOperStatus ipv6IfDescr
`;
