/**
 * IP, TCP and UDP (RFC 4293, 4022, 4113).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const internet = `
@IP-MIB
=IpAddressOriginTC INTEGER{other manual dhcp=4 linklayer random}
=IpAddressPrefixOriginTC INTEGER{other manual wellknown dhcp routeradv}
=IpAddressStatusTC INTEGER{preferred deprecated invalid inaccessible unknown tentative duplicate optimistic}
=Ipv6AddressIfIdentifierTC OCTETS(0..8) "2x:"
mib-2.4 ip
 1 ipForwarding w INTEGER{forwarding notForwarding}
 2 ipDefaultTTL w Integer32(1..255)
 3 ipInReceives r Counter32
 4 ipInHdrErrors r Counter32
 5 ipInAddrErrors r Counter32
 6 ipForwDatagrams r Counter32
 7 ipInUnknownProtos r Counter32
 8 ipInDiscards r Counter32
 9 ipInDelivers r Counter32
 10 ipOutRequests r Counter32
 11 ipOutDiscards r Counter32
 12 ipOutNoRoutes r Counter32
 13 ipReasmTimeout r Integer32 %seconds
 14 ipReasmReqds r Counter32
 15 ipReasmOKs r Counter32
 16 ipReasmFails r Counter32
 17 ipFragOKs r Counter32
 18 ipFragFails r Counter32
 19 ipFragCreates r Counter32
 20 ipAddrTable t
  1 ipAddrEntry e ipAdEntAddr
   1 ipAdEntAddr r IpAddress
   2 ipAdEntIfIndex r Integer32(1..2147483647)
   3 ipAdEntNetMask r IpAddress
   4 ipAdEntBcastAddr r Integer32(0..1)
   5 ipAdEntReasmMaxSize r Integer32(0..65535)
 22 ipNetToMediaTable t
  1 ipNetToMediaEntry e ipNetToMediaIfIndex ipNetToMediaNetAddress
   1 ipNetToMediaIfIndex c Integer32(1..2147483647)
   2 ipNetToMediaPhysAddress c PhysAddress(0..65535)
   3 ipNetToMediaNetAddress c IpAddress
   4 ipNetToMediaType c INTEGER{other invalid dynamic static}
 23 ipRoutingDiscards r Counter32
 25 ipv6IpForwarding w INTEGER{forwarding notForwarding}
 26 ipv6IpDefaultHopLimit w Integer32(0..255)
 27 ipv4InterfaceTableLastChange r TimeStamp
 28 ipv4InterfaceTable t
  1 ipv4InterfaceEntry e ipv4InterfaceIfIndex
   1 ipv4InterfaceIfIndex n InterfaceIndex
   2 ipv4InterfaceReasmMaxSize r Integer32(0..65535)
   3 ipv4InterfaceEnableStatus w INTEGER{up down}
   4 ipv4InterfaceRetransmitTime r Unsigned32
 29 ipv6InterfaceTableLastChange r TimeStamp
 30 ipv6InterfaceTable t
  1 ipv6InterfaceEntry e ipv6InterfaceIfIndex
   1 ipv6InterfaceIfIndex n InterfaceIndex
   2 ipv6InterfaceReasmMaxSize r Unsigned32(1500..65535)
   3 ipv6InterfaceIdentifier r Ipv6AddressIfIdentifierTC
   5 ipv6InterfaceEnableStatus w INTEGER{up down}
   6 ipv6InterfaceReachableTime r Unsigned32
   7 ipv6InterfaceRetransmitTime r Unsigned32
   8 ipv6InterfaceForwarding w INTEGER{forwarding notForwarding}
 31 ipTrafficStats
  1 ipSystemStatsTable t
   1 ipSystemStatsEntry e ipSystemStatsIPVersion
    1 ipSystemStatsIPVersion n InetVersion
    3 ipSystemStatsInReceives r Counter32
    4 ipSystemStatsHCInReceives r Counter64
    5 ipSystemStatsInOctets r Counter32
    6 ipSystemStatsHCInOctets r Counter64
    7 ipSystemStatsInHdrErrors r Counter32
    8 ipSystemStatsInNoRoutes r Counter32
    9 ipSystemStatsInAddrErrors r Counter32
    10 ipSystemStatsInUnknownProtos r Counter32
    11 ipSystemStatsInTruncatedPkts r Counter32
    12 ipSystemStatsInForwDatagrams r Counter32
    13 ipSystemStatsHCInForwDatagrams r Counter64
    14 ipSystemStatsReasmReqds r Counter32
    15 ipSystemStatsReasmOKs r Counter32
    16 ipSystemStatsReasmFails r Counter32
    17 ipSystemStatsInDiscards r Counter32
    18 ipSystemStatsInDelivers r Counter32
    19 ipSystemStatsHCInDelivers r Counter64
    20 ipSystemStatsOutRequests r Counter32
    21 ipSystemStatsHCOutRequests r Counter64
    22 ipSystemStatsOutNoRoutes r Counter32
    23 ipSystemStatsOutForwDatagrams r Counter32
    24 ipSystemStatsHCOutForwDatagrams r Counter64
    25 ipSystemStatsOutDiscards r Counter32
    26 ipSystemStatsOutFragReqds r Counter32
    27 ipSystemStatsOutFragOKs r Counter32
    28 ipSystemStatsOutFragFails r Counter32
    29 ipSystemStatsOutFragCreates r Counter32
    30 ipSystemStatsOutTransmits r Counter32
    31 ipSystemStatsHCOutTransmits r Counter64
    32 ipSystemStatsOutOctets r Counter32
    33 ipSystemStatsHCOutOctets r Counter64
    34 ipSystemStatsInMcastPkts r Counter32
    35 ipSystemStatsHCInMcastPkts r Counter64
    36 ipSystemStatsInMcastOctets r Counter32
    37 ipSystemStatsHCInMcastOctets r Counter64
    38 ipSystemStatsOutMcastPkts r Counter32
    39 ipSystemStatsHCOutMcastPkts r Counter64
    40 ipSystemStatsOutMcastOctets r Counter32
    41 ipSystemStatsHCOutMcastOctets r Counter64
    42 ipSystemStatsInBcastPkts r Counter32
    43 ipSystemStatsHCInBcastPkts r Counter64
    44 ipSystemStatsOutBcastPkts r Counter32
    45 ipSystemStatsHCOutBcastPkts r Counter64
    46 ipSystemStatsDiscontinuityTime r TimeStamp
    47 ipSystemStatsRefreshRate r Unsigned32
  2 ipIfStatsTableLastChange r TimeStamp
  3 ipIfStatsTable t
   1 ipIfStatsEntry e ipIfStatsIPVersion ipIfStatsIfIndex
    1 ipIfStatsIPVersion n InetVersion
    2 ipIfStatsIfIndex n InterfaceIndex
    3 ipIfStatsInReceives r Counter32
    4 ipIfStatsHCInReceives r Counter64
    5 ipIfStatsInOctets r Counter32
    6 ipIfStatsHCInOctets r Counter64
    7 ipIfStatsInHdrErrors r Counter32
    8 ipIfStatsInNoRoutes r Counter32
    9 ipIfStatsInAddrErrors r Counter32
    10 ipIfStatsInUnknownProtos r Counter32
    11 ipIfStatsInTruncatedPkts r Counter32
    12 ipIfStatsInForwDatagrams r Counter32
    13 ipIfStatsHCInForwDatagrams r Counter64
    14 ipIfStatsReasmReqds r Counter32
    15 ipIfStatsReasmOKs r Counter32
    16 ipIfStatsReasmFails r Counter32
    17 ipIfStatsInDiscards r Counter32
    18 ipIfStatsInDelivers r Counter32
    19 ipIfStatsHCInDelivers r Counter64
    20 ipIfStatsOutRequests r Counter32
    21 ipIfStatsHCOutRequests r Counter64
    23 ipIfStatsOutForwDatagrams r Counter32
    24 ipIfStatsHCOutForwDatagrams r Counter64
    25 ipIfStatsOutDiscards r Counter32
    26 ipIfStatsOutFragReqds r Counter32
    27 ipIfStatsOutFragOKs r Counter32
    28 ipIfStatsOutFragFails r Counter32
    29 ipIfStatsOutFragCreates r Counter32
    30 ipIfStatsOutTransmits r Counter32
    31 ipIfStatsHCOutTransmits r Counter64
    32 ipIfStatsOutOctets r Counter32
    33 ipIfStatsHCOutOctets r Counter64
    34 ipIfStatsInMcastPkts r Counter32
    35 ipIfStatsHCInMcastPkts r Counter64
    36 ipIfStatsInMcastOctets r Counter32
    37 ipIfStatsHCInMcastOctets r Counter64
    38 ipIfStatsOutMcastPkts r Counter32
    39 ipIfStatsHCOutMcastPkts r Counter64
    40 ipIfStatsOutMcastOctets r Counter32
    41 ipIfStatsHCOutMcastOctets r Counter64
    42 ipIfStatsInBcastPkts r Counter32
    43 ipIfStatsHCInBcastPkts r Counter64
    44 ipIfStatsOutBcastPkts r Counter32
    45 ipIfStatsHCOutBcastPkts r Counter64
    46 ipIfStatsDiscontinuityTime r TimeStamp
    47 ipIfStatsRefreshRate r Unsigned32
 32 ipAddressPrefixTable t
  1 ipAddressPrefixEntry e ipAddressPrefixIfIndex ipAddressPrefixType ipAddressPrefixPrefix
|ipAddressPrefixLength
   1 ipAddressPrefixIfIndex n InterfaceIndex
   2 ipAddressPrefixType n InetAddressType
   3 ipAddressPrefixPrefix n InetAddress
   4 ipAddressPrefixLength n InetAddressPrefixLength
   5 ipAddressPrefixOrigin r IpAddressPrefixOriginTC
   6 ipAddressPrefixOnLinkFlag r TruthValue
   7 ipAddressPrefixAutonomousFlag r TruthValue
   8 ipAddressPrefixAdvPreferredLifetime r Unsigned32
   9 ipAddressPrefixAdvValidLifetime r Unsigned32
 33 ipAddressSpinLock w TestAndIncr
 34 ipAddressTable t
  1 ipAddressEntry e ipAddressAddrType ipAddressAddr
   1 ipAddressAddrType n InetAddressType
   2 ipAddressAddr n InetAddress
   3 ipAddressIfIndex c InterfaceIndex
   4 ipAddressType c INTEGER{unicast anycast broadcast}
   5 ipAddressPrefix r RowPointer
   6 ipAddressOrigin r IpAddressOriginTC
   7 ipAddressStatus c IpAddressStatusTC
   8 ipAddressCreated r TimeStamp
   9 ipAddressLastChanged r TimeStamp
   10 ipAddressRowStatus c RowStatus
   11 ipAddressStorageType c StorageType
 35 ipNetToPhysicalTable t
  1 ipNetToPhysicalEntry e ipNetToPhysicalIfIndex ipNetToPhysicalNetAddressType ipNetToPhysicalNetAddress
   1 ipNetToPhysicalIfIndex n InterfaceIndex
   2 ipNetToPhysicalNetAddressType n InetAddressType
   3 ipNetToPhysicalNetAddress n InetAddress
   4 ipNetToPhysicalPhysAddress c PhysAddress(0..65535)
   5 ipNetToPhysicalLastUpdated r TimeStamp
   6 ipNetToPhysicalType c INTEGER{other invalid dynamic static local}
   7 ipNetToPhysicalState r INTEGER{reachable stale delay probe invalid unknown incomplete}
   8 ipNetToPhysicalRowStatus c RowStatus
 36 ipv6ScopeZoneIndexTable t
  1 ipv6ScopeZoneIndexEntry e ipv6ScopeZoneIndexIfIndex
   1 ipv6ScopeZoneIndexIfIndex n InterfaceIndex
   2 ipv6ScopeZoneIndexLinkLocal r InetZoneIndex
   3 ipv6ScopeZoneIndex3 r InetZoneIndex
   4 ipv6ScopeZoneIndexAdminLocal r InetZoneIndex
   5 ipv6ScopeZoneIndexSiteLocal r InetZoneIndex
   6 ipv6ScopeZoneIndex6 r InetZoneIndex
   7 ipv6ScopeZoneIndex7 r InetZoneIndex
   8 ipv6ScopeZoneIndexOrganizationLocal r InetZoneIndex
   9 ipv6ScopeZoneIndex9 r InetZoneIndex
   10 ipv6ScopeZoneIndexA r InetZoneIndex
   11 ipv6ScopeZoneIndexB r InetZoneIndex
   12 ipv6ScopeZoneIndexC r InetZoneIndex
   13 ipv6ScopeZoneIndexD r InetZoneIndex
 37 ipDefaultRouterTable t
  1 ipDefaultRouterEntry e ipDefaultRouterAddressType ipDefaultRouterAddress ipDefaultRouterIfIndex
   1 ipDefaultRouterAddressType n InetAddressType
   2 ipDefaultRouterAddress n InetAddress
   3 ipDefaultRouterIfIndex n InterfaceIndex
   4 ipDefaultRouterLifetime r Unsigned32(0..65535)
   5 ipDefaultRouterPreference r INTEGER{reserved=-2 low medium high}
 38 ipv6RouterAdvertSpinLock w TestAndIncr
 39 ipv6RouterAdvertTable t
  1 ipv6RouterAdvertEntry e ipv6RouterAdvertIfIndex
   1 ipv6RouterAdvertIfIndex n InterfaceIndex
   2 ipv6RouterAdvertSendAdverts c TruthValue
   3 ipv6RouterAdvertMaxInterval c Unsigned32(4..1800)
   4 ipv6RouterAdvertMinInterval c Unsigned32(3..1350)
   5 ipv6RouterAdvertManagedFlag c TruthValue
   6 ipv6RouterAdvertOtherConfigFlag c TruthValue
   7 ipv6RouterAdvertLinkMTU c Unsigned32
   8 ipv6RouterAdvertReachableTime c Unsigned32(0..3600000)
   9 ipv6RouterAdvertRetransmitTime c Unsigned32
   10 ipv6RouterAdvertCurHopLimit c Unsigned32(0..255)
   11 ipv6RouterAdvertDefaultLifetime c Unsigned32(0|4..9000)
   12 ipv6RouterAdvertRowStatus c RowStatus
mib-2.5 icmp
 1 icmpInMsgs r Counter32
 2 icmpInErrors r Counter32
 3 icmpInDestUnreachs r Counter32
 4 icmpInTimeExcds r Counter32
 5 icmpInParmProbs r Counter32
 6 icmpInSrcQuenchs r Counter32
 7 icmpInRedirects r Counter32
 8 icmpInEchos r Counter32
 9 icmpInEchoReps r Counter32
 10 icmpInTimestamps r Counter32
 11 icmpInTimestampReps r Counter32
 12 icmpInAddrMasks r Counter32
 13 icmpInAddrMaskReps r Counter32
 14 icmpOutMsgs r Counter32
 15 icmpOutErrors r Counter32
 16 icmpOutDestUnreachs r Counter32
 17 icmpOutTimeExcds r Counter32
 18 icmpOutParmProbs r Counter32
 19 icmpOutSrcQuenchs r Counter32
 20 icmpOutRedirects r Counter32
 21 icmpOutEchos r Counter32
 22 icmpOutEchoReps r Counter32
 23 icmpOutTimestamps r Counter32
 24 icmpOutTimestampReps r Counter32
 25 icmpOutAddrMasks r Counter32
 26 icmpOutAddrMaskReps r Counter32
 29 icmpStatsTable t
  1 icmpStatsEntry e icmpStatsIPVersion
   1 icmpStatsIPVersion n InetVersion
   2 icmpStatsInMsgs r Counter32
   3 icmpStatsInErrors r Counter32
   4 icmpStatsOutMsgs r Counter32
   5 icmpStatsOutErrors r Counter32
 30 icmpMsgStatsTable t
  1 icmpMsgStatsEntry e icmpMsgStatsIPVersion icmpMsgStatsType
   1 icmpMsgStatsIPVersion n InetVersion
   2 icmpMsgStatsType n Integer32(0..255)
   3 icmpMsgStatsInPkts r Counter32
   4 icmpMsgStatsOutPkts r Counter32
mib-2.48 ipMIB m
@TCP-MIB
mib-2.6 tcp
 1 tcpRtoAlgorithm r INTEGER{other constant rsre vanj rfc2988}
 2 tcpRtoMin r Integer32(0..2147483647) %milliseconds
 3 tcpRtoMax r Integer32(0..2147483647) %milliseconds
 4 tcpMaxConn r Integer32(-1..2147483647)
 5 tcpActiveOpens r Counter32
 6 tcpPassiveOpens r Counter32
 7 tcpAttemptFails r Counter32
 8 tcpEstabResets r Counter32
 9 tcpCurrEstab r Gauge32
 10 tcpInSegs r Counter32
 11 tcpOutSegs r Counter32
 12 tcpRetransSegs r Counter32
 13 tcpConnTable t
  1 tcpConnEntry e tcpConnLocalAddress tcpConnLocalPort tcpConnRemAddress tcpConnRemPort
   1 tcpConnState w INTEGER{closed listen synSent synReceived established finWait1 finWait2 closeWait lastAck
|closing timeWait deleteTCB}
   2 tcpConnLocalAddress r IpAddress
   3 tcpConnLocalPort r Integer32(0..65535)
   4 tcpConnRemAddress r IpAddress
   5 tcpConnRemPort r Integer32(0..65535)
 14 tcpInErrs r Counter32
 15 tcpOutRsts r Counter32
 17 tcpHCInSegs r Counter64
 18 tcpHCOutSegs r Counter64
 19 tcpConnectionTable t
  1 tcpConnectionEntry e tcpConnectionLocalAddressType tcpConnectionLocalAddress tcpConnectionLocalPort
|tcpConnectionRemAddressType tcpConnectionRemAddress tcpConnectionRemPort
   1 tcpConnectionLocalAddressType n InetAddressType
   2 tcpConnectionLocalAddress n InetAddress
   3 tcpConnectionLocalPort n InetPortNumber
   4 tcpConnectionRemAddressType n InetAddressType
   5 tcpConnectionRemAddress n InetAddress
   6 tcpConnectionRemPort n InetPortNumber
   7 tcpConnectionState w INTEGER{closed listen synSent synReceived established finWait1 finWait2 closeWait
|lastAck closing timeWait deleteTCB}
   8 tcpConnectionProcess r Unsigned32
 20 tcpListenerTable t
  1 tcpListenerEntry e tcpListenerLocalAddressType tcpListenerLocalAddress tcpListenerLocalPort
   1 tcpListenerLocalAddressType n InetAddressType
   2 tcpListenerLocalAddress n InetAddress
   3 tcpListenerLocalPort n InetPortNumber
   4 tcpListenerProcess r Unsigned32
mib-2.49 tcpMIB m
@UDP-MIB
mib-2.7 udp
 1 udpInDatagrams r Counter32
 2 udpNoPorts r Counter32
 3 udpInErrors r Counter32
 4 udpOutDatagrams r Counter32
 5 udpTable t
  1 udpEntry e udpLocalAddress udpLocalPort
   1 udpLocalAddress r IpAddress
   2 udpLocalPort r Integer32(0..65535)
 7 udpEndpointTable t
  1 udpEndpointEntry e udpEndpointLocalAddressType udpEndpointLocalAddress udpEndpointLocalPort
|udpEndpointRemoteAddressType udpEndpointRemoteAddress udpEndpointRemotePort udpEndpointInstance
   1 udpEndpointLocalAddressType n InetAddressType
   2 udpEndpointLocalAddress n InetAddress
   3 udpEndpointLocalPort n InetPortNumber
   4 udpEndpointRemoteAddressType n InetAddressType
   5 udpEndpointRemoteAddress n InetAddress
   6 udpEndpointRemotePort n InetPortNumber
   7 udpEndpointInstance n Unsigned32(1..4294967295)
   8 udpEndpointProcess r Unsigned32
 8 udpHCInDatagrams r Counter64
 9 udpHCOutDatagrams r Counter64
mib-2.50 udpMIB m
`;
