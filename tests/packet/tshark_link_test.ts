/** The layers of links beside tshark, over all captures. */

import { captures, installed } from "./corpus.ts";
import { compare, comparison, type Difference } from "./tshark.ts";

const ignore = captures.length === 0 || !installed("tshark");

const hex = (value: number, digits: number) =>
  `0x${value.toString(16).padStart(digits, "0")}`;

/** A value that tshark does not show where it is absent. */
const shown = (value: number | string | undefined) => value ?? [];

/** Flags that lie in a number of so many bits, the first name the highest. */
function bits(names: readonly string[], set: readonly string[]): number {
  return names.reduce((sum, name) => sum * 2 + (set.includes(name) ? 1 : 0), 0);
}

const VERSION = "the version is not 0: we stop, tshark goes on";

const CUT =
  "the packet ends before its fields do: we leave the layer out and " +
  "say so, tshark shows what there is, or nothing";

const ORDER =
  "the pieces do not start with chassis and port: tshark stops, we " +
  "give those that are there";

const DIFFERENCES: readonly Difference[] = [
  ["arp-oobr.pcap", /: arp$/, CUT],
  ["stp-heapoverflow-2.pcap", /^14: stp$/, CUT],
  ["stp-heapoverflow-3.pcap", /^14: stp$/, CUT],
  ["stp-heapoverflow-4.pcap", /^14: stp\./, CUT],
  ["lldp_asan.pcap", /^1: lldp\.ieee\.802_3/, ORDER],
  ["hoobr_safeputs.pcap", /^1: lldp\.tlv\.system/, ORDER],
  [
    "vxlan_port_8472.pcap",
    /^[23]: arp$/,
    "VXLAN on Linux's port of before IANA's: tshark 4.0 does not look there",
  ],
  ["ieee802.11_meshhdr-oobr.pcap", /^1: (radiotap|wlan)$/, VERSION],
  ["radiotap-heapoverflow.pcap", /^1: (radiotap|wlan)$/, VERSION],
  [
    "ieee802.11_tim_ie_oobr.pcap",
    /^1: wlan\.rsn\.version$/,
    "the element is cut: we give its octets, tshark the fields before the cut",
  ],
  [
    "ppp_ip_udp_dns.pcap",
    /^1: ppp$/,
    "a protocol number that is odd in its first octet: to us compressed",
  ],
];

const arp = comparison({
  layer: "arp",
  protocol: "arp",
  asked: [
    ...["arp.hw.type", "arp.proto.type", "arp.hw.size", "arp.proto.size"],
    ...["arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4"],
    ...["arp.dst.hw_mac", "arp.dst.proto_ipv4"],
  ],
  fields: (layer) => ({
    "arp.hw.type": layer.hardwareType,
    "arp.proto.type": hex(layer.protocolType, 4),
    "arp.hw.size": layer.hardwareLength,
    "arp.proto.size": layer.protocolLength,
    "arp.opcode": layer.operation,
    // tshark takes six octets for a MAC address on some hardware only.
    ...[1, 6].includes(layer.hardwareType) && {
      "arp.src.hw_mac": shown(layer.senderMac),
      "arp.dst.hw_mac": shown(layer.targetMac),
    },
    "arp.src.proto_ipv4": layer.senderIp?.toString() ?? [],
    "arp.dst.proto_ipv4": layer.targetIp?.toString() ?? [],
  }),
});

const llc = comparison({
  layer: "llc",
  protocol: "llc",
  asked: ["llc.dsap", "llc.ssap", "llc.control", "llc.oui", "llc.type"],
  fields: ({ dsap, ssap, control, acknowledgement }, { snap }) => {
    const second = acknowledgement &&
      acknowledgement.receiveSequence << 9 |
        (acknowledgement?.pollFinal ?? 0) << 8;
    return {
      "llc.dsap": hex(dsap, 2),
      "llc.ssap": hex(ssap, 2),
      "llc.control": hex(control | (second ?? 0), 4),
      "llc.oui": shown(snap?.oui),
      ...snap?.oui === 0 && { "llc.type": hex(snap.pid, 4) },
    };
  },
});

