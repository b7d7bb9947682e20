/**
 * Routes, BGP and OSPF (RFC 4292, 4273, 4750).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const routing = `
@IP-FORWARD-MIB
mib-2.4.24 ipForward m
 1 ipForwardNumber r Gauge32
 2 ipForwardTable t
  1 ipForwardEntry e ipForwardDest ipForwardProto ipForwardPolicy ipForwardNextHop
   1 ipForwardDest r IpAddress
   2 ipForwardMask c IpAddress
   3 ipForwardPolicy r Integer32(0..2147483647)
   4 ipForwardNextHop r IpAddress
   5 ipForwardIfIndex c Integer32
   6 ipForwardType c INTEGER{other invalid local remote}
   7 ipForwardProto r INTEGER{other local netmgmt icmp egp ggp hello rip is-is es-is ciscoIgrp bbnSpfIgp ospf
|bgp idpr}
   8 ipForwardAge r Integer32
   9 ipForwardInfo c OID
   10 ipForwardNextHopAS c Integer32
   11 ipForwardMetric1 c Integer32
   12 ipForwardMetric2 c Integer32
   13 ipForwardMetric3 c Integer32
   14 ipForwardMetric4 c Integer32
   15 ipForwardMetric5 c Integer32
 3 ipCidrRouteNumber r Gauge32
 4 ipCidrRouteTable t
  1 ipCidrRouteEntry e ipCidrRouteDest ipCidrRouteMask ipCidrRouteTos ipCidrRouteNextHop
   1 ipCidrRouteDest r IpAddress
   2 ipCidrRouteMask r IpAddress
   3 ipCidrRouteTos r Integer32(0..2147483647)
   4 ipCidrRouteNextHop r IpAddress
   5 ipCidrRouteIfIndex c Integer32
   6 ipCidrRouteType c INTEGER{other reject local remote}
   7 ipCidrRouteProto r INTEGER{other local netmgmt icmp egp ggp hello rip isIs esIs ciscoIgrp bbnSpfIgp ospf
|bgp idpr ciscoEigrp}
   8 ipCidrRouteAge r Integer32
   9 ipCidrRouteInfo c OID
   10 ipCidrRouteNextHopAS c Integer32
   11 ipCidrRouteMetric1 c Integer32
   12 ipCidrRouteMetric2 c Integer32
   13 ipCidrRouteMetric3 c Integer32
   14 ipCidrRouteMetric4 c Integer32
   15 ipCidrRouteMetric5 c Integer32
   16 ipCidrRouteStatus c RowStatus
 6 inetCidrRouteNumber r Gauge32
 7 inetCidrRouteTable t
  1 inetCidrRouteEntry e inetCidrRouteDestType inetCidrRouteDest inetCidrRoutePfxLen inetCidrRoutePolicy
|inetCidrRouteNextHopType inetCidrRouteNextHop
   1 inetCidrRouteDestType n InetAddressType
   2 inetCidrRouteDest n InetAddress
   3 inetCidrRoutePfxLen n InetAddressPrefixLength
   4 inetCidrRoutePolicy n OID
   5 inetCidrRouteNextHopType n InetAddressType
   6 inetCidrRouteNextHop n InetAddress
   7 inetCidrRouteIfIndex c InterfaceIndexOrZero
   8 inetCidrRouteType c INTEGER{other reject local remote blackhole}
   9 inetCidrRouteProto r IANAipRouteProtocol
   10 inetCidrRouteAge r Gauge32
   11 inetCidrRouteNextHopAS c InetAutonomousSystemNumber
   12 inetCidrRouteMetric1 c Integer32
   13 inetCidrRouteMetric2 c Integer32
   14 inetCidrRouteMetric3 c Integer32
   15 inetCidrRouteMetric4 c Integer32
   16 inetCidrRouteMetric5 c Integer32
   17 inetCidrRouteStatus c RowStatus
 8 inetCidrRouteDiscards r Counter32
@BGP4-MIB
mib-2.15 bgp m
 0 bgpNotification
  1 bgpEstablishedNotification N bgpPeerRemoteAddr bgpPeerState bgpPeerLastError
  2 bgpBackwardTransNotification N bgpPeerRemoteAddr bgpPeerState bgpPeerLastError
 1 bgpVersion r OCTETS(1..255)
 2 bgpLocalAs r Integer32(0..65535)
 3 bgpPeerTable t
  1 bgpPeerEntry e bgpPeerRemoteAddr
   1 bgpPeerIdentifier r IpAddress
   2 bgpPeerState r INTEGER{idle connect active opensent openconfirm established}
   3 bgpPeerAdminStatus w INTEGER{stop start}
   4 bgpPeerNegotiatedVersion r Integer32
   5 bgpPeerLocalAddr r IpAddress
   6 bgpPeerLocalPort r Integer32(0..65535)
   7 bgpPeerRemoteAddr r IpAddress
   8 bgpPeerRemotePort r Integer32(0..65535)
   9 bgpPeerRemoteAs r Integer32(0..65535)
   10 bgpPeerInUpdates r Counter32
   11 bgpPeerOutUpdates r Counter32
   12 bgpPeerInTotalMessages r Counter32
   13 bgpPeerOutTotalMessages r Counter32
   14 bgpPeerLastError r OCTETS(2)
   15 bgpPeerFsmEstablishedTransitions r Counter32
   16 bgpPeerFsmEstablishedTime r Gauge32
   17 bgpPeerConnectRetryInterval w Integer32(1..65535)
   18 bgpPeerHoldTime r Integer32(0|3..65535)
   19 bgpPeerKeepAlive r Integer32(0..21845)
   20 bgpPeerHoldTimeConfigured w Integer32(0|3..65535)
   21 bgpPeerKeepAliveConfigured w Integer32(0..21845)
   22 bgpPeerMinASOriginationInterval w Integer32(1..65535)
   23 bgpPeerMinRouteAdvertisementInterval w Integer32(1..65535)
   24 bgpPeerInUpdateElapsedTime r Gauge32
 4 bgpIdentifier r IpAddress
 5 bgpRcvdPathAttrTable t
  1 bgpPathAttrEntry e bgpPathAttrDestNetwork bgpPathAttrPeer
   1 bgpPathAttrPeer r IpAddress
   2 bgpPathAttrDestNetwork r IpAddress
   3 bgpPathAttrOrigin r INTEGER{igp egp incomplete}
   4 bgpPathAttrASPath r OCTETS(2..255)
   5 bgpPathAttrNextHop r IpAddress
   6 bgpPathAttrInterASMetric r Integer32
 6 bgp4PathAttrTable t
  1 bgp4PathAttrEntry e bgp4PathAttrIpAddrPrefix bgp4PathAttrIpAddrPrefixLen bgp4PathAttrPeer
   1 bgp4PathAttrPeer r IpAddress
   2 bgp4PathAttrIpAddrPrefixLen r Integer32(0..32)
   3 bgp4PathAttrIpAddrPrefix r IpAddress
   4 bgp4PathAttrOrigin r INTEGER{igp egp incomplete}
   5 bgp4PathAttrASPathSegment r OCTETS(2..255)
   6 bgp4PathAttrNextHop r IpAddress
   7 bgp4PathAttrMultiExitDisc r Integer32(-1..2147483647)
   8 bgp4PathAttrLocalPref r Integer32(-1..2147483647)
   9 bgp4PathAttrAtomicAggregate r INTEGER{lessSpecificRouteNotSelected lessSpecificRouteSelected}
   10 bgp4PathAttrAggregatorAS r Integer32(0..65535)
   11 bgp4PathAttrAggregatorAddr r IpAddress
   12 bgp4PathAttrCalcLocalPref r Integer32(-1..2147483647)
   13 bgp4PathAttrBest r INTEGER{false true}
   14 bgp4PathAttrUnknown r OCTETS(0..255)
 7 bgpTraps
  1 bgpEstablished N bgpPeerState bgpPeerLastError
  2 bgpBackwardTransition N bgpPeerState bgpPeerLastError
@OSPF-MIB
=BigMetric Integer32(0..16777215) "d-0"
=DesignatedRouterPriority Integer32(0..255) "d-0"
=HelloRange Integer32(1..65535) "d-0"
=Metric Integer32(0..65535) "d-0"
=OspfAuthenticationType INTEGER{none=0 simplePassword md5}
=PositiveInteger Integer32(0..2147483647) "d-0"
=Status INTEGER{enabled disabled}
=TOSType Integer32(0..30) "d-0"
=UpToMaxAge Integer32(0..3600) "d-0"
=AreaID IpAddress
=RouterID IpAddress
mib-2.14 ospf m
 1 ospfGeneralGroup
  1 ospfRouterId w RouterID
  2 ospfAdminStat w Status
  3 ospfVersionNumber r INTEGER{version2=2}
  4 ospfAreaBdrRtrStatus r TruthValue
  5 ospfASBdrRtrStatus w TruthValue
  6 ospfExternLsaCount r Gauge32
  7 ospfExternLsaCksumSum r Integer32
  8 ospfTOSSupport w TruthValue
  9 ospfOriginateNewLsas r Counter32
  10 ospfRxNewLsas r Counter32
  11 ospfExtLsdbLimit w Integer32(-1..2147483647)
  12 ospfMulticastExtensions w Integer32
  13 ospfExitOverflowInterval w PositiveInteger
  14 ospfDemandExtensions w TruthValue
  15 ospfRFC1583Compatibility w TruthValue
  16 ospfOpaqueLsaSupport r TruthValue
  17 ospfReferenceBandwidth w Unsigned32 %kilobits per second
  18 ospfRestartSupport w INTEGER{none plannedOnly plannedAndUnplanned}
  19 ospfRestartInterval w Integer32(1..1800) %seconds
  20 ospfRestartStrictLsaChecking w TruthValue
  21 ospfRestartStatus r INTEGER{notRestarting plannedRestart unplannedRestart}
  22 ospfRestartAge r Unsigned32 %seconds
  23 ospfRestartExitReason r INTEGER{none inProgress completed timedOut topologyChanged}
  24 ospfAsLsaCount r Gauge32
  25 ospfAsLsaCksumSum r Unsigned32
  26 ospfStubRouterSupport r TruthValue
  27 ospfStubRouterAdvertisement w INTEGER{doNotAdvertise advertise}
  28 ospfDiscontinuityTime r TimeStamp
 2 ospfAreaTable t
  1 ospfAreaEntry e ospfAreaId
   1 ospfAreaId r AreaID
   2 ospfAuthType c OspfAuthenticationType
   3 ospfImportAsExtern c INTEGER{importExternal importNoExternal importNssa}
   4 ospfSpfRuns r Counter32
   5 ospfAreaBdrRtrCount r Gauge32
   6 ospfAsBdrRtrCount r Gauge32
   7 ospfAreaLsaCount r Gauge32
   8 ospfAreaLsaCksumSum r Integer32
   9 ospfAreaSummary c INTEGER{noAreaSummary sendAreaSummary}
   10 ospfAreaStatus c RowStatus
   11 ospfAreaNssaTranslatorRole c INTEGER{always candidate}
   12 ospfAreaNssaTranslatorState r INTEGER{enabled elected disabled}
   13 ospfAreaNssaTranslatorStabilityInterval c PositiveInteger
   14 ospfAreaNssaTranslatorEvents r Counter32
 3 ospfStubAreaTable t
  1 ospfStubAreaEntry e ospfStubAreaId ospfStubTOS
   1 ospfStubAreaId r AreaID
   2 ospfStubTOS r TOSType
   3 ospfStubMetric c BigMetric
   4 ospfStubStatus c RowStatus
   5 ospfStubMetricType c INTEGER{ospfMetric comparableCost nonComparable}
 4 ospfLsdbTable t
  1 ospfLsdbEntry e ospfLsdbAreaId ospfLsdbType ospfLsdbLsid ospfLsdbRouterId
   1 ospfLsdbAreaId r AreaID
   2 ospfLsdbType r INTEGER{routerLink networkLink summaryLink asSummaryLink asExternalLink multicastLink
|nssaExternalLink areaOpaqueLink=10}
   3 ospfLsdbLsid r IpAddress
   4 ospfLsdbRouterId r RouterID
   5 ospfLsdbSequence r Integer32
   6 ospfLsdbAge r Integer32
   7 ospfLsdbChecksum r Integer32
   8 ospfLsdbAdvertisement r OCTETS(1..65535)
 6 ospfHostTable t
  1 ospfHostEntry e ospfHostIpAddress ospfHostTOS
   1 ospfHostIpAddress r IpAddress
   2 ospfHostTOS r TOSType
   3 ospfHostMetric c Metric
   4 ospfHostStatus c RowStatus
   5 ospfHostAreaID r AreaID
   6 ospfHostCfgAreaID c AreaID
 7 ospfIfTable t
  1 ospfIfEntry e ospfIfIpAddress ospfAddressLessIf
   1 ospfIfIpAddress r IpAddress
   2 ospfAddressLessIf r InterfaceIndexOrZero
   3 ospfIfAreaId c AreaID
   4 ospfIfType c INTEGER{broadcast nbma pointToPoint pointToMultipoint=5}
   5 ospfIfAdminStat c Status
   6 ospfIfRtrPriority c DesignatedRouterPriority
   7 ospfIfTransitDelay c UpToMaxAge
   8 ospfIfRetransInterval c UpToMaxAge
   9 ospfIfHelloInterval c HelloRange
   10 ospfIfRtrDeadInterval c PositiveInteger
   11 ospfIfPollInterval c PositiveInteger
   12 ospfIfState r INTEGER{down loopback waiting pointToPoint designatedRouter backupDesignatedRouter
|otherDesignatedRouter}
   13 ospfIfDesignatedRouter r IpAddress
   14 ospfIfBackupDesignatedRouter r IpAddress
   15 ospfIfEvents r Counter32
   16 ospfIfAuthKey c OCTETS(0..256)
   17 ospfIfStatus c RowStatus
   18 ospfIfMulticastForwarding c INTEGER{blocked multicast unicast}
   19 ospfIfDemand c TruthValue
   20 ospfIfAuthType c OspfAuthenticationType
   21 ospfIfLsaCount r Gauge32
   22 ospfIfLsaCksumSum r Unsigned32
   23 ospfIfDesignatedRouterId r RouterID
   24 ospfIfBackupDesignatedRouterId r RouterID
 8 ospfIfMetricTable t
  1 ospfIfMetricEntry e ospfIfMetricIpAddress ospfIfMetricAddressLessIf ospfIfMetricTOS
   1 ospfIfMetricIpAddress r IpAddress
   2 ospfIfMetricAddressLessIf r InterfaceIndexOrZero
   3 ospfIfMetricTOS r TOSType
   4 ospfIfMetricValue c Metric
   5 ospfIfMetricStatus c RowStatus
 9 ospfVirtIfTable t
  1 ospfVirtIfEntry e ospfVirtIfAreaId ospfVirtIfNeighbor
   1 ospfVirtIfAreaId r AreaID
   2 ospfVirtIfNeighbor r RouterID
   3 ospfVirtIfTransitDelay c UpToMaxAge
   4 ospfVirtIfRetransInterval c UpToMaxAge
   5 ospfVirtIfHelloInterval c HelloRange
   6 ospfVirtIfRtrDeadInterval c PositiveInteger
   7 ospfVirtIfState r INTEGER{down pointToPoint=4}
   8 ospfVirtIfEvents r Counter32
   9 ospfVirtIfAuthKey c OCTETS(0..256)
   10 ospfVirtIfStatus c RowStatus
   11 ospfVirtIfAuthType c OspfAuthenticationType
   12 ospfVirtIfLsaCount r Gauge32
   13 ospfVirtIfLsaCksumSum r Unsigned32
 10 ospfNbrTable t
  1 ospfNbrEntry e ospfNbrIpAddr ospfNbrAddressLessIndex
   1 ospfNbrIpAddr r IpAddress
   2 ospfNbrAddressLessIndex r InterfaceIndexOrZero
   3 ospfNbrRtrId r RouterID
   4 ospfNbrOptions r Integer32
   5 ospfNbrPriority c DesignatedRouterPriority
   6 ospfNbrState r INTEGER{down attempt init twoWay exchangeStart exchange loading full}
   7 ospfNbrEvents r Counter32
   8 ospfNbrLsRetransQLen r Gauge32
   9 ospfNbmaNbrStatus c RowStatus
   10 ospfNbmaNbrPermanence r INTEGER{dynamic permanent}
   11 ospfNbrHelloSuppressed r TruthValue
   12 ospfNbrRestartHelperStatus r INTEGER{notHelping helping}
   13 ospfNbrRestartHelperAge r Unsigned32
   14 ospfNbrRestartHelperExitReason r INTEGER{none inProgress completed timedOut topologyChanged}
 11 ospfVirtNbrTable t
  1 ospfVirtNbrEntry e ospfVirtNbrArea ospfVirtNbrRtrId
   1 ospfVirtNbrArea r AreaID
   2 ospfVirtNbrRtrId r RouterID
   3 ospfVirtNbrIpAddr r IpAddress
   4 ospfVirtNbrOptions r Integer32
   5 ospfVirtNbrState r INTEGER{down attempt init twoWay exchangeStart exchange loading full}
   6 ospfVirtNbrEvents r Counter32
   7 ospfVirtNbrLsRetransQLen r Gauge32
   8 ospfVirtNbrHelloSuppressed r TruthValue
   9 ospfVirtNbrRestartHelperStatus r INTEGER{notHelping helping}
   10 ospfVirtNbrRestartHelperAge r Unsigned32
   11 ospfVirtNbrRestartHelperExitReason r INTEGER{none inProgress completed timedOut topologyChanged}
 12 ospfExtLsdbTable t
  1 ospfExtLsdbEntry e ospfExtLsdbType ospfExtLsdbLsid ospfExtLsdbRouterId
   1 ospfExtLsdbType r INTEGER{asExternalLink=5}
   2 ospfExtLsdbLsid r IpAddress
   3 ospfExtLsdbRouterId r RouterID
   4 ospfExtLsdbSequence r Integer32
   5 ospfExtLsdbAge r Integer32
   6 ospfExtLsdbChecksum r Integer32
   7 ospfExtLsdbAdvertisement r OCTETS(36)
`;
