/**
 * Net-SNMP's agent and its extensions.
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const netSnmp = `
@NET-SNMP-MIB
enterprises.8072 netSnmp m
 1 netSnmpObjects
 3 netSnmpEnumerations
  1 netSnmpModuleIDs
  2 netSnmpAgentOIDs
  3 netSnmpDomains
 4 netSnmpNotificationPrefix
  0 netSnmpNotifications
  1 netSnmpNotificationObjects
 9999 netSnmpExperimental
  9999 netSnmpPlaypen
@NET-SNMP-TC
=Float Opaque(7)
netSnmp.3.1.1 netSnmpTCs m
netSnmp.3.2.1 hpux9
netSnmp.3.2.2 sunos4
netSnmp.3.2.3 solaris
netSnmp.3.2.4 osf
netSnmp.3.2.5 ultrix
netSnmp.3.2.6 hpux10
netSnmp.3.2.7 netbsd
netSnmp.3.2.8 freebsd
netSnmp.3.2.9 irix
netSnmp.3.2.10 linux
netSnmp.3.2.11 bsdi
netSnmp.3.2.12 openbsd
netSnmp.3.2.13 win32
netSnmp.3.2.14 hpux11
netSnmp.3.2.15 aix
netSnmp.3.2.16 macosx
netSnmp.3.2.17 dragonfly
netSnmp.3.2.255 unknown
netSnmp.3.3.1 netSnmpTCPDomain
netSnmp.3.3.2 netSnmpUnixDomain
netSnmp.3.3.3 netSnmpAAL5PVCDomain
netSnmp.3.3.4 netSnmpUDPIPv6Domain
netSnmp.3.3.5 netSnmpTCPIPv6Domain
netSnmp.3.3.6 netSnmpCallbackDomain
netSnmp.3.3.7 netSnmpAliasDomain
netSnmp.3.3.8 netSnmpDTLSUDPDomain
netSnmp.3.3.9 netSnmpDTLSSCTPDomain
netSnmp.3.3.10 netSnmpTLSTCPDomain
@NET-SNMP-AGENT-MIB
=NetsnmpCacheStatus INTEGER{enabled disabled empty cached expired}
netSnmp.1.1 nsVersion
netSnmp.1.2 nsMibRegistry
 1 nsModuleTable t
  1 nsModuleEntry e nsmContextName nsmRegistrationPoint nsmRegistrationPriority
   1 nsmContextName n SnmpAdminString
   2 nsmRegistrationPoint n OID
   3 nsmRegistrationPriority n INTEGER(-2147483648..2147483647)
   4 nsModuleName r DisplayString
   5 nsModuleModes r BITS{getAndGetNext set getBulk}
   6 nsModuleTimeout r Integer32
netSnmp.1.3 nsExtensions
netSnmp.1.4 nsDLMod
netSnmp.1.5 nsCache
 1 nsCacheDefaultTimeout w INTEGER
 2 nsCacheEnabled w TruthValue
 3 nsCacheTable t
  1 nsCacheEntry e *nsCachedOID
   1 nsCachedOID n OID
   2 nsCacheTimeout w INTEGER
   3 nsCacheStatus w NetsnmpCacheStatus
netSnmp.1.6 nsErrorHistory
netSnmp.1.7 nsConfiguration
 1 nsConfigDebug
  1 nsDebugEnabled w TruthValue
  2 nsDebugOutputAll w TruthValue
  3 nsDebugDumpPdu w TruthValue
  4 nsDebugTokenTable t
   1 nsDebugTokenEntry e *nsDebugTokenPrefix
    2 nsDebugTokenPrefix n DisplayString
    4 nsDebugTokenStatus c RowStatus
 2 nsConfigLogging
  1 nsLoggingTable t
   1 nsLoggingEntry e nsLogLevel *nsLogToken
    1 nsLogLevel n INTEGER{emergency=0 alert critical error warning notice info debug}
    2 nsLogToken n DisplayString
    3 nsLogType c INTEGER{stdout stderr file syslog callback}
    4 nsLogMaxLevel c INTEGER{emergency=0 alert critical error warning notice info debug}
    5 nsLogStatus c RowStatus
netSnmp.1.8 nsTransactions
 1 nsTransactionTable t
  1 nsTransactionEntry e nsTransactionID
   1 nsTransactionID n Unsigned32(0..4294967295)
   2 nsTransactionMode r Integer32
netSnmp.3.1.2 netSnmpAgentMIB m
netSnmp.4.0.1 nsNotifyStart N
netSnmp.4.0.2 nsNotifyShutdown N
netSnmp.4.0.3 nsNotifyRestart N
@NET-SNMP-EXTEND-MIB
netSnmp.1.3.1 netSnmpExtendMIB m
netSnmp.1.3.2 nsExtendObjects
 1 nsExtendNumEntries r INTEGER
 2 nsExtendConfigTable t
  1 nsExtendConfigEntry e nsExtendToken
   1 nsExtendToken n DisplayString
   2 nsExtendCommand c DisplayString
   3 nsExtendArgs c DisplayString
   4 nsExtendInput c DisplayString
   5 nsExtendCacheTime c INTEGER
   6 nsExtendExecType c INTEGER{exec shell}
   7 nsExtendRunType c INTEGER{run-on-read run-on-set run-command}
   20 nsExtendStorage c StorageType
   21 nsExtendStatus c RowStatus
 3 nsExtendOutput1Table t
  1 nsExtendOutput1Entry e +nsExtendConfigEntry
   1 nsExtendOutput1Line r DisplayString
   2 nsExtendOutputFull r DisplayString
   3 nsExtendOutNumLines r Integer32
   4 nsExtendResult r Integer32
 4 nsExtendOutput2Table t
  1 nsExtendOutput2Entry e nsExtendToken nsExtendLineIndex
   1 nsExtendLineIndex n INTEGER(1..1024)
   2 nsExtendOutLine r DisplayString
@NET-SNMP-PASS-MIB
netSnmp.2.255 netSnmpPassExamples m
 1 netSnmpPassString w SnmpAdminString
 2 netSnmpPassTable t
  1 netSnmpPassEntry e netSnmpPassIndex
   1 netSnmpPassIndex n Integer32
   2 netSnmpPassInteger w Integer32
   3 netSnmpPassOID w OID
 3 netSnmpPassTimeTicks w TimeTicks
 4 netSnmpPassIpAddress w IpAddress
 5 netSnmpPassCounter r Counter32
 6 netSnmpPassGauge w Gauge32
 7 netSnmpPassCounter64 r Counter64
 8 netSnmpPassInteger64 r Opaque
 99 netSnmpPassOIDValue
@NET-SNMP-VACM-MIB
netSnmp.1.9 netSnmpVacmMIB m
 1 nsVacmAccessTable t
  1 nsVacmAccessEntry e vacmGroupName vacmAccessContextPrefix vacmAccessSecurityModel vacmAccessSecurityLevel
|nsVacmAuthType
   1 nsVacmAuthType n SnmpAdminString(0..32)
   2 nsVacmContextMatch c INTEGER{exact prefix}
   3 nsVacmViewName c SnmpAdminString(0..32)
   4 nsVacmStorageType c StorageType
   5 nsVacmStatus c RowStatus
`;