const time = (value: number | undefined) =>
  value === undefined ? [] : `${Number((value / 256).toPrecision(6))}`;

const stp = comparison({
  layer: "stp",
  protocol: "stp",
  asked: [
    ...["stp.protocol", "stp.version", "stp.type", "stp.flags"],
    ...["stp.root.prio", "stp.root.ext", "stp.root.hw", "stp.root.cost"],
    ...["stp.bridge.prio", "stp.bridge.ext", "stp.bridge.hw", "stp.port"],
    ...["stp.msg_age", "stp.max_age", "stp.hello", "stp.forward"],
    ...["stp.version_1_length", "stp.pvst.origvlan", "mstp.config_name"],
    ...["mstp.config_format_selector", "mstp.config_revision_level"],
    ...["mstp.config_digest", "mstp.cist_internal_root_path_cost"],
    ...["mstp.cist_bridge.prio", "mstp.cist_bridge.ext"],
    ...["mstp.cist_bridge.hw", "mstp.cist_remaining_hops"],
    ...["mstp.msti.flags", "mstp.msti.root.hw", "mstp.msti.root_cost"],
    ...["mstp.msti.msti_id", "mstp.msti.priority"],
    ...["mstp.msti.bridge_priority", "mstp.msti.port_priority"],
    "mstp.msti.remaining_hops",
  ],
  fields(layer) {
    const { flags, root, bridge, mst } = layer;
    const port = (one: NonNullable<typeof flags>) =>
      one.agreement << 6 | one.forwarding << 5 | one.learning << 4 |
      one.portRole << 2 | one.proposal << 1 | one.topologyChange;
    const instances = mst?.instances ?? [];
    return {
      "stp.protocol": hex(layer.protocolId, 4),
      "stp.version": layer.version,
      "stp.type": hex(layer.type, 2),
      "stp.flags": flags === undefined
        ? []
        : hex(flags.topologyChangeAck << 7 | port(flags), 2),
      "stp.root.prio": shown(root && root.priority * 4096),
      "stp.root.ext": shown(root?.systemId),
      "stp.root.hw": shown(root?.mac),
      "stp.root.cost": shown(layer.rootPathCost),
      "stp.bridge.prio": shown(bridge && bridge.priority * 4096),
      "stp.bridge.ext": shown(bridge?.systemId),
      "stp.bridge.hw": shown(bridge?.mac),
      "stp.port": layer.portId === undefined ? [] : hex(layer.portId, 4),
      "stp.msg_age": time(layer.messageAge),
      "stp.max_age": time(layer.maxAge),
      "stp.hello": time(layer.helloTime),
      "stp.forward": time(layer.forwardDelay),
      "stp.version_1_length": shown(layer.version1Length),
      "stp.pvst.origvlan": shown(layer.originatingVlan),
      "mstp.config_format_selector": shown(mst?.formatSelector),
      "mstp.config_name": shown(mst?.name),
      "mstp.config_revision_level": shown(mst?.revision),
      "mstp.config_digest": shown(mst?.digest.toHex()),
      "mstp.cist_internal_root_path_cost": shown(mst?.internalRootPathCost),
      "mstp.cist_bridge.prio": shown(mst && mst.bridge.priority * 4096),
      "mstp.cist_bridge.ext": shown(mst?.bridge.systemId),
      "mstp.cist_bridge.hw": shown(mst?.bridge.mac),
      "mstp.cist_remaining_hops": shown(mst?.remainingHops),
      "mstp.msti.flags": instances.map((one) =>
        hex(one.master << 7 | port({ ...one, topologyChangeAck: 0 }), 2)
      ),
      "mstp.msti.priority": instances.map(({ regionalRoot }) =>
        hex(regionalRoot.priority, 2)
      ),
      "mstp.msti.msti_id": instances.map(({ regionalRoot }) =>
        regionalRoot.systemId
      ),
      "mstp.msti.root.hw": instances.map(({ regionalRoot }) =>
        regionalRoot.mac
      ),
      "mstp.msti.root_cost": instances.map((one) => one.internalRootPathCost),
      "mstp.msti.bridge_priority": instances.map((one) =>
        one.bridgePriority >> 4
      ),
      "mstp.msti.port_priority": instances.map((one) => one.portPriority >> 4),
      "mstp.msti.remaining_hops": instances.map((one) => one.remainingHops),
    };
  },
});

