/**
 * What snmpd shows of memory, disks, load and sensors.
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const ucd = `
@UCD-SNMP-MIB
=Float Opaque(7)
=UCDErrorFlag INTEGER{noError=0 error}
=UCDErrorFix INTEGER{noError=0 runFix}
enterprises.2021 ucdavis m
 2 prTable t
  1 prEntry e prIndex
   1 prIndex r Integer32(0..65535)
   2 prNames r DisplayString
   3 prMin r Integer32
   4 prMax r Integer32
   5 prCount r Integer32
   100 prErrorFlag r UCDErrorFlag
   101 prErrMessage r DisplayString
   102 prErrFix w UCDErrorFix
   103 prErrFixCmd r DisplayString
 4 memory
  1 memIndex r Integer32
  2 memErrorName r DisplayString
  3 memTotalSwap r Integer32 %kB
  4 memAvailSwap r Integer32 %kB
  5 memTotalReal r Integer32 %kB
  6 memAvailReal r Integer32 %kB
  7 memTotalSwapTXT r Integer32 %kB
  8 memAvailSwapTXT r Integer32 %kB
  9 memTotalRealTXT r Integer32 %kB
  10 memAvailRealTXT r Integer32 %kB
  11 memTotalFree r Integer32 %kB
  12 memMinimumSwap r Integer32 %kB
  13 memShared r Integer32 %kB
  14 memBuffer r Integer32 %kB
  15 memCached r Integer32 %kB
  16 memUsedSwapTXT r Integer32 %kB
  17 memUsedRealTXT r Integer32 %kB
  18 memTotalSwapX r CounterBasedGauge64 %kB
  19 memAvailSwapX r CounterBasedGauge64 %kB
  20 memTotalRealX r CounterBasedGauge64 %kB
  21 memAvailRealX r CounterBasedGauge64 %kB
  22 memTotalFreeX r CounterBasedGauge64 %kB
  23 memMinimumSwapX r CounterBasedGauge64 %kB
  24 memSharedX r CounterBasedGauge64 %kB
  25 memBufferX r CounterBasedGauge64 %kB
  26 memCachedX r CounterBasedGauge64 %kB
  27 memSysAvail r CounterBasedGauge64 %kB
  100 memSwapError r UCDErrorFlag
  101 memSwapErrorMsg r DisplayString
 8 extTable t
  1 extEntry e extIndex
   1 extIndex r Integer32(0..65535)
   2 extNames r DisplayString
   3 extCommand r DisplayString
   100 extResult r Integer32
   101 extOutput r DisplayString
   102 extErrFix w UCDErrorFix
   103 extErrFixCmd r DisplayString
 9 dskTable t
  1 dskEntry e dskIndex
   1 dskIndex r Integer32(0..65535)
   2 dskPath r DisplayString
   3 dskDevice r DisplayString
   4 dskMinimum r Integer32
   5 dskMinPercent r Integer32
   6 dskTotal r Integer32
   7 dskAvail r Integer32
   8 dskUsed r Integer32
   9 dskPercent r Integer32
   10 dskPercentNode r Integer32
   11 dskTotalLow r Unsigned32
   12 dskTotalHigh r Unsigned32
   13 dskAvailLow r Unsigned32
   14 dskAvailHigh r Unsigned32
   15 dskUsedLow r Unsigned32
   16 dskUsedHigh r Unsigned32
   100 dskErrorFlag r UCDErrorFlag
   101 dskErrorMsg r DisplayString
 10 laTable t
  1 laEntry e laIndex
   1 laIndex r Integer32(0..3)
   2 laNames r DisplayString
   3 laLoad r DisplayString
   4 laConfig w DisplayString
   5 laLoadInt r Integer32
   6 laLoadFloat r Float
   100 laErrorFlag r UCDErrorFlag
   101 laErrMessage r DisplayString
 11 systemStats
  1 ssIndex r Integer32
  2 ssErrorName r DisplayString
  3 ssSwapIn r Integer32 %kB
  4 ssSwapOut r Integer32 %kB
  5 ssIOSent r Integer32 %blocks/s
  6 ssIOReceive r Integer32 %blocks/s
  7 ssSysInterrupts r Integer32 %interrupts/s
  8 ssSysContext r Integer32 %switches/s
  9 ssCpuUser r Integer32
  10 ssCpuSystem r Integer32
  11 ssCpuIdle r Integer32
  50 ssCpuRawUser r Counter32
  51 ssCpuRawNice r Counter32
  52 ssCpuRawSystem r Counter32
  53 ssCpuRawIdle r Counter32
  54 ssCpuRawWait r Counter32
  55 ssCpuRawKernel r Counter32
  56 ssCpuRawInterrupt r Counter32
  57 ssIORawSent r Counter32
  58 ssIORawReceived r Counter32
  59 ssRawInterrupts r Counter32
  60 ssRawContexts r Counter32
  61 ssCpuRawSoftIRQ r Counter32
  62 ssRawSwapIn r Counter32
  63 ssRawSwapOut r Counter32
  64 ssCpuRawSteal r Counter32
  65 ssCpuRawGuest r Counter32
  66 ssCpuRawGuestNice r Counter32
  67 ssCpuNumCpus r Integer32
 12 ucdInternal
 13 ucdExperimental
 15 fileTable t
  1 fileEntry e fileIndex
   1 fileIndex r Integer32(0..2147483647)
   2 fileName r DisplayString
   3 fileSize r Integer32 %kB
   4 fileMax r Integer32 %kB
   100 fileErrorFlag r UCDErrorFlag
   101 fileErrorMsg r DisplayString
 16 logMatch
  1 logMatchMaxEntries r Integer32
  2 logMatchTable t
   1 logMatchEntry e logMatchIndex
    1 logMatchIndex r Integer32(1..2147483647)
    2 logMatchName r DisplayString
    3 logMatchFilename r DisplayString
    4 logMatchRegEx r DisplayString
    5 logMatchGlobalCounter r Counter32
    6 logMatchGlobalCount r Integer32
    7 logMatchCurrentCounter r Counter32
    8 logMatchCurrentCount r Integer32
    9 logMatchCounter r Counter32
    10 logMatchCount r Integer32
    11 logMatchCycle r Integer32
    100 logMatchErrorFlag r UCDErrorFlag
    101 logMatchRegExCompilation r DisplayString
 100 version
  1 versionIndex r Integer32
  2 versionTag r DisplayString
  3 versionDate r DisplayString
  4 versionCDate r DisplayString
  5 versionIdent r DisplayString
  6 versionConfigureOptions r DisplayString
  10 versionClearCache w Integer32
  11 versionUpdateConfig w Integer32
  12 versionRestartAgent w Integer32
  13 versionSavePersistentData w Integer32
  20 versionDoDebugging w Integer32
 101 snmperrs
  1 snmperrIndex r Integer32
  2 snmperrNames r DisplayString
  100 snmperrErrorFlag r UCDErrorFlag
  101 snmperrErrMessage r DisplayString
 102 mrTable t
  1 mrEntry e *mrIndex
   1 mrIndex r OID
   2 mrModuleName r DisplayString
 250 ucdSnmpAgent
  1 hpux9
  2 sunos4
  3 solaris
  4 osf
  5 ultrix
  6 hpux10
  7 netbsd1
  8 freebsd
  9 irix
  10 linux
  11 bsdi
  12 openbsd
  13 win32
  14 hpux11
  15 aix
  16 macosx
  17 dragonfly
  255 unknown
 251 ucdTraps
  1 ucdStart N
  2 ucdShutdown N
@UCD-DISKIO-MIB
ucdExperimental.15 ucdDiskIOMIB m
 1 diskIOTable t
  1 diskIOEntry e diskIOIndex
   1 diskIOIndex r Integer32(0..65535)
   2 diskIODevice r DisplayString
   3 diskIONRead r Counter32
   4 diskIONWritten r Counter32
   5 diskIOReads r Counter32
   6 diskIOWrites r Counter32
   9 diskIOLA1 r Integer32(0..100)
   10 diskIOLA5 r Integer32(0..100)
   11 diskIOLA15 r Integer32(0..100)
   12 diskIONReadX r Counter64
   13 diskIONWrittenX r Counter64
   14 diskIOBusyTime r Counter64
@UCD-DLMOD-MIB
ucdExperimental.14 ucdDlmodMIB m
 1 dlmodNextIndex r Integer32
 2 dlmodTable t
  1 dlmodEntry e dlmodIndex
   1 dlmodIndex n Integer32(1..65535)
   2 dlmodName w DisplayString
   3 dlmodPath w DisplayString
   4 dlmodError r DisplayString
   5 dlmodStatus w INTEGER{loaded unloaded error load unload create delete}
@LM-SENSORS-MIB
ucdExperimental.16 lmSensors
 1 lmSensorsMIB m
 2 lmTempSensorsTable t
  1 lmTempSensorsEntry e lmTempSensorsIndex
   1 lmTempSensorsIndex r Integer32(0..65535)
   2 lmTempSensorsDevice r DisplayString
   3 lmTempSensorsValue r Gauge32
 3 lmFanSensorsTable t
  1 lmFanSensorsEntry e lmFanSensorsIndex
   1 lmFanSensorsIndex r Integer32(0..65535)
   2 lmFanSensorsDevice r DisplayString
   3 lmFanSensorsValue r Gauge32
 4 lmVoltSensorsTable t
  1 lmVoltSensorsEntry e lmVoltSensorsIndex
   1 lmVoltSensorsIndex r Integer32(0..65535)
   2 lmVoltSensorsDevice r DisplayString
   3 lmVoltSensorsValue r Gauge32
 5 lmMiscSensorsTable t
  1 lmMiscSensorsEntry e lmMiscSensorsIndex
   1 lmMiscSensorsIndex r Integer32(0..65535)
   2 lmMiscSensorsDevice r DisplayString
   3 lmMiscSensorsValue r Gauge32
`;
