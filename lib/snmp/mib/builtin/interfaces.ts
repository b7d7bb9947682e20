/**
 * Interfaces: IF-MIB (RFC 2863), their types (IANA), EtherLike-MIB (RFC 3635).
 *
 * In the notation of `../notation.ts`.
 *
 * @module
 */

/** The facts. */
export const interfaces = `
@IANAifType-MIB
=IANAifType INTEGER{other regular1822 hdh1822 ddnX25 rfc877x25 ethernetCsmacd iso88023Csmacd iso88024TokenBus
|iso88025TokenRing iso88026Man starLan proteon10Mbit proteon80Mbit hyperchannel fddi lapb sdlc ds1 e1 basicISDN
|primaryISDN propPointToPointSerial ppp softwareLoopback eon ethernet3Mbit nsip slip ultra ds3 sip frameRelay
|rs232 para arcnet arcnetPlus atm miox25 sonet x25ple iso88022llc localTalk smdsDxi frameRelayService v35 hssi
|hippi modem aal5 sonetPath sonetVT smdsIcip propVirtual propMultiplexor ieee80212 fibreChannel hippiInterface
|frameRelayInterconnect aflane8023 aflane8025 cctEmul fastEther isdn v11 v36 g703at64k g703at2mb qllc
|fastEtherFX channel ieee80211 ibm370parChan escon dlsw isdns isdnu lapd ipSwitch rsrb atmLogical ds0 ds0Bundle
|bsc async cnr iso88025Dtr eplrs arap propCnls hostPad termPad frameRelayMPI x213 adsl radsl sdsl vdsl
|iso88025CRFPInt myrinet voiceEM voiceFXO voiceFXS voiceEncap voiceOverIp atmDxi atmFuni atmIma
|pppMultilinkBundle ipOverCdlc ipOverClaw stackToStack virtualIpAddress mpc ipOverAtm iso88025Fiber tdlc
|gigabitEthernet hdlc lapf v37 x25mlp x25huntGroup trasnpHdlc interleave fast ip docsCableMaclayer
|docsCableDownstream docsCableUpstream a12MppSwitch tunnel coffee ces atmSubInterface l2vlan l3ipvlan l3ipxvlan
|digitalPowerline mediaMailOverIp dtm dcn ipForward msdsl ieee1394 if-gsn dvbRccMacLayer dvbRccDownstream
|dvbRccUpstream atmVirtual mplsTunnel srp voiceOverAtm voiceOverFrameRelay idsl compositeLink ss7SigLink
|propWirelessP2P frForward rfc1483 usb ieee8023adLag bgppolicyaccounting frf16MfrBundle h323Gatekeeper
|h323Proxy mpls mfSigLink hdsl2 shdsl ds1FDL pos dvbAsiIn dvbAsiOut plc nfas tr008 gr303RDT gr303IDT isup
|propDocsWirelessMaclayer propDocsWirelessDownstream propDocsWirelessUpstream hiperlan2 propBWAp2Mp
|sonetOverheadChannel digitalWrapperOverheadChannel aal2 radioMAC atmRadio imt mvl reachDSL frDlciEndPt
|atmVciEndPt opticalChannel opticalTransport propAtm voiceOverCable infiniband teLink q2931 virtualTg sipTg
|sipSig docsCableUpstreamChannel econet pon155 pon622 bridge linegroup voiceEMFGD voiceFGDEANA voiceDID
|mpegTransport sixToFour gtp pdnEtherLoop1 pdnEtherLoop2 opticalChannelGroup homepna gfp ciscoISLvlan
|actelisMetaLOOP fcipLink rpr qam lmp cblVectaStar docsCableMCmtsDownstream adsl2 macSecControlledIF
|macSecUncontrolledIF aviciOpticalEther atmbond voiceFGDOS mocaVersion1 ieee80216WMAN adsl2plus dvbRcsMacLayer
|dvbTdm dvbRcsTdma x86Laps wwanPP wwanPP2 otnOdu=260 otnOtu ifVfiType g9981 g9982 g9983 aluEpon aluEponOnu
|aluEponPhysicalUni aluEponLogicalLink aluGponOnu aluGponPhysicalUni vmwareNicTeam docsOfdmDownstream=277
|docsOfdmaUpstream gfast sdci xboxWireless fastdsl docsCableScte55d1FwdOob docsCableScte55d1RetOob
|docsCableScte55d2DsOob docsCableScte55d2UsOob docsCableNdf docsCableNdr ptm ghn}
=IANAtunnelType INTEGER{other direct gre minimal l2tp pptp l2f udp atmp msdp sixToFour sixOverFour isatap
|teredo}
mib-2.30 ianaifType m
@IF-MIB
=InterfaceIndex Integer32(1..2147483647) "d"
=InterfaceIndexOrZero Integer32(0..2147483647) "d"
=OwnerString OCTETS(0..255) "255a"
mib-2.2 interfaces
 1 ifNumber r Integer32
 2 ifTable t
  1 ifEntry e ifIndex
   1 ifIndex r InterfaceIndex
   2 ifDescr r DisplayString(0..255)
   3 ifType r IANAifType
   4 ifMtu r Integer32
   5 ifSpeed r Gauge32
   6 ifPhysAddress r PhysAddress
   7 ifAdminStatus w INTEGER{up down testing}
   8 ifOperStatus r INTEGER{up down testing unknown dormant notPresent lowerLayerDown}
   9 ifLastChange r TimeTicks
   10 ifInOctets r Counter32
   11 ifInUcastPkts r Counter32
   12 ifInNUcastPkts r Counter32
   13 ifInDiscards r Counter32
   14 ifInErrors r Counter32
   15 ifInUnknownProtos r Counter32
   16 ifOutOctets r Counter32
   17 ifOutUcastPkts r Counter32
   18 ifOutNUcastPkts r Counter32
   19 ifOutDiscards r Counter32
   20 ifOutErrors r Counter32
   21 ifOutQLen r Gauge32
   22 ifSpecific r OID
mib-2.31 ifMIB m
 1 ifMIBObjects
  1 ifXTable t
   1 ifXEntry e +ifEntry
    1 ifName r DisplayString
    2 ifInMulticastPkts r Counter32
    3 ifInBroadcastPkts r Counter32
    4 ifOutMulticastPkts r Counter32
    5 ifOutBroadcastPkts r Counter32
    6 ifHCInOctets r Counter64
    7 ifHCInUcastPkts r Counter64
    8 ifHCInMulticastPkts r Counter64
    9 ifHCInBroadcastPkts r Counter64
    10 ifHCOutOctets r Counter64
    11 ifHCOutUcastPkts r Counter64
    12 ifHCOutMulticastPkts r Counter64
    13 ifHCOutBroadcastPkts r Counter64
    14 ifLinkUpDownTrapEnable w INTEGER{enabled disabled}
    15 ifHighSpeed r Gauge32
    16 ifPromiscuousMode w TruthValue
    17 ifConnectorPresent r TruthValue
    18 ifAlias w DisplayString(0..64)
    19 ifCounterDiscontinuityTime r TimeStamp
  2 ifStackTable t
   1 ifStackEntry e ifStackHigherLayer ifStackLowerLayer
    1 ifStackHigherLayer n InterfaceIndexOrZero
    2 ifStackLowerLayer n InterfaceIndexOrZero
    3 ifStackStatus c RowStatus
  3 ifTestTable t
   1 ifTestEntry e +ifEntry
    1 ifTestId w TestAndIncr
    2 ifTestStatus w INTEGER{notInUse inUse}
    3 ifTestType w AutonomousType
    4 ifTestResult r INTEGER{none success inProgress notSupported unAbleToRun aborted failed}
    5 ifTestCode r OID
    6 ifTestOwner w OwnerString
  4 ifRcvAddressTable t
   1 ifRcvAddressEntry e ifIndex ifRcvAddressAddress
    1 ifRcvAddressAddress n PhysAddress
    2 ifRcvAddressStatus c RowStatus
    3 ifRcvAddressType c INTEGER{other volatile nonVolatile}
  5 ifTableLastChange r TimeTicks
  6 ifStackLastChange r TimeTicks
snmpTraps.3 linkDown N ifIndex ifAdminStatus ifOperStatus
snmpTraps.4 linkUp N ifIndex ifAdminStatus ifOperStatus
@EtherLike-MIB
transmission.7 dot3
 2 dot3StatsTable t
  1 dot3StatsEntry e dot3StatsIndex
   1 dot3StatsIndex r InterfaceIndex
   2 dot3StatsAlignmentErrors r Counter32
   3 dot3StatsFCSErrors r Counter32
   4 dot3StatsSingleCollisionFrames r Counter32
   5 dot3StatsMultipleCollisionFrames r Counter32
   6 dot3StatsSQETestErrors r Counter32
   7 dot3StatsDeferredTransmissions r Counter32
   8 dot3StatsLateCollisions r Counter32
   9 dot3StatsExcessiveCollisions r Counter32
   10 dot3StatsInternalMacTransmitErrors r Counter32
   11 dot3StatsCarrierSenseErrors r Counter32
   13 dot3StatsFrameTooLongs r Counter32
   16 dot3StatsInternalMacReceiveErrors r Counter32
   17 dot3StatsEtherChipSet r OID
   18 dot3StatsSymbolErrors r Counter32
   19 dot3StatsDuplexStatus r INTEGER{unknown halfDuplex fullDuplex}
   20 dot3StatsRateControlAbility r TruthValue
   21 dot3StatsRateControlStatus r INTEGER{rateControlOff rateControlOn unknown}
 5 dot3CollTable t
  1 dot3CollEntry e ifIndex dot3CollCount
   2 dot3CollCount n Integer32(1..16)
   3 dot3CollFrequencies r Counter32
 6 dot3Tests
  1 dot3TestTdr i
  2 dot3TestLoopBack i
 7 dot3Errors
  1 dot3ErrorInitError i
  2 dot3ErrorLoopbackError i
 9 dot3ControlTable t
  1 dot3ControlEntry e dot3StatsIndex
   1 dot3ControlFunctionsSupported r BITS{pause}
   2 dot3ControlInUnknownOpcodes r Counter32
   3 dot3HCControlInUnknownOpcodes r Counter64
 10 dot3PauseTable t
  1 dot3PauseEntry e dot3StatsIndex
   1 dot3PauseAdminMode w INTEGER{disabled enabledXmit enabledRcv enabledXmitAndRcv}
   2 dot3PauseOperMode r INTEGER{disabled enabledXmit enabledRcv enabledXmitAndRcv}
   3 dot3InPauseFrames r Counter32
   4 dot3OutPauseFrames r Counter32
   5 dot3HCInPauseFrames r Counter64
   6 dot3HCOutPauseFrames r Counter64
 11 dot3HCStatsTable t
  1 dot3HCStatsEntry e dot3StatsIndex
   1 dot3HCStatsAlignmentErrors r Counter64
   2 dot3HCStatsFCSErrors r Counter64
   3 dot3HCStatsInternalMacTransmitErrors r Counter64
   4 dot3HCStatsFrameTooLongs r Counter64
   5 dot3HCStatsInternalMacReceiveErrors r Counter64
   6 dot3HCStatsSymbolErrors r Counter64
mib-2.35 etherMIB m
 1 etherMIBObjects
`;