const lacp = comparison({
  layer: "lacp",
  protocol: "lacp",
  asked: [
    "lacp.version",
    ...["actor", "partner"].flatMap((who) =>
      ["sys_priority", "sysid", "key", "port_priority", "port", "state"].map(
        (name) => `lacp.${who}.${name}`,
      )
    ),
    "lacp.collector.max_delay",
  ],
  fields(layer) {
    const names = [
      ...["expired", "defaulted", "distributing", "collecting"],
      ...["synchronization", "aggregation", "shortTimeout", "active"],
    ];
    return {
      "lacp.version": hex(layer.version, 2),
      "lacp.actor.sys_priority": layer.actorSystemPriority,
      "lacp.actor.sysid": layer.actorSystem,
      "lacp.actor.key": layer.actorKey,
      "lacp.actor.port_priority": layer.actorPortPriority,
      "lacp.actor.port": layer.actorPort,
      "lacp.actor.state": hex(bits(names, layer.actorState), 2),
      "lacp.partner.sys_priority": layer.partnerSystemPriority,
      "lacp.partner.sysid": layer.partnerSystem,
      "lacp.partner.key": layer.partnerKey,
      "lacp.partner.port_priority": layer.partnerPortPriority,
      "lacp.partner.port": layer.partnerPort,
      "lacp.partner.state": hex(bits(names, layer.partnerState), 2),
      "lacp.collector.max_delay": layer.collectorMaxDelay,
    };
  },
});

const lldp = comparison({
  layer: "lldp",
  protocol: "lldp",
  asked: [
    ...["lldp.tlv.type", "lldp.chassis.subtype", "lldp.chassis.id.mac"],
    ...["lldp.port.subtype", "lldp.port.id", "lldp.port.id.mac"],
    ...["lldp.time_to_live", "lldp.tlv.system.name", "lldp.port.desc"],
    ...["lldp.tlv.system.desc", "lldp.tlv.system_cap"],
    ...["lldp.tlv.enable_system_cap", "lldp.mgn.addr.ip4"],
    ...["lldp.mgn.interface.subtype", "lldp.mgn.interface.number"],
    ...["lldp.ieee.802_1.port_vlan.id", "lldp.ieee.802_3.max_frame_size"],
    ...["lldp.dcbx.ieee.pfc.numtcs", "lldp.ieee.802_3.pmd_mau_type"],
  ],
  fields({ tlvs }) {
    const of = <K extends (typeof tlvs)[number]["kind"]>(kind: K) =>
      tlvs.filter((tlv): tlv is typeof tlv & { readonly kind: K } =>
        tlv.kind === kind
      );
    const mac = (id: unknown) =>
      typeof id === "string" && /^(..:){5}..$/.test(id) ? [id] : [];
    return {
      "lldp.chassis.subtype": of("chassisId").map(({ subtype }) => subtype),
      "lldp.chassis.id.mac": of("chassisId").flatMap(({ subtype, id }) =>
        subtype === 4 ? mac(id) : []
      ),
      "lldp.port.subtype": of("portId").map(({ subtype }) => subtype),
      "lldp.port.id.mac": of("portId").flatMap(({ subtype, id }) =>
        subtype === 3 ? mac(id) : []
      ),
      "lldp.port.id": of("portId").flatMap(({ subtype, id }) =>
        subtype !== 3 && typeof id === "string" ? [id] : []
      ),
      "lldp.time_to_live": of("ttl").map(({ seconds }) => seconds),
      "lldp.tlv.system.name": of("systemName").flatMap(({ text }) =>
        typeof text === "string" ? [text] : []
      ),
      "lldp.tlv.system.desc": of("systemDescription").map(({ text }) =>
        `${text}`
      ),
      "lldp.port.desc": of("portDescription").map(({ text }) => `${text}`),
      "lldp.mgn.interface.number": of("managementAddress").map((one) =>
        one.interfaceNumber
      ),
      "lldp.ieee.802_1.port_vlan.id": of("portVlan").map(({ id }) => id),
      "lldp.ieee.802_3.max_frame_size": of("maxFrameSize").map(({ octets }) =>
        Number(octets)
      ),
      "lldp.dcbx.ieee.pfc.numtcs": of("priorityFlowControl").map((one) =>
        one.capability
      ),
      "lldp.ieee.802_3.pmd_mau_type": of("macPhy").map(({ mauType }) =>
        hex(mauType, 4)
      ),
    };
  },
});

