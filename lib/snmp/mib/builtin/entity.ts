/**
 * What a device is made of, and its sensors (RFC 4133, 3433).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const entity = `
@ENTITY-MIB
=PhysicalClass INTEGER{other unknown chassis backplane container powerSupply fan sensor module port stack cpu}
=PhysicalIndex Integer32(1..2147483647) "d"
=PhysicalIndexOrZero Integer32(0..2147483647) "d"
=SnmpEngineIdOrNone OCTETS(0..32)
mib-2.47 entityMIB m
 1 entityMIBObjects
  1 entityPhysical
   1 entPhysicalTable t
    1 entPhysicalEntry e entPhysicalIndex
     1 entPhysicalIndex n PhysicalIndex
     2 entPhysicalDescr r SnmpAdminString
     3 entPhysicalVendorType r AutonomousType
     4 entPhysicalContainedIn r PhysicalIndexOrZero
     5 entPhysicalClass r PhysicalClass
     6 entPhysicalParentRelPos r Integer32(-1..2147483647)
     7 entPhysicalName r SnmpAdminString
     8 entPhysicalHardwareRev r SnmpAdminString
     9 entPhysicalFirmwareRev r SnmpAdminString
     10 entPhysicalSoftwareRev r SnmpAdminString
     11 entPhysicalSerialNum w SnmpAdminString(0..32)
     12 entPhysicalMfgName r SnmpAdminString
     13 entPhysicalModelName r SnmpAdminString
     14 entPhysicalAlias w SnmpAdminString(0..32)
     15 entPhysicalAssetID w SnmpAdminString(0..32)
     16 entPhysicalIsFRU r TruthValue
     17 entPhysicalMfgDate r DateAndTime
     18 entPhysicalUris w OCTETS
  2 entityLogical
   1 entLogicalTable t
    1 entLogicalEntry e entLogicalIndex
     1 entLogicalIndex n Integer32(1..2147483647)
     2 entLogicalDescr r SnmpAdminString
     3 entLogicalType r AutonomousType
     4 entLogicalCommunity r OCTETS(0..255)
     5 entLogicalTAddress r TAddress
     6 entLogicalTDomain r TDomain
     7 entLogicalContextEngineID r SnmpEngineIdOrNone
     8 entLogicalContextName r SnmpAdminString
  3 entityMapping
   1 entLPMappingTable t
    1 entLPMappingEntry e entLogicalIndex entLPPhysicalIndex
     1 entLPPhysicalIndex r PhysicalIndex
   2 entAliasMappingTable t
    1 entAliasMappingEntry e entPhysicalIndex entAliasLogicalIndexOrZero
     1 entAliasLogicalIndexOrZero n Integer32(0..2147483647)
     2 entAliasMappingIdentifier r RowPointer
   3 entPhysicalContainsTable t
    1 entPhysicalContainsEntry e entPhysicalIndex entPhysicalChildIndex
     1 entPhysicalChildIndex r PhysicalIndex
  4 entityGeneral
   1 entLastChangeTime r TimeStamp
 2 entityMIBTraps
  0 entityMIBTrapPrefix
   1 entConfigChange N
@ENTITY-SENSOR-MIB
=EntitySensorDataScale INTEGER{yocto zepto atto femto pico nano micro milli units kilo mega giga tera exa peta
|zetta yotta}
=EntitySensorDataType INTEGER{other unknown voltsAC voltsDC amperes watts hertz celsius percentRH rpm cmm
|truthvalue}
=EntitySensorPrecision Integer32(-8..9)
=EntitySensorStatus INTEGER{ok unavailable nonoperational}
=EntitySensorValue Integer32(-1000000000..1000000000)
mib-2.99 entitySensorMIB m
 1 entitySensorObjects
  1 entPhySensorTable t
   1 entPhySensorEntry e entPhysicalIndex
    1 entPhySensorType r EntitySensorDataType
    2 entPhySensorScale r EntitySensorDataScale
    3 entPhySensorPrecision r EntitySensorPrecision
    4 entPhySensorValue r EntitySensorValue
    5 entPhySensorOperStatus r EntitySensorStatus
    6 entPhySensorUnitsDisplay r SnmpAdminString
    7 entPhySensorValueTimeStamp r TimeStamp
    8 entPhySensorValueUpdateRate r Unsigned32
`;
