/**
 * Logged notifications and events (RFC 3014, 2981).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const events = `
@NOTIFICATION-LOG-MIB
mib-2.92 notificationLogMIB m
 1 notificationLogMIBObjects
  1 nlmConfig
   1 nlmConfigGlobalEntryLimit w Unsigned32
   2 nlmConfigGlobalAgeOut w Unsigned32 %minutes
   3 nlmConfigLogTable t
    1 nlmConfigLogEntry e nlmLogName
     1 nlmLogName n SnmpAdminString(0..32)
     2 nlmConfigLogFilterName c SnmpAdminString(0..32)
     3 nlmConfigLogEntryLimit c Unsigned32
     4 nlmConfigLogAdminStatus c INTEGER{enabled disabled}
     5 nlmConfigLogOperStatus r INTEGER{disabled operational noFilter}
     6 nlmConfigLogStorageType c StorageType
     7 nlmConfigLogEntryStatus c RowStatus
  2 nlmStats
   1 nlmStatsGlobalNotificationsLogged r Counter32 %notifications
   2 nlmStatsGlobalNotificationsBumped r Counter32 %notifications
   3 nlmStatsLogTable t
    1 nlmStatsLogEntry e +nlmConfigLogEntry
     1 nlmStatsLogNotificationsLogged r Counter32
     2 nlmStatsLogNotificationsBumped r Counter32
  3 nlmLog
   1 nlmLogTable t
    1 nlmLogEntry e nlmLogName nlmLogIndex
     1 nlmLogIndex n Unsigned32(1..4294967295)
     2 nlmLogTime r TimeStamp
     3 nlmLogDateAndTime r DateAndTime
     4 nlmLogEngineID r SnmpEngineID
     5 nlmLogEngineTAddress r TAddress
     6 nlmLogEngineTDomain r TDomain
     7 nlmLogContextEngineID r SnmpEngineID
     8 nlmLogContextName r SnmpAdminString
     9 nlmLogNotificationID r OID
   2 nlmLogVariableTable t
    1 nlmLogVariableEntry e nlmLogName nlmLogIndex nlmLogVariableIndex
     1 nlmLogVariableIndex n Unsigned32(1..4294967295)
     2 nlmLogVariableID r OID
     3 nlmLogVariableValueType r INTEGER{counter32 unsigned32 timeTicks integer32 ipAddress octetString
|objectId counter64 opaque}
     4 nlmLogVariableCounter32Val r Counter32
     5 nlmLogVariableUnsigned32Val r Unsigned32
     6 nlmLogVariableTimeTicksVal r TimeTicks
     7 nlmLogVariableInteger32Val r Integer32
     8 nlmLogVariableOctetStringVal r OCTETS
     9 nlmLogVariableIpAddressVal r IpAddress
     10 nlmLogVariableOidVal r OID
     11 nlmLogVariableCounter64Val r Counter64
     12 nlmLogVariableOpaqueVal r Opaque
@DISMAN-EVENT-MIB
=FailureReason INTEGER{sampleOverrun=-6 badType noResponse destinationUnreachable badDestination
|localResourceLack noError tooBig noSuchName badValue readOnly genErr noAccess wrongType wrongLength
|wrongEncoding wrongValue noCreation inconsistentValue resourceUnavailable commitFailed undoFailed
|authorizationError notWritable inconsistentName}
mib-2.88 dismanEventMIB m
 1 dismanEventMIBObjects
  1 mteResource
   1 mteResourceSampleMinimum w Integer32(1..2147483647) %seconds
   2 mteResourceSampleInstanceMaximum w Unsigned32 %instances
   3 mteResourceSampleInstances r Gauge32 %instances
   4 mteResourceSampleInstancesHigh r Gauge32 %instances
   5 mteResourceSampleInstanceLacks r Counter32 %instances
  2 mteTrigger
   1 mteTriggerFailures r Counter32 %failures
   2 mteTriggerTable t
    1 mteTriggerEntry e mteOwner *mteTriggerName
     1 mteOwner n SnmpAdminString(0..32)
     2 mteTriggerName n SnmpAdminString(1..32)
     3 mteTriggerComment c SnmpAdminString
     4 mteTriggerTest c BITS{existence boolean threshold}
     5 mteTriggerSampleType c INTEGER{absoluteValue deltaValue}
     6 mteTriggerValueID c OID
     7 mteTriggerValueIDWildcard c TruthValue
     8 mteTriggerTargetTag c SnmpTagValue
     9 mteTriggerContextName c SnmpAdminString
     10 mteTriggerContextNameWildcard c TruthValue
     11 mteTriggerFrequency c Unsigned32
     12 mteTriggerObjectsOwner c SnmpAdminString(0..32)
     13 mteTriggerObjects c SnmpAdminString(0..32)
     14 mteTriggerEnabled c TruthValue
     15 mteTriggerEntryStatus c RowStatus
   3 mteTriggerDeltaTable t
    1 mteTriggerDeltaEntry e mteOwner *mteTriggerName
     1 mteTriggerDeltaDiscontinuityID w OID
     2 mteTriggerDeltaDiscontinuityIDWildcard w TruthValue
     3 mteTriggerDeltaDiscontinuityIDType w INTEGER{timeTicks timeStamp dateAndTime}
   4 mteTriggerExistenceTable t
    1 mteTriggerExistenceEntry e mteOwner *mteTriggerName
     1 mteTriggerExistenceTest w BITS{present absent changed}
     2 mteTriggerExistenceStartup w BITS{present absent}
     3 mteTriggerExistenceObjectsOwner w SnmpAdminString(0..32)
     4 mteTriggerExistenceObjects w SnmpAdminString(0..32)
     5 mteTriggerExistenceEventOwner w SnmpAdminString(0..32)
     6 mteTriggerExistenceEvent w SnmpAdminString(0..32)
   5 mteTriggerBooleanTable t
    1 mteTriggerBooleanEntry e mteOwner *mteTriggerName
     1 mteTriggerBooleanComparison w INTEGER{unequal equal less lessOrEqual greater greaterOrEqual}
     2 mteTriggerBooleanValue w Integer32
     3 mteTriggerBooleanStartup w TruthValue
     4 mteTriggerBooleanObjectsOwner w SnmpAdminString(0..32)
     5 mteTriggerBooleanObjects w SnmpAdminString(0..32)
     6 mteTriggerBooleanEventOwner w SnmpAdminString(0..32)
     7 mteTriggerBooleanEvent w SnmpAdminString(0..32)
   6 mteTriggerThresholdTable t
    1 mteTriggerThresholdEntry e mteOwner *mteTriggerName
     1 mteTriggerThresholdStartup w INTEGER{rising falling risingOrFalling}
     2 mteTriggerThresholdRising w Integer32
     3 mteTriggerThresholdFalling w Integer32
     4 mteTriggerThresholdDeltaRising w Integer32
     5 mteTriggerThresholdDeltaFalling w Integer32
     6 mteTriggerThresholdObjectsOwner w SnmpAdminString(0..32)
     7 mteTriggerThresholdObjects w SnmpAdminString(0..32)
     8 mteTriggerThresholdRisingEventOwner w SnmpAdminString(0..32)
     9 mteTriggerThresholdRisingEvent w SnmpAdminString(0..32)
     10 mteTriggerThresholdFallingEventOwner w SnmpAdminString(0..32)
     11 mteTriggerThresholdFallingEvent w SnmpAdminString(0..32)
     12 mteTriggerThresholdDeltaRisingEventOwner w SnmpAdminString(0..32)
     13 mteTriggerThresholdDeltaRisingEvent w SnmpAdminString(0..32)
     14 mteTriggerThresholdDeltaFallingEventOwner w SnmpAdminString(0..32)
     15 mteTriggerThresholdDeltaFallingEvent w SnmpAdminString(0..32)
  3 mteObjects
   1 mteObjectsTable t
    1 mteObjectsEntry e mteOwner mteObjectsName mteObjectsIndex
     1 mteObjectsName n SnmpAdminString(1..32)
     2 mteObjectsIndex n Unsigned32(1..4294967295)
     3 mteObjectsID c OID
     4 mteObjectsIDWildcard c TruthValue
     5 mteObjectsEntryStatus c RowStatus
  4 mteEvent
   1 mteEventFailures r Counter32
   2 mteEventTable t
    1 mteEventEntry e mteOwner *mteEventName
     1 mteEventName n SnmpAdminString(1..32)
     2 mteEventComment c SnmpAdminString
     3 mteEventActions c BITS{notification set}
     4 mteEventEnabled c TruthValue
     5 mteEventEntryStatus c RowStatus
   3 mteEventNotificationTable t
    1 mteEventNotificationEntry e mteOwner *mteEventName
     1 mteEventNotification w OID
     2 mteEventNotificationObjectsOwner w SnmpAdminString(0..32)
     3 mteEventNotificationObjects w SnmpAdminString(0..32)
   4 mteEventSetTable t
    1 mteEventSetEntry e mteOwner *mteEventName
     1 mteEventSetObject w OID
     2 mteEventSetObjectWildcard w TruthValue
     3 mteEventSetValue w Integer32
     4 mteEventSetTargetTag w SnmpTagValue
     5 mteEventSetContextName w SnmpAdminString
     6 mteEventSetContextNameWildcard w TruthValue
 2 dismanEventMIBNotificationPrefix
  0 dismanEventMIBNotifications
   1 mteTriggerFired N mteHotTargetName mteHotValue mteHotContextName mteHotTrigger mteHotOID
   2 mteTriggerRising N mteHotTargetName mteHotValue mteHotContextName mteHotTrigger mteHotOID
   3 mteTriggerFalling N mteHotTargetName mteHotValue mteHotContextName mteHotTrigger mteHotOID
   4 mteTriggerFailure N mteFailedReason mteHotTargetName mteHotContextName mteHotTrigger mteHotOID
   5 mteEventSetFailure N mteFailedReason mteHotTargetName mteHotContextName mteHotTrigger mteHotOID
  1 dismanEventMIBNotificationObjects
   1 mteHotTrigger a SnmpAdminString
   2 mteHotTargetName a SnmpAdminString
   3 mteHotContextName a SnmpAdminString
   4 mteHotOID a OID
   5 mteHotValue a Integer32
   6 mteFailedReason a FailureReason
`;