Deno.test({
  name: "ARP, LLC, bridges' and discovery protocols are read as by tshark",
  ignore,
  fn: () => compare([arp, llc, stp, lacp, lldp], DIFFERENCES),
});

const mpls = comparison({
  layer: "mpls",
  protocol: "mpls",
  asked: ["mpls.label", "mpls.exp", "mpls.bottom", "mpls.ttl"],
  fields(_, packet) {
    const all = packet.layers.filter((layer) => layer.name === "mpls");
    return {
      "mpls.label": all.map(({ label }) => label),
      "mpls.exp": all.map(({ trafficClass }) => trafficClass),
      "mpls.bottom": all.map(({ bottom }) => bottom),
      "mpls.ttl": all.map(({ ttl }) => ttl),
    };
  },
});

const pppoe = comparison({
  layer: "pppoe",
  protocol: "pppoes",
  asked: [
    ...["pppoe.version", "pppoe.type", "pppoe.code", "pppoe.session_id"],
    "pppoe.payload_length",
  ],
  fields: (layer) => ({
    "pppoe.version": layer.version,
    "pppoe.type": layer.type,
    "pppoe.code": hex(layer.code, 2),
    "pppoe.session_id": hex(layer.sessionId, 4),
    "pppoe.payload_length": layer.length,
  }),
});

const pppoeDiscovery = comparison({
  layer: "pppoeDiscovery",
  protocol: "pppoed",
  asked: [
    ...["pppoe.code", "pppoe.session_id", "pppoe.payload_length"],
    ...["pppoed.tags.service_name", "pppoed.tags.ac_name"],
    ...["pppoed.tags.host_uniq", "pppoed.tags.ac_cookie"],
  ],
  fields({ code, sessionId, length, tags }) {
    const texts = (kind: string) =>
      tags.flatMap((tag) =>
        tag.kind === kind && "text" in tag ? [`${tag.text}`] : []
      );
    const octets = (kind: string) =>
      tags.flatMap((tag) =>
        tag.kind === kind && "octets" in tag &&
          tag.octets instanceof Uint8Array
          ? [tag.octets.toHex()]
          : []
      );
    return {
      "pppoe.code": hex(code, 2),
      "pppoe.session_id": hex(sessionId, 4),
      "pppoe.payload_length": length,
      "pppoed.tags.service_name": texts("serviceName"),
      "pppoed.tags.ac_name": texts("accessConcentratorName"),
      "pppoed.tags.host_uniq": octets("hostUnique"),
      "pppoed.tags.ac_cookie": octets("accessConcentratorCookie"),
    };
  },
});

