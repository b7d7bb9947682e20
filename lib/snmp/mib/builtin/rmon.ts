/**
 * Ethernet statistics, history, alarms and events of RMON (RFC 2819).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const rmon = `
@RMON-MIB
=EntryStatus INTEGER{valid createRequest underCreation invalid}
=OwnerString OCTETS(0..127)
mib-2.16 rmon
 0 rmonEventsV2 i
  1 risingAlarm N alarmVariable alarmIndex alarmValue alarmSampleType alarmRisingThreshold
  2 fallingAlarm N alarmFallingThreshold alarmVariable alarmIndex alarmValue alarmSampleType
 1 statistics
  1 etherStatsTable t
   1 etherStatsEntry e etherStatsIndex
    1 etherStatsIndex r Integer32(1..65535)
    2 etherStatsDataSource c OID
    3 etherStatsDropEvents r Counter32
    4 etherStatsOctets r Counter32
    5 etherStatsPkts r Counter32
    6 etherStatsBroadcastPkts r Counter32
    7 etherStatsMulticastPkts r Counter32
    8 etherStatsCRCAlignErrors r Counter32
    9 etherStatsUndersizePkts r Counter32
    10 etherStatsOversizePkts r Counter32
    11 etherStatsFragments r Counter32
    12 etherStatsJabbers r Counter32
    13 etherStatsCollisions r Counter32
    14 etherStatsPkts64Octets r Counter32
    15 etherStatsPkts65to127Octets r Counter32
    16 etherStatsPkts128to255Octets r Counter32
    17 etherStatsPkts256to511Octets r Counter32
    18 etherStatsPkts512to1023Octets r Counter32
    19 etherStatsPkts1024to1518Octets r Counter32
    20 etherStatsOwner c OwnerString
    21 etherStatsStatus c EntryStatus
 2 history
  1 historyControlTable t
   1 historyControlEntry e historyControlIndex
    1 historyControlIndex r Integer32(1..65535)
    2 historyControlDataSource c OID
    3 historyControlBucketsRequested c Integer32(1..65535)
    4 historyControlBucketsGranted r Integer32(1..65535)
    5 historyControlInterval c Integer32(1..3600)
    6 historyControlOwner c OwnerString
    7 historyControlStatus c EntryStatus
  2 etherHistoryTable t
   1 etherHistoryEntry e etherHistoryIndex etherHistorySampleIndex
    1 etherHistoryIndex r Integer32(1..65535)
    2 etherHistorySampleIndex r Integer32(1..2147483647)
    3 etherHistoryIntervalStart r TimeTicks
    4 etherHistoryDropEvents r Counter32
    5 etherHistoryOctets r Counter32
    6 etherHistoryPkts r Counter32
    7 etherHistoryBroadcastPkts r Counter32
    8 etherHistoryMulticastPkts r Counter32
    9 etherHistoryCRCAlignErrors r Counter32
    10 etherHistoryUndersizePkts r Counter32
    11 etherHistoryOversizePkts r Counter32
    12 etherHistoryFragments r Counter32
    13 etherHistoryJabbers r Counter32
    14 etherHistoryCollisions r Counter32
    15 etherHistoryUtilization r Integer32(0..10000)
 3 alarm
  1 alarmTable t
   1 alarmEntry e alarmIndex
    1 alarmIndex r Integer32(1..65535)
    2 alarmInterval c Integer32
    3 alarmVariable c OID
    4 alarmSampleType c INTEGER{absoluteValue deltaValue}
    5 alarmValue r Integer32
    6 alarmStartupAlarm c INTEGER{risingAlarm fallingAlarm risingOrFallingAlarm}
    7 alarmRisingThreshold c Integer32
    8 alarmFallingThreshold c Integer32
    9 alarmRisingEventIndex c Integer32(0..65535)
    10 alarmFallingEventIndex c Integer32(0..65535)
    11 alarmOwner c OwnerString
    12 alarmStatus c EntryStatus
 9 event
  1 eventTable t
   1 eventEntry e eventIndex
    1 eventIndex r Integer32(1..65535)
    2 eventDescription c DisplayString(0..127)
    3 eventType c INTEGER{none log snmptrap logandtrap}
    4 eventCommunity c OCTETS(0..127)
    5 eventLastTimeSent r TimeTicks
    6 eventOwner c OwnerString
    7 eventStatus c EntryStatus
  2 logTable t
   1 logEntry e logEventIndex logIndex
    1 logEventIndex r Integer32(1..65535)
    2 logIndex r Integer32(1..2147483647)
    3 logTime r TimeTicks
    4 logDescription r DisplayString(0..255)
`;
