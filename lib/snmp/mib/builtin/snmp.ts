/**
 * SNMP's own engines, users, views, targets (RFC 3411 to 3415, 3584, 3826, 7860).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const snmp = `
@SNMP-FRAMEWORK-MIB
=SnmpAdminString OCTETS(0..255) "255t"
=SnmpEngineID OCTETS(5..32)
=SnmpEngineTime Integer32
=SnmpSecurityModel Integer32(0..2147483647)
=SnmpMessageProcessingModel Integer32(0..2147483647)
=SnmpSecurityLevel Integer32{noAuthNoPriv authNoPriv authPriv}
snmpModules.10 snmpFrameworkMIB m
 1 snmpFrameworkAdmin
  1 snmpAuthProtocols i
  2 snmpPrivProtocols i
 2 snmpFrameworkMIBObjects
  1 snmpEngine
   1 snmpEngineID r SnmpEngineID
   2 snmpEngineBoots r Integer32(1..2147483647)
   3 snmpEngineTime r SnmpEngineTime(0..2147483647) %seconds
   4 snmpEngineMaxMessageSize r Integer32(484..2147483647)
@SNMP-MPD-MIB
snmpModules.11 snmpMPDMIB m
 1 snmpMPDAdmin
 2 snmpMPDMIBObjects
  1 snmpMPDStats
   1 snmpUnknownSecurityModels r Counter32
   2 snmpInvalidMsgs r Counter32
   3 snmpUnknownPDUHandlers r Counter32
@SNMP-TARGET-MIB
=SnmpTagList OCTETS(0..255) "255t"
=SnmpTagValue OCTETS(0..255) "255t"
snmpModules.12 snmpTargetMIB m
 1 snmpTargetObjects
  1 snmpTargetSpinLock w TestAndIncr
  2 snmpTargetAddrTable t
   1 snmpTargetAddrEntry e *snmpTargetAddrName
    1 snmpTargetAddrName n SnmpAdminString(1..32)
    2 snmpTargetAddrTDomain c TDomain
    3 snmpTargetAddrTAddress c TAddress
    4 snmpTargetAddrTimeout c TimeInterval
    5 snmpTargetAddrRetryCount c Integer32(0..255)
    6 snmpTargetAddrTagList c SnmpTagList
    7 snmpTargetAddrParams c SnmpAdminString(1..32)
    8 snmpTargetAddrStorageType c StorageType
    9 snmpTargetAddrRowStatus c RowStatus
  3 snmpTargetParamsTable t
   1 snmpTargetParamsEntry e *snmpTargetParamsName
    1 snmpTargetParamsName n SnmpAdminString(1..32)
    2 snmpTargetParamsMPModel c SnmpMessageProcessingModel
    3 snmpTargetParamsSecurityModel c SnmpSecurityModel(1..2147483647)
    4 snmpTargetParamsSecurityName c SnmpAdminString
    5 snmpTargetParamsSecurityLevel c SnmpSecurityLevel
    6 snmpTargetParamsStorageType c StorageType
    7 snmpTargetParamsRowStatus c RowStatus
  4 snmpUnavailableContexts r Counter32
  5 snmpUnknownContexts r Counter32
@SNMP-NOTIFICATION-MIB
snmpModules.13 snmpNotificationMIB m
 1 snmpNotifyObjects
  1 snmpNotifyTable t
   1 snmpNotifyEntry e *snmpNotifyName
    1 snmpNotifyName n SnmpAdminString(1..32)
    2 snmpNotifyTag c SnmpTagValue
    3 snmpNotifyType c Integer32{trap inform}
    4 snmpNotifyStorageType c StorageType
    5 snmpNotifyRowStatus c RowStatus
  2 snmpNotifyFilterProfileTable t
   1 snmpNotifyFilterProfileEntry e *snmpTargetParamsName
    1 snmpNotifyFilterProfileName c SnmpAdminString(1..32)
    2 snmpNotifyFilterProfileStorType c StorageType
    3 snmpNotifyFilterProfileRowStatus c RowStatus
  3 snmpNotifyFilterTable t
   1 snmpNotifyFilterEntry e snmpNotifyFilterProfileName *snmpNotifyFilterSubtree
    1 snmpNotifyFilterSubtree n OID
    2 snmpNotifyFilterMask c OCTETS(0..16)
    3 snmpNotifyFilterType c Integer32{included excluded}
    4 snmpNotifyFilterStorageType c StorageType
    5 snmpNotifyFilterRowStatus c RowStatus
@SNMP-PROXY-MIB
snmpModules.14 snmpProxyMIB m
 1 snmpProxyObjects
  2 snmpProxyTable t
   1 snmpProxyEntry e *snmpProxyName
    1 snmpProxyName n SnmpAdminString(1..32)
    2 snmpProxyType c Integer32{read write trap inform}
    3 snmpProxyContextEngineID c SnmpEngineID
    4 snmpProxyContextName c SnmpAdminString
    5 snmpProxyTargetParamsIn c SnmpAdminString
    6 snmpProxySingleTargetOut c SnmpAdminString
    7 snmpProxyMultipleTargetOut c SnmpTagValue
    8 snmpProxyStorageType c StorageType
    9 snmpProxyRowStatus c RowStatus
@SNMP-USER-BASED-SM-MIB
=KeyChange OCTETS
snmpAuthProtocols.1 usmNoAuthProtocol i
snmpAuthProtocols.2 usmHMACMD5AuthProtocol i
snmpAuthProtocols.3 usmHMACSHAAuthProtocol i
snmpPrivProtocols.1 usmNoPrivProtocol i
snmpPrivProtocols.2 usmDESPrivProtocol i
snmpModules.15 snmpUsmMIB m
 1 usmMIBObjects
  1 usmStats
   1 usmStatsUnsupportedSecLevels r Counter32
   2 usmStatsNotInTimeWindows r Counter32
   3 usmStatsUnknownUserNames r Counter32
   4 usmStatsUnknownEngineIDs r Counter32
   5 usmStatsWrongDigests r Counter32
   6 usmStatsDecryptionErrors r Counter32
  2 usmUser
   1 usmUserSpinLock w TestAndIncr
   2 usmUserTable t
    1 usmUserEntry e usmUserEngineID usmUserName
     1 usmUserEngineID n SnmpEngineID
     2 usmUserName n SnmpAdminString(1..32)
     3 usmUserSecurityName r SnmpAdminString
     4 usmUserCloneFrom c RowPointer
     5 usmUserAuthProtocol c AutonomousType
     6 usmUserAuthKeyChange c KeyChange
     7 usmUserOwnAuthKeyChange c KeyChange
     8 usmUserPrivProtocol c AutonomousType
     9 usmUserPrivKeyChange c KeyChange
     10 usmUserOwnPrivKeyChange c KeyChange
     11 usmUserPublic c OCTETS(0..32)
     12 usmUserStorageType c StorageType
     13 usmUserStatus c RowStatus
@SNMP-USM-AES-MIB
snmpPrivProtocols.4 usmAesCfb128Protocol i
snmpModules.20 snmpUsmAesMIB m
@SNMP-USM-HMAC-SHA2-MIB
mib-2.235 snmpUsmHmacSha2MIB m
snmpAuthProtocols.4 usmHMAC128SHA224AuthProtocol i
snmpAuthProtocols.5 usmHMAC192SHA256AuthProtocol i
snmpAuthProtocols.6 usmHMAC256SHA384AuthProtocol i
snmpAuthProtocols.7 usmHMAC384SHA512AuthProtocol i
@SNMP-VIEW-BASED-ACM-MIB
snmpModules.16 snmpVacmMIB m
 1 vacmMIBObjects
  1 vacmContextTable t
   1 vacmContextEntry e vacmContextName
    1 vacmContextName r SnmpAdminString(0..32)
    2 vacmContextStatus c RowStatus
  2 vacmSecurityToGroupTable t
   1 vacmSecurityToGroupEntry e vacmSecurityModel vacmSecurityName
    1 vacmSecurityModel n SnmpSecurityModel(1..2147483647)
    2 vacmSecurityName n SnmpAdminString(1..32)
    3 vacmGroupName c SnmpAdminString(1..32)
    4 vacmSecurityToGroupStorageType c StorageType
    5 vacmSecurityToGroupStatus c RowStatus
  4 vacmAccessTable t
   1 vacmAccessEntry e vacmGroupName vacmAccessContextPrefix vacmAccessSecurityModel vacmAccessSecurityLevel
    1 vacmAccessContextPrefix n SnmpAdminString(0..32)
    2 vacmAccessSecurityModel n SnmpSecurityModel
    3 vacmAccessSecurityLevel n SnmpSecurityLevel
    4 vacmAccessContextMatch c Integer32{exact prefix}
    5 vacmAccessReadViewName c SnmpAdminString(0..32)
    6 vacmAccessWriteViewName c SnmpAdminString(0..32)
    7 vacmAccessNotifyViewName c SnmpAdminString(0..32)
    8 vacmAccessStorageType c StorageType
    9 vacmAccessStatus c RowStatus
  5 vacmMIBViews
   1 vacmViewSpinLock w TestAndIncr
   2 vacmViewTreeFamilyTable t
    1 vacmViewTreeFamilyEntry e vacmViewTreeFamilyViewName vacmViewTreeFamilySubtree
     1 vacmViewTreeFamilyViewName n SnmpAdminString(1..32)
     2 vacmViewTreeFamilySubtree n OID
     3 vacmViewTreeFamilyMask c OCTETS(0..16)
     4 vacmViewTreeFamilyType c Integer32{included excluded}
     5 vacmViewTreeFamilyStorageType c StorageType
     6 vacmViewTreeFamilyStatus c RowStatus
@SNMP-COMMUNITY-MIB
snmpModules.18 snmpCommunityMIB m
 1 snmpCommunityMIBObjects
  1 snmpCommunityTable t
   1 snmpCommunityEntry e *snmpCommunityIndex
    1 snmpCommunityIndex n SnmpAdminString(1..32)
    2 snmpCommunityName c OCTETS
    3 snmpCommunitySecurityName c SnmpAdminString(1..32)
    4 snmpCommunityContextEngineID c SnmpEngineID
    5 snmpCommunityContextName c SnmpAdminString(0..32)
    6 snmpCommunityTransportTag c SnmpTagValue
    7 snmpCommunityStorageType c StorageType
    8 snmpCommunityStatus c RowStatus
  2 snmpTargetAddrExtTable t
   1 snmpTargetAddrExtEntry e +snmpTargetAddrEntry
    1 snmpTargetAddrTMask c OCTETS(0..255)
    2 snmpTargetAddrMMS c Integer32(0|484..2147483647)
  3 snmpTrapAddress a IpAddress
  4 snmpTrapCommunity a OCTETS
`;