const ppp = comparison({
  layer: "ppp",
  protocol: "ppp",
  asked: ["ppp.address", "ppp.control", "ppp.protocol"],
  fields: (layer, { hdlc }) => ({
    "ppp.address": hdlc?.address === undefined ? [] : hex(hdlc.address, 2),
    "ppp.control": hdlc?.control === undefined ? [] : hex(hdlc.control, 2),
    "ppp.protocol": hex(layer.protocol, 4),
  }),
});

const lcp = comparison({
  layer: "lcp",
  protocol: "lcp",
  asked: [
    ...["ppp.code", "ppp.identifier", "ppp.length", "lcp.opt.mru"],
    ...["lcp.opt.auth_protocol", "lcp.opt.magic_number"],
  ],
  fields({ code, identifier, length, options = [] }) {
    return {
      "ppp.code": code,
      "ppp.identifier": identifier,
      "ppp.length": length,
      "lcp.opt.mru": options.flatMap((one) =>
        one.kind === "mru" ? [Number(one.octets)] : []
      ),
      "lcp.opt.auth_protocol": options.flatMap((one) =>
        one.kind === "authentication" ? [hex(one.protocol, 4)] : []
      ),
      "lcp.opt.magic_number": options.flatMap((one) =>
        one.kind === "magic" ? [hex(one.number, 8)] : []
      ),
    };
  },
});

const chdlc = comparison({
  layer: "chdlc",
  protocol: "chdlc",
  asked: ["chdlc.address", "chdlc.control", "chdlc.protocol"],
  fields: ({ address, control, protocol }) => ({
    "chdlc.address": hex(address, 2),
    "chdlc.control": hex(control, 2),
    "chdlc.protocol": hex(protocol, 4),
  }),
});

const slarp = comparison({
  layer: "slarp",
  protocol: "slarp",
  asked: [
    ...["slarp.ptype", "slarp.address", "slarp.netmask"],
    ...["slarp.mysequence", "slarp.yoursequence"],
  ],
  fields: (layer) => ({
    "slarp.ptype": layer.code,
    "slarp.address": layer.address?.toString() ?? [],
    "slarp.netmask": layer.mask?.toString() ?? [],
    "slarp.mysequence": shown(layer.mySequence),
    "slarp.yoursequence": shown(layer.yourSequence),
  }),
});

const sll = comparison({
  layer: "sll",
  protocol: "sll",
  asked: ["sll.pkttype", "sll.hatype", "sll.halen", "sll.etype", "sll.ltype"],
  fields: ({ packetType, hardwareType, addressLength, protocol }) => ({
    "sll.pkttype": packetType,
    "sll.hatype": hardwareType,
    "sll.halen": addressLength,
    // In GRE's cooked packets the type goes by another name.
    ...protocol >= 0x600 && hardwareType !== 778 &&
      { "sll.etype": hex(protocol, 4) },
  }),
});

const eapol = comparison({
  layer: "eapol",
  protocol: "eapol",
  asked: ["eapol.version", "eapol.type", "eapol.len"],
  fields: ({ version, type, length }) => ({
    "eapol.version": version,
    "eapol.type": type,
    "eapol.len": length,
  }),
});

const macsec = comparison({
  layer: "macsec",
  protocol: "macsec",
  asked: [
    ...["macsec.TCI", "macsec.AN", "macsec.SL", "macsec.PN"],
    ...["macsec.SCI.system_identifier", "macsec.SCI.port_identifier"],
  ],
  fields: (layer) => ({
    "macsec.TCI": hex(
      layer.version << 5 |
        bits(
          ["endStation", "sci", "singleCopyBroadcast", "encrypted", "changed"],
          layer.flags,
        ),
      2,
    ),
    "macsec.AN": hex(layer.association, 2),
    "macsec.SL": layer.shortLength,
    "macsec.PN": layer.packetNumber,
    "macsec.SCI.system_identifier": shown(layer.system),
    "macsec.SCI.port_identifier": shown(layer.port),
  }),
});

