/**
 * MIB-II as it was (RFC 1213), with the tables that later modules have left out.
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const mib2 = `
@RFC1213-MIB
mib-2.3 at
 1 atTable t
  1 atEntry e atIfIndex atNetAddress
   1 atIfIndex w Integer32
   2 atPhysAddress w PhysAddress
   3 atNetAddress w NetworkAddress
mib-2.4 ip
 1 ipForwarding w Integer32{forwarding not-forwarding}
 2 ipDefaultTTL w Integer32
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
 13 ipReasmTimeout r Integer32
 14 ipReasmReqds r Counter32
 15 ipReasmOKs r Counter32
 16 ipReasmFails r Counter32
 17 ipFragOKs r Counter32
 18 ipFragFails r Counter32
 19 ipFragCreates r Counter32
 20 ipAddrTable t
  1 ipAddrEntry e ipAdEntAddr
   1 ipAdEntAddr r IpAddress
   2 ipAdEntIfIndex r Integer32
   3 ipAdEntNetMask r IpAddress
   4 ipAdEntBcastAddr r Integer32
   5 ipAdEntReasmMaxSize r Integer32(0..65535)
 21 ipRouteTable t
  1 ipRouteEntry e ipRouteDest
   1 ipRouteDest w IpAddress
   2 ipRouteIfIndex w Integer32
   3 ipRouteMetric1 w Integer32
   4 ipRouteMetric2 w Integer32
   5 ipRouteMetric3 w Integer32
   6 ipRouteMetric4 w Integer32
   7 ipRouteNextHop w IpAddress
   8 ipRouteType w Integer32{other invalid direct indirect}
   9 ipRouteProto r Integer32{other local netmgmt icmp egp ggp hello rip is-is es-is ciscoIgrp bbnSpfIgp ospf
|bgp}
   10 ipRouteAge w Integer32
   11 ipRouteMask w IpAddress
   12 ipRouteMetric5 w Integer32
   13 ipRouteInfo r OID
 22 ipNetToMediaTable t
  1 ipNetToMediaEntry e ipNetToMediaIfIndex ipNetToMediaNetAddress
   1 ipNetToMediaIfIndex w Integer32
   2 ipNetToMediaPhysAddress w PhysAddress
   3 ipNetToMediaNetAddress w IpAddress
   4 ipNetToMediaType w Integer32{other invalid dynamic static}
 23 ipRoutingDiscards r Counter32
mib-2.5.1 icmpInMsgs r Counter32
mib-2.5.2 icmpInErrors r Counter32
mib-2.5.3 icmpInDestUnreachs r Counter32
mib-2.5.4 icmpInTimeExcds r Counter32
mib-2.5.5 icmpInParmProbs r Counter32
mib-2.5.6 icmpInSrcQuenchs r Counter32
mib-2.5.7 icmpInRedirects r Counter32
mib-2.5.8 icmpInEchos r Counter32
mib-2.5.9 icmpInEchoReps r Counter32
mib-2.5.10 icmpInTimestamps r Counter32
mib-2.5.11 icmpInTimestampReps r Counter32
mib-2.5.12 icmpInAddrMasks r Counter32
mib-2.5.13 icmpInAddrMaskReps r Counter32
mib-2.5.14 icmpOutMsgs r Counter32
mib-2.5.15 icmpOutErrors r Counter32
mib-2.5.16 icmpOutDestUnreachs r Counter32
mib-2.5.17 icmpOutTimeExcds r Counter32
mib-2.5.18 icmpOutParmProbs r Counter32
mib-2.5.19 icmpOutSrcQuenchs r Counter32
mib-2.5.20 icmpOutRedirects r Counter32
mib-2.5.21 icmpOutEchos r Counter32
mib-2.5.22 icmpOutEchoReps r Counter32
mib-2.5.23 icmpOutTimestamps r Counter32
mib-2.5.24 icmpOutTimestampReps r Counter32
mib-2.5.25 icmpOutAddrMasks r Counter32
mib-2.5.26 icmpOutAddrMaskReps r Counter32
mib-2.6.1 tcpRtoAlgorithm r Integer32{other constant rsre vanj}
mib-2.6.2 tcpRtoMin r Integer32
mib-2.6.3 tcpRtoMax r Integer32
mib-2.6.4 tcpMaxConn r Integer32
mib-2.6.5 tcpActiveOpens r Counter32
mib-2.6.6 tcpPassiveOpens r Counter32
mib-2.6.7 tcpAttemptFails r Counter32
mib-2.6.8 tcpEstabResets r Counter32
mib-2.6.9 tcpCurrEstab r Gauge32
mib-2.6.10 tcpInSegs r Counter32
mib-2.6.11 tcpOutSegs r Counter32
mib-2.6.12 tcpRetransSegs r Counter32
mib-2.6.13 tcpConnTable t
 1 tcpConnEntry e tcpConnLocalAddress tcpConnLocalPort tcpConnRemAddress tcpConnRemPort
  1 tcpConnState w Integer32{closed listen synSent synReceived established finWait1 finWait2 closeWait lastAck
|closing timeWait deleteTCB}
  2 tcpConnLocalAddress r IpAddress
  3 tcpConnLocalPort r Integer32(0..65535)
  4 tcpConnRemAddress r IpAddress
  5 tcpConnRemPort r Integer32(0..65535)
mib-2.6.14 tcpInErrs r Counter32
mib-2.6.15 tcpOutRsts r Counter32
mib-2.7.1 udpInDatagrams r Counter32
mib-2.7.2 udpNoPorts r Counter32
mib-2.7.3 udpInErrors r Counter32
mib-2.7.4 udpOutDatagrams r Counter32
mib-2.7.5 udpTable t
 1 udpEntry e udpLocalAddress udpLocalPort
  1 udpLocalAddress r IpAddress
  2 udpLocalPort r Integer32(0..65535)
mib-2.8 egp
 1 egpInMsgs r Counter32
 2 egpInErrors r Counter32
 3 egpOutMsgs r Counter32
 4 egpOutErrors r Counter32
 5 egpNeighTable t
  1 egpNeighEntry e egpNeighAddr
   1 egpNeighState r Integer32{idle acquisition down up cease}
   2 egpNeighAddr r IpAddress
   3 egpNeighAs r Integer32
   4 egpNeighInMsgs r Counter32
   5 egpNeighInErrs r Counter32
   6 egpNeighOutMsgs r Counter32
   7 egpNeighOutErrs r Counter32
   8 egpNeighInErrMsgs r Counter32
   9 egpNeighOutErrMsgs r Counter32
   10 egpNeighStateUps r Counter32
   11 egpNeighStateDowns r Counter32
   12 egpNeighIntervalHello r Integer32
   13 egpNeighIntervalPoll r Integer32
   14 egpNeighMode r Integer32{active passive}
   15 egpNeighEventTrigger w Integer32{start stop}
 6 egpAs r Integer32
`;
