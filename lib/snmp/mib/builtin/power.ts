/**
 * Power over Ethernet and UPS (RFC 3621, 1628).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const power = `
@POWER-ETHERNET-MIB
mib-2.105 powerEthernetMIB m
 0 pethNotifications
  1 pethPsePortOnOffNotification N pethPsePortDetectionStatus
  2 pethMainPowerUsageOnNotification N pethMainPseConsumptionPower
  3 pethMainPowerUsageOffNotification N pethMainPseConsumptionPower
 1 pethObjects
  1 pethPsePortTable t
   1 pethPsePortEntry e pethPsePortGroupIndex pethPsePortIndex
    1 pethPsePortGroupIndex n Integer32(1..2147483647)
    2 pethPsePortIndex n Integer32(1..2147483647)
    3 pethPsePortAdminEnable w TruthValue
    4 pethPsePortPowerPairsControlAbility r TruthValue
    5 pethPsePortPowerPairs w INTEGER{signal spare}
    6 pethPsePortDetectionStatus r INTEGER{disabled searching deliveringPower fault test otherFault}
    7 pethPsePortPowerPriority w INTEGER{critical high low}
    8 pethPsePortMPSAbsentCounter r Counter32
    9 pethPsePortType w SnmpAdminString
    10 pethPsePortPowerClassifications r INTEGER{class0 class1 class2 class3 class4}
    11 pethPsePortInvalidSignatureCounter r Counter32
    12 pethPsePortPowerDeniedCounter r Counter32
    13 pethPsePortOverLoadCounter r Counter32
    14 pethPsePortShortCounter r Counter32
  3 pethMainPseObjects
   1 pethMainPseTable t
    1 pethMainPseEntry e pethMainPseGroupIndex
     1 pethMainPseGroupIndex n Integer32(1..2147483647)
     2 pethMainPsePower r Gauge32(1..65535)
     3 pethMainPseOperStatus r INTEGER{on off faulty}
     4 pethMainPseConsumptionPower r Gauge32
     5 pethMainPseUsageThreshold w Integer32(1..99)
  4 pethNotificationControl
   1 pethNotificationControlTable t
    1 pethNotificationControlEntry e pethNotificationControlGroupIndex
     1 pethNotificationControlGroupIndex n Integer32(1..2147483647)
     2 pethNotificationControlEnable w TruthValue
@UPS-MIB
=NonNegativeInteger Integer32(0..2147483647) "d"
=PositiveInteger Integer32(1..2147483647) "d"
mib-2.33 upsMIB m
 1 upsObjects
  1 upsIdent
   1 upsIdentManufacturer r DisplayString(0..31)
   2 upsIdentModel r DisplayString(0..63)
   3 upsIdentUPSSoftwareVersion r DisplayString(0..63)
   4 upsIdentAgentSoftwareVersion r DisplayString(0..63)
   5 upsIdentName w DisplayString(0..63)
   6 upsIdentAttachedDevices w DisplayString(0..63)
  2 upsBattery
   1 upsBatteryStatus r INTEGER{unknown batteryNormal batteryLow batteryDepleted}
   2 upsSecondsOnBattery r NonNegativeInteger %seconds
   3 upsEstimatedMinutesRemaining r PositiveInteger %minutes
   4 upsEstimatedChargeRemaining r Integer32(0..100) %percent
   5 upsBatteryVoltage r NonNegativeInteger %0.1 Volt DC
   6 upsBatteryCurrent r Integer32 %0.1 Amp DC
   7 upsBatteryTemperature r Integer32 %degrees Centigrade
  3 upsInput
   1 upsInputLineBads r Counter32
   2 upsInputNumLines r NonNegativeInteger
   3 upsInputTable t
    1 upsInputEntry e upsInputLineIndex
     1 upsInputLineIndex n PositiveInteger
     2 upsInputFrequency r NonNegativeInteger
     3 upsInputVoltage r NonNegativeInteger
     4 upsInputCurrent r NonNegativeInteger
     5 upsInputTruePower r NonNegativeInteger
  4 upsOutput
   1 upsOutputSource r INTEGER{other none normal bypass battery booster reducer}
   2 upsOutputFrequency r NonNegativeInteger %0.1 Hertz
   3 upsOutputNumLines r NonNegativeInteger
   4 upsOutputTable t
    1 upsOutputEntry e upsOutputLineIndex
     1 upsOutputLineIndex n PositiveInteger
     2 upsOutputVoltage r NonNegativeInteger
     3 upsOutputCurrent r NonNegativeInteger
     4 upsOutputPower r NonNegativeInteger
     5 upsOutputPercentLoad r Integer32(0..200)
  5 upsBypass
   1 upsBypassFrequency r NonNegativeInteger %0.1 Hertz
   2 upsBypassNumLines r NonNegativeInteger
   3 upsBypassTable t
    1 upsBypassEntry e upsBypassLineIndex
     1 upsBypassLineIndex n PositiveInteger
     2 upsBypassVoltage r NonNegativeInteger
     3 upsBypassCurrent r NonNegativeInteger
     4 upsBypassPower r NonNegativeInteger
  6 upsAlarm
   1 upsAlarmsPresent r Gauge32
   2 upsAlarmTable t
    1 upsAlarmEntry e upsAlarmId
     1 upsAlarmId n PositiveInteger
     2 upsAlarmDescr r AutonomousType
     3 upsAlarmTime r TimeStamp
   3 upsWellKnownAlarms
    1 upsAlarmBatteryBad i
    2 upsAlarmOnBattery i
    3 upsAlarmLowBattery i
    4 upsAlarmDepletedBattery i
    5 upsAlarmTempBad i
    6 upsAlarmInputBad i
    7 upsAlarmOutputBad i
    8 upsAlarmOutputOverload i
    9 upsAlarmOnBypass i
    10 upsAlarmBypassBad i
    11 upsAlarmOutputOffAsRequested i
    12 upsAlarmUpsOffAsRequested i
    13 upsAlarmChargerFailed i
    14 upsAlarmUpsOutputOff i
    15 upsAlarmUpsSystemOff i
    16 upsAlarmFanFailure i
    17 upsAlarmFuseFailure i
    18 upsAlarmGeneralFault i
    19 upsAlarmDiagnosticTestFailed i
    20 upsAlarmCommunicationsLost i
    21 upsAlarmAwaitingPower i
    22 upsAlarmShutdownPending i
    23 upsAlarmShutdownImminent i
    24 upsAlarmTestInProgress i
  7 upsTest
   1 upsTestId w OID
   2 upsTestSpinLock w TestAndIncr
   3 upsTestResultsSummary r INTEGER{donePass doneWarning doneError aborted inProgress noTestsInitiated}
   4 upsTestResultsDetail r DisplayString(0..255)
   5 upsTestStartTime r TimeStamp
   6 upsTestElapsedTime r TimeInterval
   7 upsWellKnownTests
    1 upsTestNoTestsInitiated i
    2 upsTestAbortTestInProgress i
    3 upsTestGeneralSystemsTest i
    4 upsTestQuickBatteryTest i
    5 upsTestDeepBatteryCalibration i
  8 upsControl
   1 upsShutdownType w INTEGER{output system}
   2 upsShutdownAfterDelay w Integer32(-1..2147483647) %seconds
   3 upsStartupAfterDelay w Integer32(-1..2147483647) %seconds
   4 upsRebootWithDuration w Integer32(-1..300) %seconds
   5 upsAutoRestart w INTEGER{on off}
  9 upsConfig
   1 upsConfigInputVoltage w NonNegativeInteger %RMS Volts
   2 upsConfigInputFreq w NonNegativeInteger %0.1 Hertz
   3 upsConfigOutputVoltage w NonNegativeInteger %RMS Volts
   4 upsConfigOutputFreq w NonNegativeInteger %0.1 Hertz
   5 upsConfigOutputVA r NonNegativeInteger %Volt-Amps
   6 upsConfigOutputPower r NonNegativeInteger %Watts
   7 upsConfigLowBattTime w NonNegativeInteger %minutes
   8 upsConfigAudibleStatus w INTEGER{disabled enabled muted}
   9 upsConfigLowVoltageTransferPoint w NonNegativeInteger %RMS Volts
   10 upsConfigHighVoltageTransferPoint w NonNegativeInteger %RMS Volts
 2 upsTraps
  1 upsTrapOnBattery N upsEstimatedMinutesRemaining upsSecondsOnBattery upsConfigLowBattTime
  2 upsTrapTestCompleted N upsTestStartTime upsTestElapsedTime upsTestId upsTestSpinLock upsTestResultsSummary
|upsTestResultsDetail
  3 upsTrapAlarmEntryAdded N upsAlarmId upsAlarmDescr
  4 upsTrapAlarmEntryRemoved N upsAlarmId upsAlarmDescr
`;