Deno.test({
  name:
    "MPLS, PPP, PPPoE, cooked captures, EAPOL and MACsec are read as by tshark",
  ignore,
  fn: () =>
    compare([
      ...[mpls, pppoe, pppoeDiscovery, ppp, lcp, chdlc, slarp],
      ...[sll, eapol, macsec],
    ], DIFFERENCES),
});

const radiotap = comparison({
  layer: "radiotap",
  protocol: "radiotap",
  asked: [
    ...["version", "length", "mactime", "flags", "channel.freq"],
    ...["channel.flags", "dbm_antsignal", "dbm_antnoise", "antenna"],
    ...["quality", "txpower", "rxflags", "mcs.known", "mcs.index"],
    ...["ampdu.reference", "vht.gid", "vht.paid", "timestamp.ts"],
  ].map((name) => `radiotap.${name}`),
  fields(layer) {
    const all = [layer, ...layer.antennas];
    const each = <T>(value: (one: (typeof all)[number]) => T | undefined) =>
      all.map(value).filter((one) => one !== undefined);
    const flags = [
      ...["shortGuardInterval", "badFcs", "dataPad", "fcs"],
      ...["fragmented", "wep", "shortPreamble", "contentionFree"],
    ];
    return {
      "radiotap.version": layer.version,
      "radiotap.length": layer.length,
      "radiotap.mactime": each(({ tsft }) => tsft?.toString()),
      "radiotap.flags": each(({ flags: set }) =>
        set && hex(bits(flags, set), 2)
      ),
      "radiotap.channel.freq": each(({ channel }) => channel?.frequency),
      "radiotap.channel.flags": each(({ channel }) =>
        channel && hex(channel.flags, 4)
      ),
      "radiotap.dbm_antsignal": each(({ dbmSignal }) => dbmSignal),
      "radiotap.dbm_antnoise": each(({ dbmNoise }) => dbmNoise),
      "radiotap.antenna": each(({ antenna }) => antenna),
      "radiotap.quality": each(({ lockQuality }) => lockQuality),
      "radiotap.txpower": each(({ dbmTxPower }) => dbmTxPower),
      "radiotap.rxflags": each(({ rxFlags }) =>
        rxFlags === undefined ? undefined : hex(rxFlags, 4)
      ),
      "radiotap.mcs.known": each(({ mcs }) => mcs && hex(mcs.known, 2)),
      "radiotap.mcs.index": each(({ mcs }) =>
        mcs && (mcs.known & 2) !== 0 ? mcs.index : undefined
      ),
      "radiotap.ampdu.reference": each(({ ampdu }) => ampdu?.reference),
      "radiotap.vht.gid": each(({ vht }) => vht?.groupId),
      "radiotap.vht.paid": each(({ vht }) => vht?.partialAid),
      "radiotap.timestamp.ts": each(({ timestamp }) =>
        timestamp?.time.toString()
      ),
    };
  },
});

