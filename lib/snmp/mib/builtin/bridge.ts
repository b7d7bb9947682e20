/**
 * Bridges, spanning tree, VLANs (RFC 4188, 4318, 4363).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const bridge = `
@BRIDGE-MIB
=BridgeId OCTETS(8)
=Timeout Integer32 "d"
mib-2.17 dot1dBridge m
 0 dot1dNotifications
  1 newRoot N
  2 topologyChange N
 1 dot1dBase
  1 dot1dBaseBridgeAddress r MacAddress
  2 dot1dBaseNumPorts r Integer32 %ports
  3 dot1dBaseType r INTEGER{unknown transparent-only sourceroute-only srt}
  4 dot1dBasePortTable t
   1 dot1dBasePortEntry e dot1dBasePort
    1 dot1dBasePort r Integer32(1..65535)
    2 dot1dBasePortIfIndex r InterfaceIndex
    3 dot1dBasePortCircuit r OID
    4 dot1dBasePortDelayExceededDiscards r Counter32
    5 dot1dBasePortMtuExceededDiscards r Counter32
 2 dot1dStp
  1 dot1dStpProtocolSpecification r INTEGER{unknown decLb100 ieee8021d}
  2 dot1dStpPriority w Integer32(0..65535)
  3 dot1dStpTimeSinceTopologyChange r TimeTicks %centi-seconds
  4 dot1dStpTopChanges r Counter32
  5 dot1dStpDesignatedRoot r BridgeId
  6 dot1dStpRootCost r Integer32
  7 dot1dStpRootPort r Integer32
  8 dot1dStpMaxAge r Timeout %centi-seconds
  9 dot1dStpHelloTime r Timeout %centi-seconds
  10 dot1dStpHoldTime r Integer32 %centi-seconds
  11 dot1dStpForwardDelay r Timeout %centi-seconds
  12 dot1dStpBridgeMaxAge w Timeout(600..4000) %centi-seconds
  13 dot1dStpBridgeHelloTime w Timeout(100..1000) %centi-seconds
  14 dot1dStpBridgeForwardDelay w Timeout(400..3000) %centi-seconds
  15 dot1dStpPortTable t
   1 dot1dStpPortEntry e dot1dStpPort
    1 dot1dStpPort r Integer32(1..65535)
    2 dot1dStpPortPriority w Integer32(0..255)
    3 dot1dStpPortState r INTEGER{disabled blocking listening learning forwarding broken}
    4 dot1dStpPortEnable w INTEGER{enabled disabled}
    5 dot1dStpPortPathCost w Integer32(1..65535)
    6 dot1dStpPortDesignatedRoot r BridgeId
    7 dot1dStpPortDesignatedCost r Integer32
    8 dot1dStpPortDesignatedBridge r BridgeId
    9 dot1dStpPortDesignatedPort r OCTETS(2)
    10 dot1dStpPortForwardTransitions r Counter32
    11 dot1dStpPortPathCost32 w Integer32(1..200000000)
 3 dot1dSr
 4 dot1dTp
  1 dot1dTpLearnedEntryDiscards r Counter32
  2 dot1dTpAgingTime w Integer32(10..1000000) %seconds
  3 dot1dTpFdbTable t
   1 dot1dTpFdbEntry e dot1dTpFdbAddress
    1 dot1dTpFdbAddress r MacAddress
    2 dot1dTpFdbPort r Integer32
    3 dot1dTpFdbStatus r INTEGER{other invalid learned self mgmt}
  4 dot1dTpPortTable t
   1 dot1dTpPortEntry e dot1dTpPort
    1 dot1dTpPort r Integer32(1..65535)
    2 dot1dTpPortMaxInfo r Integer32
    3 dot1dTpPortInFrames r Counter32
    4 dot1dTpPortOutFrames r Counter32
    5 dot1dTpPortInDiscards r Counter32
 5 dot1dStatic
  1 dot1dStaticTable t
   1 dot1dStaticEntry e dot1dStaticAddress dot1dStaticReceivePort
    1 dot1dStaticAddress c MacAddress
    2 dot1dStaticReceivePort c Integer32(0..65535)
    3 dot1dStaticAllowedToGoTo c OCTETS(0..512)
    4 dot1dStaticStatus c INTEGER{other invalid permanent deleteOnReset deleteOnTimeout}
@RSTP-MIB
dot1dStp.16 dot1dStpVersion w INTEGER{stpCompatible=0 rstp=2}
dot1dStp.17 dot1dStpTxHoldCount w Integer32(1..10)
dot1dStp.19 dot1dStpExtPortTable t
 1 dot1dStpExtPortEntry e +dot1dStpPortEntry
  1 dot1dStpPortProtocolMigration w TruthValue
  2 dot1dStpPortAdminEdgePort w TruthValue
  3 dot1dStpPortOperEdgePort r TruthValue
  4 dot1dStpPortAdminPointToPoint w INTEGER{forceTrue=0 forceFalse auto}
  5 dot1dStpPortOperPointToPoint r TruthValue
  6 dot1dStpPortAdminPathCost w Integer32(0..200000000)
mib-2.134 rstpMIB m
 0 rstpNotifications
 1 rstpObjects
@P-BRIDGE-MIB
=EnabledStatus INTEGER{enabled disabled}
dot1dBridge.4.5 dot1dTpHCPortTable t
 1 dot1dTpHCPortEntry e dot1dTpPort
  1 dot1dTpHCPortInFrames r Counter64
  2 dot1dTpHCPortOutFrames r Counter64
  3 dot1dTpHCPortInDiscards r Counter64
dot1dBridge.4.6 dot1dTpPortOverflowTable t
 1 dot1dTpPortOverflowEntry e dot1dTpPort
  1 dot1dTpPortInOverflowFrames r Counter32
  2 dot1dTpPortOutOverflowFrames r Counter32
  3 dot1dTpPortInOverflowDiscards r Counter32
dot1dBridge.6 pBridgeMIB m
 1 pBridgeMIBObjects
  1 dot1dExtBase
   1 dot1dDeviceCapabilities r BITS{dot1dExtendedFilteringServices dot1dTrafficClasses
|dot1qStaticEntryIndividualPort dot1qIVLCapable dot1qSVLCapable dot1qHybridCapable dot1qConfigurablePvidTagging
|dot1dLocalVlanCapable}
   2 dot1dTrafficClassesEnabled w TruthValue
   3 dot1dGmrpStatus w EnabledStatus
   4 dot1dPortCapabilitiesTable t
    1 dot1dPortCapabilitiesEntry e +dot1dBasePortEntry
     1 dot1dPortCapabilities r BITS{dot1qDot1qTagging dot1qConfigurableAcceptableFrameTypes
|dot1qIngressFiltering}
  2 dot1dPriority
   1 dot1dPortPriorityTable t
    1 dot1dPortPriorityEntry e +dot1dBasePortEntry
     1 dot1dPortDefaultUserPriority w Integer32(0..7)
     2 dot1dPortNumTrafficClasses w Integer32(1..8)
   2 dot1dUserPriorityRegenTable t
    1 dot1dUserPriorityRegenEntry e dot1dBasePort dot1dUserPriority
     1 dot1dUserPriority n Integer32(0..7)
     2 dot1dRegenUserPriority w Integer32(0..7)
   3 dot1dTrafficClassTable t
    1 dot1dTrafficClassEntry e dot1dBasePort dot1dTrafficClassPriority
     1 dot1dTrafficClassPriority n Integer32(0..7)
     2 dot1dTrafficClass w Integer32(0..7)
   4 dot1dPortOutboundAccessPriorityTable t
    1 dot1dPortOutboundAccessPriorityEntry e dot1dBasePort dot1dRegenUserPriority
     1 dot1dPortOutboundAccessPriority r Integer32(0..7)
  3 dot1dGarp
   1 dot1dPortGarpTable t
    1 dot1dPortGarpEntry e +dot1dBasePortEntry
     1 dot1dPortGarpJoinTime w TimeInterval
     2 dot1dPortGarpLeaveTime w TimeInterval
     3 dot1dPortGarpLeaveAllTime w TimeInterval
  4 dot1dGmrp
   1 dot1dPortGmrpTable t
    1 dot1dPortGmrpEntry e +dot1dBasePortEntry
     1 dot1dPortGmrpStatus w EnabledStatus
     2 dot1dPortGmrpFailedRegistrations r Counter32
     3 dot1dPortGmrpLastPduOrigin r MacAddress
     4 dot1dPortRestrictedGroupRegistration w TruthValue
@Q-BRIDGE-MIB
=PortList OCTETS
=VlanId Integer32(1..4094) "d"
=VlanIdOrAny Integer32(1..4095) "d"
=VlanIdOrAnyOrNone Integer32(0..4095) "d"
=VlanIdOrNone Integer32(0..4094) "d"
=VlanIndex Unsigned32 "d"
dot1dBridge.7 qBridgeMIB m
 1 qBridgeMIBObjects
  1 dot1qBase
   1 dot1qVlanVersionNumber r INTEGER{version1}
   2 dot1qMaxVlanId r VlanId
   3 dot1qMaxSupportedVlans r Unsigned32
   4 dot1qNumVlans r Unsigned32
   5 dot1qGvrpStatus w EnabledStatus
  2 dot1qTp
   1 dot1qFdbTable t
    1 dot1qFdbEntry e dot1qFdbId
     1 dot1qFdbId n Unsigned32
     2 dot1qFdbDynamicCount r Counter32
   2 dot1qTpFdbTable t
    1 dot1qTpFdbEntry e dot1qFdbId dot1qTpFdbAddress
     1 dot1qTpFdbAddress n MacAddress
     2 dot1qTpFdbPort r Integer32(0..65535)
     3 dot1qTpFdbStatus r INTEGER{other invalid learned self mgmt}
   3 dot1qTpGroupTable t
    1 dot1qTpGroupEntry e dot1qVlanIndex dot1qTpGroupAddress
     1 dot1qTpGroupAddress n MacAddress
     2 dot1qTpGroupEgressPorts r PortList
     3 dot1qTpGroupLearnt r PortList
   4 dot1qForwardAllTable t
    1 dot1qForwardAllEntry e dot1qVlanIndex
     1 dot1qForwardAllPorts r PortList
     2 dot1qForwardAllStaticPorts w PortList
     3 dot1qForwardAllForbiddenPorts w PortList
   5 dot1qForwardUnregisteredTable t
    1 dot1qForwardUnregisteredEntry e dot1qVlanIndex
     1 dot1qForwardUnregisteredPorts r PortList
     2 dot1qForwardUnregisteredStaticPorts w PortList
     3 dot1qForwardUnregisteredForbiddenPorts w PortList
  3 dot1qStatic
   1 dot1qStaticUnicastTable t
    1 dot1qStaticUnicastEntry e dot1qFdbId dot1qStaticUnicastAddress dot1qStaticUnicastReceivePort
     1 dot1qStaticUnicastAddress n MacAddress
     2 dot1qStaticUnicastReceivePort n Integer32(0..65535)
     3 dot1qStaticUnicastAllowedToGoTo w PortList
     4 dot1qStaticUnicastStatus w INTEGER{other invalid permanent deleteOnReset deleteOnTimeout}
   2 dot1qStaticMulticastTable t
    1 dot1qStaticMulticastEntry e dot1qVlanIndex dot1qStaticMulticastAddress dot1qStaticMulticastReceivePort
     1 dot1qStaticMulticastAddress n MacAddress
     2 dot1qStaticMulticastReceivePort n Integer32(0..65535)
     3 dot1qStaticMulticastStaticEgressPorts w PortList
     4 dot1qStaticMulticastForbiddenEgressPorts w PortList
     5 dot1qStaticMulticastStatus w INTEGER{other invalid permanent deleteOnReset deleteOnTimeout}
  4 dot1qVlan
   1 dot1qVlanNumDeletes r Counter32
   2 dot1qVlanCurrentTable t
    1 dot1qVlanCurrentEntry e dot1qVlanTimeMark dot1qVlanIndex
     1 dot1qVlanTimeMark n TimeFilter
     2 dot1qVlanIndex n VlanIndex
     3 dot1qVlanFdbId r Unsigned32
     4 dot1qVlanCurrentEgressPorts r PortList
     5 dot1qVlanCurrentUntaggedPorts r PortList
     6 dot1qVlanStatus r INTEGER{other permanent dynamicGvrp}
     7 dot1qVlanCreationTime r TimeTicks
   3 dot1qVlanStaticTable t
    1 dot1qVlanStaticEntry e dot1qVlanIndex
     1 dot1qVlanStaticName c SnmpAdminString(0..32)
     2 dot1qVlanStaticEgressPorts c PortList
     3 dot1qVlanForbiddenEgressPorts c PortList
     4 dot1qVlanStaticUntaggedPorts c PortList
     5 dot1qVlanStaticRowStatus c RowStatus
   4 dot1qNextFreeLocalVlanIndex r Integer32(0|4096..2147483647)
   5 dot1qPortVlanTable t
    1 dot1qPortVlanEntry e +dot1dBasePortEntry
     1 dot1qPvid w VlanIndex
     2 dot1qPortAcceptableFrameTypes w INTEGER{admitAll admitOnlyVlanTagged}
     3 dot1qPortIngressFiltering w TruthValue
     4 dot1qPortGvrpStatus w EnabledStatus
     5 dot1qPortGvrpFailedRegistrations r Counter32
     6 dot1qPortGvrpLastPduOrigin r MacAddress
     7 dot1qPortRestrictedVlanRegistration w TruthValue
   6 dot1qPortVlanStatisticsTable t
    1 dot1qPortVlanStatisticsEntry e dot1dBasePort dot1qVlanIndex
     1 dot1qTpVlanPortInFrames r Counter32
     2 dot1qTpVlanPortOutFrames r Counter32
     3 dot1qTpVlanPortInDiscards r Counter32
     4 dot1qTpVlanPortInOverflowFrames r Counter32
     5 dot1qTpVlanPortOutOverflowFrames r Counter32
     6 dot1qTpVlanPortInOverflowDiscards r Counter32
   7 dot1qPortVlanHCStatisticsTable t
    1 dot1qPortVlanHCStatisticsEntry e dot1dBasePort dot1qVlanIndex
     1 dot1qTpVlanPortHCInFrames r Counter64
     2 dot1qTpVlanPortHCOutFrames r Counter64
     3 dot1qTpVlanPortHCInDiscards r Counter64
   8 dot1qLearningConstraintsTable t
    1 dot1qLearningConstraintsEntry e dot1qConstraintVlan dot1qConstraintSet
     1 dot1qConstraintVlan n VlanIndex
     2 dot1qConstraintSet n Integer32(0..65535)
     3 dot1qConstraintType c INTEGER{independent shared}
     4 dot1qConstraintStatus c RowStatus
   9 dot1qConstraintSetDefault w Integer32(0..65535)
   10 dot1qConstraintTypeDefault w INTEGER{independent shared}
  5 dot1vProtocol
   1 dot1vProtocolGroupTable t
    1 dot1vProtocolGroupEntry e dot1vProtocolTemplateFrameType dot1vProtocolTemplateProtocolValue
     1 dot1vProtocolTemplateFrameType n INTEGER{ethernet rfc1042 snap8021H snapOther llcOther}
     2 dot1vProtocolTemplateProtocolValue n OCTETS(2|5)
     3 dot1vProtocolGroupId c Integer32(0..2147483647)
     4 dot1vProtocolGroupRowStatus c RowStatus
   2 dot1vProtocolPortTable t
    1 dot1vProtocolPortEntry e dot1dBasePort dot1vProtocolPortGroupId
     1 dot1vProtocolPortGroupId n Integer32(1..2147483647)
     2 dot1vProtocolPortGroupVid c Integer32(1..4094)
     3 dot1vProtocolPortRowStatus c RowStatus
`;
