/**
 * Neighbours on the wire (IEEE 802.1AB-2005).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const lldp = `
@LLDP-MIB
=LldpChassisIdSubtype INTEGER{chassisComponent interfaceAlias portComponent macAddress networkAddress interfaceName local}
=LldpChassisId OCTETS(1..255)
=LldpPortIdSubtype INTEGER{interfaceAlias portComponent macAddress networkAddress interfaceName agentCircuitId local}
=LldpPortId OCTETS(1..255)
=LldpManAddrIfSubtype INTEGER{unknown ifIndex systemPortNumber}
=LldpManAddress OCTETS(1..31)
=LldpSystemCapabilitiesMap BITS{other repeater bridge wlanAccessPoint router telephone docsisCableDevice stationOnly}
=LldpPortNumber Integer32(1..4096)
=LldpPortList OCTETS(0..512)
1.0.8802.1.1.2 lldpMIB m
 0 lldpNotifications
  0 lldpNotificationPrefix
   1 lldpRemTablesChange N lldpStatsRemTablesInserts lldpStatsRemTablesDeletes lldpStatsRemTablesDrops
|lldpStatsRemTablesAgeouts
 1 lldpObjects
  1 lldpConfiguration
   1 lldpMessageTxInterval w Integer32(5..32768) %seconds
   2 lldpMessageTxHoldMultiplier w Integer32(2..10)
   3 lldpReinitDelay w Integer32(1..10) %seconds
   4 lldpTxDelay w Integer32(1..8192) %seconds
   5 lldpNotificationInterval w Integer32(5..3600) %seconds
   6 lldpPortConfigTable t
    1 lldpPortConfigEntry e lldpPortConfigPortNum
     1 lldpPortConfigPortNum n LldpPortNumber
     2 lldpPortConfigAdminStatus w INTEGER{txOnly rxOnly txAndRx disabled}
     3 lldpPortConfigNotificationEnable w TruthValue
     4 lldpPortConfigTLVsTxEnable w BITS{portDesc sysName sysDesc sysCap}
   7 lldpConfigManAddrTable t
    1 lldpConfigManAddrEntry e +lldpLocManAddrEntry
     1 lldpConfigManAddrPortsTxEnable w LldpPortList
  2 lldpStatistics
   1 lldpStatsRemTablesLastChangeTime r TimeStamp
   2 lldpStatsRemTablesInserts r ZeroBasedCounter32 %table entries
   3 lldpStatsRemTablesDeletes r ZeroBasedCounter32 %table entries
   4 lldpStatsRemTablesDrops r ZeroBasedCounter32 %table entries
   5 lldpStatsRemTablesAgeouts r ZeroBasedCounter32
   6 lldpStatsTxPortTable t
    1 lldpStatsTxPortEntry e lldpStatsTxPortNum
     1 lldpStatsTxPortNum n LldpPortNumber
     2 lldpStatsTxPortFramesTotal r Counter32
   7 lldpStatsRxPortTable t
    1 lldpStatsRxPortEntry e lldpStatsRxPortNum
     1 lldpStatsRxPortNum n LldpPortNumber
     2 lldpStatsRxPortFramesDiscardedTotal r Counter32
     3 lldpStatsRxPortFramesErrors r Counter32
     4 lldpStatsRxPortFramesTotal r Counter32
     5 lldpStatsRxPortTLVsDiscardedTotal r Counter32
     6 lldpStatsRxPortTLVsUnrecognizedTotal r Counter32
     7 lldpStatsRxPortAgeoutsTotal r ZeroBasedCounter32
  3 lldpLocalSystemData
   1 lldpLocChassisIdSubtype r LldpChassisIdSubtype
   2 lldpLocChassisId r LldpChassisId
   3 lldpLocSysName r SnmpAdminString(0..255)
   4 lldpLocSysDesc r SnmpAdminString(0..255)
   5 lldpLocSysCapSupported r LldpSystemCapabilitiesMap
   6 lldpLocSysCapEnabled r LldpSystemCapabilitiesMap
   7 lldpLocPortTable t
    1 lldpLocPortEntry e lldpLocPortNum
     1 lldpLocPortNum n LldpPortNumber
     2 lldpLocPortIdSubtype r LldpPortIdSubtype
     3 lldpLocPortId r LldpPortId
     4 lldpLocPortDesc r SnmpAdminString(0..255)
   8 lldpLocManAddrTable t
    1 lldpLocManAddrEntry e lldpLocManAddrSubtype lldpLocManAddr
     1 lldpLocManAddrSubtype n AddressFamilyNumbers
     2 lldpLocManAddr n LldpManAddress
     3 lldpLocManAddrLen r Integer32
     4 lldpLocManAddrIfSubtype r LldpManAddrIfSubtype
     5 lldpLocManAddrIfId r Integer32
     6 lldpLocManAddrOID r OID
  4 lldpRemoteSystemsData
   1 lldpRemTable t
    1 lldpRemEntry e lldpRemTimeMark lldpRemLocalPortNum lldpRemIndex
     1 lldpRemTimeMark n TimeFilter
     2 lldpRemLocalPortNum n LldpPortNumber
     3 lldpRemIndex n Integer32(1..2147483647)
     4 lldpRemChassisIdSubtype r LldpChassisIdSubtype
     5 lldpRemChassisId r LldpChassisId
     6 lldpRemPortIdSubtype r LldpPortIdSubtype
     7 lldpRemPortId r LldpPortId
     8 lldpRemPortDesc r SnmpAdminString(0..255)
     9 lldpRemSysName r SnmpAdminString(0..255)
     10 lldpRemSysDesc r SnmpAdminString(0..255)
     11 lldpRemSysCapSupported r LldpSystemCapabilitiesMap
     12 lldpRemSysCapEnabled r LldpSystemCapabilitiesMap
   2 lldpRemManAddrTable t
    1 lldpRemManAddrEntry e lldpRemTimeMark lldpRemLocalPortNum lldpRemIndex lldpRemManAddrSubtype
|lldpRemManAddr
     1 lldpRemManAddrSubtype n AddressFamilyNumbers
     2 lldpRemManAddr n LldpManAddress
     3 lldpRemManAddrIfSubtype r LldpManAddrIfSubtype
     4 lldpRemManAddrIfId r Integer32
     5 lldpRemManAddrOID r OID
   3 lldpRemUnknownTLVTable t
    1 lldpRemUnknownTLVEntry e lldpRemTimeMark lldpRemLocalPortNum lldpRemIndex lldpRemUnknownTLVType
     1 lldpRemUnknownTLVType n Integer32(9..126)
     2 lldpRemUnknownTLVInfo r OCTETS(0..511)
   4 lldpRemOrgDefInfoTable t
    1 lldpRemOrgDefInfoEntry e lldpRemTimeMark lldpRemLocalPortNum lldpRemIndex lldpRemOrgDefInfoOUI
|lldpRemOrgDefInfoSubtype lldpRemOrgDefInfoIndex
     1 lldpRemOrgDefInfoOUI n OCTETS(3)
     2 lldpRemOrgDefInfoSubtype n Integer32(1..255)
     3 lldpRemOrgDefInfoIndex n Integer32(1..2147483647)
     4 lldpRemOrgDefInfo r OCTETS(0..507)
  5 lldpExtensions
`;
