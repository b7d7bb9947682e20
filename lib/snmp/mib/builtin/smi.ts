/**
 * What every module is made of: the tree's upper part and textual conventions.
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const smi = `
@SNMPv2-SMI
0.0 zeroDotZero i
1.3 org
 6 dod
  1 internet
   1 directory
   2 mgmt
    1 mib-2
     10 transmission
   3 experimental
   4 private
    1 enterprises
   5 security
   6 snmpV2
    1 snmpDomains
    2 snmpProxys
    3 snmpModules
@SNMPv2-TC
=DisplayString OCTETS(0..255) "255a"
=PhysAddress OCTETS "1x:"
=MacAddress OCTETS(6) "1x:"
=TruthValue INTEGER{true false}
=TestAndIncr INTEGER(0..2147483647)
=AutonomousType OID
=InstancePointer OID
=VariablePointer OID
=RowPointer OID
=RowStatus INTEGER{active notInService notReady createAndGo createAndWait destroy}
=TimeStamp TimeTicks
=TimeInterval INTEGER(0..2147483647)
=DateAndTime OCTETS(8|11) "2d-1d-1d,1d:1d:1d.1d,1a1d:1d"
=StorageType INTEGER{other volatile nonVolatile permanent readOnly}
=TDomain OID
=TAddress OCTETS(1..255)
@INET-ADDRESS-MIB
=InetAddressType INTEGER{unknown=0 ipv4 ipv6 ipv4z ipv6z dns=16}
=InetAddress OCTETS(0..255)
=InetAddressIPv4 OCTETS(4) "1d.1d.1d.1d"
=InetAddressIPv6 OCTETS(16) "2x:2x:2x:2x:2x:2x:2x:2x"
=InetAddressIPv4z OCTETS(8) "1d.1d.1d.1d%4d"
=InetAddressIPv6z OCTETS(20) "2x:2x:2x:2x:2x:2x:2x:2x%4d"
=InetAddressDNS OCTETS(1..255) "255a"
=InetAddressPrefixLength Unsigned32(0..2040) "d"
=InetPortNumber Unsigned32(0..65535) "d"
=InetAutonomousSystemNumber Unsigned32 "d"
=InetScopeType INTEGER{interfaceLocal linkLocal subnetLocal adminLocal siteLocal organizationLocal=8 global=14}
=InetZoneIndex Unsigned32 "d"
=InetVersion INTEGER{unknown=0 ipv4 ipv6}
mib-2.76 inetAddressMIB m
@RMON2-MIB
=TimeFilter TimeTicks
=ZeroBasedCounter32 Gauge32
=LastCreateTime TimeTicks
@HCNUM-TC
=CounterBasedGauge64 Counter64
=ZeroBasedCounter64 Counter64
mib-2.78 hcnumTC m
@IANA-ADDRESS-FAMILY-NUMBERS-MIB
=AddressFamilyNumbers INTEGER{other=0 ipV4 ipV6 nsap hdlc bbn1822 all802 e163 e164 f69 x121 ipx appleTalk
|decnetIV banyanVines e164withNsap dns distinguishedName asNumber xtpOverIpv4 xtpOverIpv6 xtpNativeModeXTP
|fibreChannelWWPN fibreChannelWWNN gwid afi reserved=65535}
mib-2.72 ianaAddressFamilyNumbers m
@IANA-RTPROTO-MIB
=IANAipMRouteProtocol INTEGER{other local netmgmt dvmrp mospf pimSparseDense cbt pimSparseMode pimDenseMode
|igmpOnly bgmp msdp}
=IANAipRouteProtocol INTEGER{other local netmgmt icmp egp ggp hello rip isIs esIs ciscoIgrp bbnSpfIgp ospf bgp
|idpr ciscoEigrp dvmrp}
mib-2.84 ianaRtProtoMIB m
@SNMPv2-TM
=SnmpUDPAddress OCTETS(6) "1d.1d.1d.1d/2d"
=SnmpOSIAddress OCTETS(1..85) "*1x:/1x:"
=SnmpNBPAddress OCTETS(3..99)
=SnmpIPXAddress OCTETS(12) "4x.1x:1x:1x:1x:1x:1x.2d"
snmpDomains.1 snmpUDPDomain i
snmpDomains.2 snmpCLNSDomain i
snmpDomains.3 snmpCONSDomain i
snmpDomains.4 snmpDDPDomain i
snmpDomains.5 snmpIPXDomain i
snmpProxys.1 rfc1157Proxy
 1 rfc1157Domain i
snmpModules.19 snmpv2tm m
@TRANSPORT-ADDRESS-MIB
=TransportDomain OID
=TransportAddressType Integer32{unknown=0 udpIpv4 udpIpv6 udpIpv4z udpIpv6z tcpIpv4 tcpIpv6 tcpIpv4z tcpIpv6z
|sctpIpv4 sctpIpv6 sctpIpv4z sctpIpv6z local udpDns tcpDns sctpDns}
=TransportAddress OCTETS(0..255)
=TransportAddressIPv4 OCTETS(6) "1d.1d.1d.1d:2d"
=TransportAddressIPv6 OCTETS(18) "0a[2x:2x:2x:2x:2x:2x:2x:2x]0a:2d"
=TransportAddressIPv4z OCTETS(10) "1d.1d.1d.1d%4d:2d"
=TransportAddressIPv6z OCTETS(22) "0a[2x:2x:2x:2x:2x:2x:2x:2x%4d]0a:2d"
=TransportAddressLocal OCTETS(1..255) "1a"
=TransportAddressDns OCTETS(1..255) "1a"
mib-2.100 transportAddressMIB m
 1 transportDomains
  1 transportDomainUdpIpv4 i
  2 transportDomainUdpIpv6 i
  3 transportDomainUdpIpv4z i
  4 transportDomainUdpIpv6z i
  5 transportDomainTcpIpv4 i
  6 transportDomainTcpIpv6 i
  7 transportDomainTcpIpv4z i
  8 transportDomainTcpIpv6z i
  9 transportDomainSctpIpv4 i
  10 transportDomainSctpIpv6 i
  11 transportDomainSctpIpv4z i
  12 transportDomainSctpIpv6z i
  13 transportDomainLocal i
  14 transportDomainUdpDns i
  15 transportDomainTcpDns i
  16 transportDomainSctpDns i
`;