const wlan = comparison({
  layer: "wlan",
  protocol: "wlan",
  asked: [
    ...["wlan.fc.version", "wlan.fc.type", "wlan.fc.subtype", "wlan.flags"],
    ...["wlan.duration", "wlan.ra", "wlan.ta", "wlan.frag", "wlan.seq"],
    ...["wlan.qos.tid", "wlan.fixed.timestamp", "wlan.fixed.beacon"],
    ...["wlan.fixed.capabilities", "wlan.fixed.listen_ival"],
    ...["wlan.fixed.reason_code", "wlan.fixed.status_code", "wlan.fixed.aid"],
    ...["wlan.fixed.auth.alg", "wlan.fixed.auth_seq", "wlan.ssid"],
    ...["wlan.ds.current_channel", "wlan.tim.dtim_count"],
    ...["wlan.tim.dtim_period", "wlan.ht.ampduparam", "wlan.rsn.version"],
    ...["wlan.vht.mcsset.rxhighestlonggirate", "wlan.fcs"],
  ],
  fields(layer) {
    const flags = [
      ...["order", "protected", "moreData", "powerManagement"],
      ...["retry", "moreFragments", "fromDs", "toDs"],
    ];
    const { elements = [] } = layer;
    return {
      "wlan.fc.version": layer.version,
      "wlan.fc.type": layer.type,
      "wlan.fc.subtype": layer.subtype,
      "wlan.flags": hex(bits(flags, layer.flags), 2),
      ...(layer.duration & 0x8000) === 0 && { "wlan.duration": layer.duration },
      "wlan.ra": layer.address1,
      "wlan.ta": shown(layer.address2),
      "wlan.frag": shown(layer.sequenceControl?.fragment),
      "wlan.seq": shown(layer.sequenceControl?.sequence),
      "wlan.qos.tid": shown(layer.qosControl?.tid),
      "wlan.fixed.timestamp": shown(layer.timestamp?.toString()),
      "wlan.fixed.reason_code": layer.reason === undefined
        ? []
        : hex(layer.reason, 4),
      "wlan.fixed.status_code": layer.status === undefined
        ? []
        : hex(layer.status, 4),
      "wlan.fixed.auth.alg": shown(layer.algorithm),
      "wlan.fixed.auth_seq": layer.transaction === undefined
        ? []
        : hex(layer.transaction, 4),
      "wlan.ssid": elements.flatMap((one) =>
        one.kind === "ssid"
          ? [
            one.text.length === 0
              ? "<MISSING>"
              : typeof one.text === "string"
              ? new TextEncoder().encode(one.text).toHex()
              : one.text.toHex(),
          ]
          : []
      ),
      "wlan.ds.current_channel": elements.flatMap((one) =>
        one.kind === "channel" ? [one.channel] : []
      ),
      "wlan.tim.dtim_count": elements.flatMap((one) =>
        one.kind === "trafficMap" ? [one.count] : []
      ),
      "wlan.fixed.beacon": shown(layer.beaconInterval),
      "wlan.fixed.aid": layer.associationId === undefined
        ? []
        : hex(layer.associationId & 0x3fff, 4),
      "wlan.fixed.listen_ival": layer.listenInterval === undefined
        ? []
        : hex(layer.listenInterval, 4),
      "wlan.fixed.capabilities": layer.capabilities === undefined ? [] : hex(
        bits([
          ...["immediateBlockAck", "delayedBlockAck", "dsssOfdm"],
          ...["radioMeasurement", "apsd", "shortSlotTime", "qos"],
          ...["spectrumManagement", "channelAgility", "pbcc"],
          ...["shortPreamble", "privacy", "pollRequest", "pollable"],
          ...["ibss", "ess"],
        ], layer.capabilities),
        4,
      ),
      "wlan.tim.dtim_period": elements.flatMap((one) =>
        one.kind === "trafficMap" ? [one.period] : []
      ),
      "wlan.ht.ampduparam": elements.flatMap((one) =>
        one.kind === "htCapabilities" ? [hex(one.ampdu, 2)] : []
      ),
      "wlan.vht.mcsset.rxhighestlonggirate": elements.flatMap((one) =>
        one.kind === "vhtCapabilities" ? [hex(one.rxRate & 0x1fff, 4)] : []
      ),
      "wlan.rsn.version": elements.flatMap((one) =>
        one.kind === "rsn" ? [one.version] : []
      ),
      // Of other frames the check sequence is left behind the payload.
      ...layer.type === 0 && layer.headerLength > 24 && {
        "wlan.fcs": layer.fcs === undefined ? [] : hex(layer.fcs, 8),
      },
    };
  },
});

Deno.test({
  name: "radiotap and 802.11 are read as by tshark",
  ignore,
  fn: () => compare([radiotap, wlan], DIFFERENCES),
});
