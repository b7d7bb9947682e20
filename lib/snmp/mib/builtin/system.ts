/**
 * The system itself: SNMPv2-MIB (RFC 3418), HOST-RESOURCES-MIB (RFC 2790).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const system = `
@SNMPv2-MIB
mib-2.1 system
 1 sysDescr r DisplayString(0..255)
 2 sysObjectID r OID
 3 sysUpTime r TimeTicks
 4 sysContact w DisplayString(0..255)
 5 sysName w DisplayString(0..255)
 6 sysLocation w DisplayString(0..255)
 7 sysServices r Integer32(0..127)
 8 sysORLastChange r TimeStamp
 9 sysORTable t
  1 sysOREntry e sysORIndex
   1 sysORIndex n Integer32(1..2147483647)
   2 sysORID r OID
   3 sysORDescr r DisplayString
   4 sysORUpTime r TimeStamp
mib-2.11 snmp
 1 snmpInPkts r Counter32
 2 snmpOutPkts r Counter32
 3 snmpInBadVersions r Counter32
 4 snmpInBadCommunityNames r Counter32
 5 snmpInBadCommunityUses r Counter32
 6 snmpInASNParseErrs r Counter32
 8 snmpInTooBigs r Counter32
 9 snmpInNoSuchNames r Counter32
 10 snmpInBadValues r Counter32
 11 snmpInReadOnlys r Counter32
 12 snmpInGenErrs r Counter32
 13 snmpInTotalReqVars r Counter32
 14 snmpInTotalSetVars r Counter32
 15 snmpInGetRequests r Counter32
 16 snmpInGetNexts r Counter32
 17 snmpInSetRequests r Counter32
 18 snmpInGetResponses r Counter32
 19 snmpInTraps r Counter32
 20 snmpOutTooBigs r Counter32
 21 snmpOutNoSuchNames r Counter32
 22 snmpOutBadValues r Counter32
 24 snmpOutGenErrs r Counter32
 25 snmpOutGetRequests r Counter32
 26 snmpOutGetNexts r Counter32
 27 snmpOutSetRequests r Counter32
 28 snmpOutGetResponses r Counter32
 29 snmpOutTraps r Counter32
 30 snmpEnableAuthenTraps w Integer32{enabled disabled}
 31 snmpSilentDrops r Counter32
 32 snmpProxyDrops r Counter32
snmpModules.1 snmpMIB m
 1 snmpMIBObjects
  4 snmpTrap
   1 snmpTrapOID a OID
   3 snmpTrapEnterprise a OID
  5 snmpTraps
   1 coldStart N
   2 warmStart N
   5 authenticationFailure N
  6 snmpSet
   1 snmpSetSerialNo w TestAndIncr
@HOST-RESOURCES-TYPES
hrStorage.1 hrStorageTypes
 1 hrStorageOther i
 2 hrStorageRam i
 3 hrStorageVirtualMemory i
 4 hrStorageFixedDisk i
 5 hrStorageRemovableDisk i
 6 hrStorageFloppyDisk i
 7 hrStorageCompactDisc i
 8 hrStorageRamDisk i
 9 hrStorageFlashMemory i
 10 hrStorageNetworkDisk i
hrDevice.1 hrDeviceTypes
 1 hrDeviceOther i
 2 hrDeviceUnknown i
 3 hrDeviceProcessor i
 4 hrDeviceNetwork i
 5 hrDevicePrinter i
 6 hrDeviceDiskStorage i
 10 hrDeviceVideo i
 11 hrDeviceAudio i
 12 hrDeviceCoprocessor i
 13 hrDeviceKeyboard i
 14 hrDeviceModem i
 15 hrDeviceParallelPort i
 16 hrDevicePointing i
 17 hrDeviceSerialPort i
 18 hrDeviceTape i
 19 hrDeviceClock i
 20 hrDeviceVolatileMemory i
 21 hrDeviceNonVolatileMemory i
hrDevice.9 hrFSTypes
 1 hrFSOther i
 2 hrFSUnknown i
 3 hrFSBerkeleyFFS i
 4 hrFSSys5FS i
 5 hrFSFat i
 6 hrFSHPFS i
 7 hrFSHFS i
 8 hrFSMFS i
 9 hrFSNTFS i
 10 hrFSVNode i
 11 hrFSJournaled i
 12 hrFSiso9660 i
 13 hrFSRockRidge i
 14 hrFSNFS i
 15 hrFSNetware i
 16 hrFSAFS i
 17 hrFSDFS i
 18 hrFSAppleshare i
 19 hrFSRFS i
 20 hrFSDGCFS i
 21 hrFSBFS i
 22 hrFSFAT32 i
 23 hrFSLinuxExt2 i
host.7.4 hostResourcesTypesModule m
@HOST-RESOURCES-MIB
=InternationalDisplayString OCTETS
=KBytes Integer32(0..2147483647)
=ProductID OID
mib-2.25 host
 1 hrSystem
  1 hrSystemUptime r TimeTicks
  2 hrSystemDate w DateAndTime
  3 hrSystemInitialLoadDevice w Integer32(1..2147483647)
  4 hrSystemInitialLoadParameters w InternationalDisplayString(0..128)
  5 hrSystemNumUsers r Gauge32
  6 hrSystemProcesses r Gauge32
  7 hrSystemMaxProcesses r Integer32(0..2147483647)
 2 hrStorage
  1 hrStorageTypes
  2 hrMemorySize r KBytes %KBytes
  3 hrStorageTable t
   1 hrStorageEntry e hrStorageIndex
    1 hrStorageIndex r Integer32(1..2147483647)
    2 hrStorageType r AutonomousType
    3 hrStorageDescr r DisplayString
    4 hrStorageAllocationUnits r Integer32(1..2147483647)
    5 hrStorageSize w Integer32(0..2147483647)
    6 hrStorageUsed r Integer32(0..2147483647)
    7 hrStorageAllocationFailures r Counter32
 3 hrDevice
  1 hrDeviceTypes
  2 hrDeviceTable t
   1 hrDeviceEntry e hrDeviceIndex
    1 hrDeviceIndex r Integer32(1..2147483647)
    2 hrDeviceType r AutonomousType
    3 hrDeviceDescr r DisplayString(0..64)
    4 hrDeviceID r ProductID
    5 hrDeviceStatus r INTEGER{unknown running warning testing down}
    6 hrDeviceErrors r Counter32
  3 hrProcessorTable t
   1 hrProcessorEntry e hrDeviceIndex
    1 hrProcessorFrwID r ProductID
    2 hrProcessorLoad r Integer32(0..100)
  4 hrNetworkTable t
   1 hrNetworkEntry e hrDeviceIndex
    1 hrNetworkIfIndex r InterfaceIndexOrZero
  5 hrPrinterTable t
   1 hrPrinterEntry e hrDeviceIndex
    1 hrPrinterStatus r INTEGER{other unknown idle printing warmup}
    2 hrPrinterDetectedErrorState r OCTETS
  6 hrDiskStorageTable t
   1 hrDiskStorageEntry e hrDeviceIndex
    1 hrDiskStorageAccess r INTEGER{readWrite readOnly}
    2 hrDiskStorageMedia r INTEGER{other unknown hardDisk floppyDisk opticalDiskROM opticalDiskWORM
|opticalDiskRW ramDisk}
    3 hrDiskStorageRemoveble r TruthValue
    4 hrDiskStorageCapacity r KBytes
  7 hrPartitionTable t
   1 hrPartitionEntry e hrDeviceIndex hrPartitionIndex
    1 hrPartitionIndex r Integer32(1..2147483647)
    2 hrPartitionLabel r InternationalDisplayString(0..128)
    3 hrPartitionID r OCTETS
    4 hrPartitionSize r KBytes
    5 hrPartitionFSIndex r Integer32(0..2147483647)
  8 hrFSTable t
   1 hrFSEntry e hrFSIndex
    1 hrFSIndex r Integer32(1..2147483647)
    2 hrFSMountPoint r InternationalDisplayString(0..128)
    3 hrFSRemoteMountPoint r InternationalDisplayString(0..128)
    4 hrFSType r AutonomousType
    5 hrFSAccess r INTEGER{readWrite readOnly}
    6 hrFSBootable r TruthValue
    7 hrFSStorageIndex r Integer32(0..2147483647)
    8 hrFSLastFullBackupDate w DateAndTime
    9 hrFSLastPartialBackupDate w DateAndTime
  9 hrFSTypes
 4 hrSWRun
  1 hrSWOSIndex r Integer32(1..2147483647)
  2 hrSWRunTable t
   1 hrSWRunEntry e hrSWRunIndex
    1 hrSWRunIndex r Integer32(1..2147483647)
    2 hrSWRunName r InternationalDisplayString(0..64)
    3 hrSWRunID r ProductID
    4 hrSWRunPath r InternationalDisplayString(0..128)
    5 hrSWRunParameters r InternationalDisplayString(0..128)
    6 hrSWRunType r INTEGER{unknown operatingSystem deviceDriver application}
    7 hrSWRunStatus w INTEGER{running runnable notRunnable invalid}
 5 hrSWRunPerf
  1 hrSWRunPerfTable t
   1 hrSWRunPerfEntry e +hrSWRunEntry
    1 hrSWRunPerfCPU r Integer32(0..2147483647)
    2 hrSWRunPerfMem r KBytes
 6 hrSWInstalled
  1 hrSWInstalledLastChange r TimeTicks
  2 hrSWInstalledLastUpdateTime r TimeTicks
  3 hrSWInstalledTable t
   1 hrSWInstalledEntry e hrSWInstalledIndex
    1 hrSWInstalledIndex r Integer32(1..2147483647)
    2 hrSWInstalledName r InternationalDisplayString(0..64)
    3 hrSWInstalledID r ProductID
    4 hrSWInstalledType r INTEGER{unknown operatingSystem deviceDriver application}
    5 hrSWInstalledDate r DateAndTime
 7 hrMIBAdminInfo
  1 hostResourcesMibModule m
`;
