/**
 * DNS and its relatives, DHCP, NTP, SNMP, RADIUS, TFTP and syslog beside tshark:
 * over all captures, and over messages made up here, as the captures have few.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { build, type Layers, type Packet } from "../../lib/packet/mod.ts";
import { tailTable } from "../../lib/packet/codec.ts";
import type { Layer, LayerSpec } from "../../lib/packet/layer.ts";
import * as layers from "../../lib/packet/layers/all.ts";
import { randomValue } from "../../lib/packet/value.ts";
import { captures, installed, pcap, run, say } from "./corpus.ts";
import { compare, comparison, type Difference } from "./tshark.ts";
import { RECORD_FIELDS, recordFields } from "./tshark_records.ts";

const ignore = captures.length === 0 || !installed("tshark");

const hex = (value: number, digits: number): string =>
  `0x${value.toString(16).padStart(digits, "0")}`;

/** tshark's word for the root, and its way with octets that are no letters. */
const name = (text: string): string => text === "." ? "<Root>" : text;

const plain = (value: unknown): string =>
  value instanceof Uint8Array ? value.toHex() : String(value);

type Dns = Layers["dns"] | Layers["mdns"];

const DNS_FLAGS = ["CD", "AD", "Z", "RA", "RD", "TC", "AA"] as const;

function dnsFields(message: Dns) {
  const { id, qr, opcode, flags, rcode, questions } = message;
  const records = [
    ...message.answers,
    ...message.authorities,
    ...message.additionals,
  ];
  const isUpdate = opcode === 5;
  const set = flags.reduce(
    (sum, flag) => sum | 1 << 4 + DNS_FLAGS.indexOf(flag),
    0,
  );
  return {
    "dns.id": hex(id, 4),
    "dns.flags": hex(qr << 15 | opcode << 11 | set | rcode, 4),
    ...!isUpdate && {
      "dns.count.queries": message.questionCount,
      "dns.count.answers": message.answerCount,
      "dns.count.auth_rr": message.authorityCount,
    },
    "dns.count.add_rr": message.additionalCount,
    "dns.qry.name": questions.map((one) => name(one.name)),
    ...recordFields(records),
  };
}

const DNS_ASKED = [
  ..."dns.id dns.flags dns.count.queries dns.count.answers dns.count.auth_rr \
dns.count.add_rr dns.qry.name".split(" "),
  ...RECORD_FIELDS,
];

const dns = comparison({
  layer: "dns",
  protocol: "dns",
  asked: DNS_ASKED,
  fields: dnsFields,
});

const mdns = comparison({
  layer: "mdns",
  protocol: "mdns",
  asked: [...DNS_ASKED, "dns.qry.qu", "dns.resp.cache_flush"],
  fields(message) {
    const records = [
      ...message.answers,
      ...message.authorities,
      ...message.additionals,
    ];
    return {
      ...dnsFields(message),
      "dns.qry.qu": message.questions.map((one) => one.unicastResponse ?? 0),
      // tshark has the bit in OPT records, too, where it counts as size.
      "dns.resp.cache_flush": records.map((one) =>
        one.type === "OPT" ? one.udpPayloadSize >> 15 : one.cacheFlush ?? 0
      ),
      "dns.rr.udp_payload_size": records.flatMap((one) =>
        one.type === "OPT" ? hex(one.udpPayloadSize & 0x7fff, 4) : []
      ),
    };
  },
});

type DhcpOption = NonNullable<Layers["dhcp"]["options"]>[number];

/** All options of a kind. */
function option<K extends DhcpOption["kind"], V>(
  { options = [] }: Layers["dhcp"],
  kind: K,
  give: (option: Extract<DhcpOption, { readonly kind: K }>) => V | readonly V[],
): V[] {
  return options
    .filter((one): one is Extract<DhcpOption, { readonly kind: K }> =>
      one.kind === kind
    )
    .flatMap(give);
}

const dhcp = comparison({
  layer: "dhcp",
  protocol: "dhcp",
  asked:
    "dhcp.type dhcp.hw.len dhcp.hops dhcp.id dhcp.secs dhcp.flags dhcp.ip.client \
dhcp.ip.your dhcp.ip.server dhcp.ip.relay dhcp.option.dhcp \
dhcp.option.request_list_item dhcp.option.ip_address_lease_time \
dhcp.option.router dhcp.option.domain_name_server dhcp.option.hostname \
dhcp.option.subnet_mask dhcp.option.domain_name \
dhcp.option.requested_ip_address dhcp.option.dhcp_server_id \
dhcp.option.renewal_time_value dhcp.option.rebinding_time_value \
dhcp.option.dhcp_max_message_size dhcp.option.vendor_class_id \
dhcp.option.tftp_server_address dhcp.option.static_route.ip \
dhcp.option.static_route.router dhcp.option.mudurl \
dhcp.option.agent_information_option.agent_circuit_id \
dhcp.option.agent_information_option.agent_remote_id".split(" "),
  fields(message) {
    const { op, hops, seconds, broadcast, reserved } = message;
    const relay = option(
      message,
      "relayAgentInformation",
      ({ suboptions }) => suboptions,
    );
    const id = (kind: "circuitId" | "remoteId") =>
      relay.flatMap((one) =>
        one.kind !== kind
          ? []
          : typeof one.id === "string"
          ? new TextEncoder().encode(one.id).toHex()
          : one.id.toHex()
      );
    const routes = option(message, "staticRoutes", ({ routes }) => routes);
    return {
      "dhcp.type": op,
      "dhcp.hw.len": message.hardwareLength,
      "dhcp.hops": hops,
      "dhcp.id": hex(message.transactionId, 8),
      // What looks as if its octets were swapped tshark swaps.
      ...(seconds & 255) !== 0 && { "dhcp.secs": seconds },
      "dhcp.flags": hex(broadcast << 15 | reserved, 4),
      "dhcp.ip.client": `${message.clientAddress}`,
      "dhcp.ip.your": `${message.yourAddress}`,
      "dhcp.ip.server": `${message.nextServerAddress}`,
      "dhcp.ip.relay": `${message.relayAddress}`,
      "dhcp.option.dhcp": option(message, "messageType", (o) => o.type),
      "dhcp.option.request_list_item": option(
        message,
        "parameterRequestList",
        (o) => o.options.map(String),
      ),
      "dhcp.option.ip_address_lease_time": option(
        message,
        "leaseTime",
        (o) => o.seconds,
      ),
      "dhcp.option.router": option(
        message,
        "routers",
        (o) => o.addresses.map(String),
      ),
      "dhcp.option.domain_name_server": option(
        message,
        "dnsServers",
        (o) => o.addresses.map(String),
      ),
      "dhcp.option.hostname": option(message, "hostName", (o) => plain(o.name)),
      "dhcp.option.subnet_mask": option(
        message,
        "subnetMask",
        (o) => `${o.mask}`,
      ),
      "dhcp.option.domain_name": option(
        message,
        "domainName",
        (o) => plain(o.name).replace(/\0$/, ""),
      ),
      "dhcp.option.requested_ip_address": option(
        message,
        "requestedAddress",
        (o) => `${o.address}`,
      ),
      "dhcp.option.dhcp_server_id": option(
        message,
        "serverIdentifier",
        (o) => `${o.address}`,
      ),
      "dhcp.option.renewal_time_value": option(
        message,
        "renewalTime",
        (o) => o.seconds,
      ),
      "dhcp.option.rebinding_time_value": option(
        message,
        "rebindingTime",
        (o) => o.seconds,
      ),
      "dhcp.option.dhcp_max_message_size": option(
        message,
        "maximumMessageSize",
        (o) => o.octets,
      ),
      "dhcp.option.vendor_class_id": option(
        message,
        "vendorClass",
        (o) => plain(o.text),
      ),
      "dhcp.option.tftp_server_address": option(
        message,
        "tftpServers",
        (o) => o.addresses.map(String),
      ),
      "dhcp.option.static_route.ip": routes.map((r) => `${r.destination}`),
      "dhcp.option.static_route.router": routes.map((r) => `${r.router}`),
      "dhcp.option.mudurl": option(message, "mudUrl", (o) => plain(o.url)),
      "dhcp.option.agent_information_option.agent_circuit_id": id("circuitId"),
      "dhcp.option.agent_information_option.agent_remote_id": id("remoteId"),
    };
  },
});

/** A name with the dot at the end that tshark writes in DHCPv6. */
const whole = (name: string): string => name === "." ? "" : `${name}.`;

type Dhcpv6Option = Layers["dhcpv6"]["options"][number];

/** All options, those inside others right after them, as tshark has them. */
function flat(options: readonly Dhcpv6Option[]): readonly Dhcpv6Option[] {
  return options.flatMap((option) => [
    option,
    ..."message" in option && option.kind === "relayMessage"
      ? flat(option.message.options)
      : option.kind !== "vendorOptions" && option.kind !== "optionRequest" &&
          option.kind !== "echoRequest" && "options" in option
      ? flat(option.options)
      : [],
  ]);
}

const dhcpv6 = comparison({
  layer: "dhcpv6",
  protocol: "dhcpv6",
  asked: "dhcpv6.msgtype dhcpv6.xid dhcpv6.hopcount dhcpv6.linkaddr \
dhcpv6.peeraddr dhcpv6.iaid.t1 dhcpv6.iaid.t2 dhcpv6.iaaddr.ip \
dhcpv6.iaaddr.pref_lifetime dhcpv6.iaaddr.valid_lifetime \
dhcpv6.iaprefix.pref_addr dhcpv6.iaprefix.pref_len \
dhcpv6.iaprefix.valid_lifetime dhcpv6.requested_option_code \
dhcpv6.dns_server dhcpv6.search_list_entry dhcpv6.aftr_name dhcpv6.duid.type \
dhcpv6.option_preference dhcpv6.status_code dhcpv6.vendoropts.enterprise"
    .split(" "),
  fields(message) {
    const all = flat(message.options);
    const inner = all.flatMap((one) =>
      one.kind === "relayMessage" ? [one.message] : []
    );
    const messages = [message, ...inner];
    const of = <K extends Dhcpv6Option["kind"]>(...kinds: readonly K[]) =>
      all.filter((one): one is Extract<Dhcpv6Option, { readonly kind: K }> =>
        (kinds as readonly unknown[]).includes(one.kind)
      );
    return {
      "dhcpv6.msgtype": messages.map(({ type }) => type),
      "dhcpv6.xid": messages.flatMap(({ transactionId }) =>
        transactionId === undefined ? [] : hex(transactionId, 6)
      ),
      "dhcpv6.hopcount": messages.flatMap(({ hopCount }) => hopCount ?? []),
      "dhcpv6.linkaddr": messages.flatMap((m) =>
        m.linkAddress === undefined ? [] : `${m.linkAddress}`
      ),
      "dhcpv6.peeraddr": messages.flatMap((m) =>
        m.peerAddress === undefined ? [] : `${m.peerAddress}`
      ),
      "dhcpv6.iaid.t1": of("iaNa", "iaPd").map(({ t1 }) => t1),
      "dhcpv6.iaid.t2": of("iaNa", "iaPd").map(({ t2 }) => t2),
      "dhcpv6.iaaddr.ip": of("iaAddress").map(({ address }) => `${address}`),
      "dhcpv6.iaaddr.pref_lifetime": of("iaAddress").map((o) =>
        o.preferredLifetime
      ),
      "dhcpv6.iaaddr.valid_lifetime": of("iaAddress").map((o) =>
        o.validLifetime
      ),
      "dhcpv6.iaprefix.pref_addr": of("iaPrefix").map((o) => `${o.prefix}`),
      "dhcpv6.iaprefix.pref_len": of("iaPrefix").map((o) => o.prefixLength),
      "dhcpv6.iaprefix.valid_lifetime": of("iaPrefix").map((o) =>
        o.validLifetime
      ),
      "dhcpv6.requested_option_code": of("optionRequest", "echoRequest")
        .flatMap((o) => o.options),
      "dhcpv6.dns_server": of("dnsServers").flatMap((o) =>
        o.addresses.map(String)
      ),
      // With the root tshark ends the list, and with names of one label.
      ...of("domainSearch").every(({ names }) =>
        names.every((name) => /[^.]\./.test(name))
      ) && {
        "dhcpv6.search_list_entry": of("domainSearch").flatMap((o) =>
          o.names.map(whole)
        ),
      },
      "dhcpv6.aftr_name": of("aftrName").map((o) => whole(o.name)),
      "dhcpv6.duid.type": of("clientId", "serverId", "relayId").map((o) =>
        o.duid.type
      ),
      "dhcpv6.option_preference": of("preference").map((o) => o.value),
      "dhcpv6.status_code": of("statusCode").map((o) => o.code),
      "dhcpv6.vendoropts.enterprise": of("vendorOptions").map((o) =>
        o.enterprise
      ),
    };
  },
});

/** A time as tshark writes those of NTP, which cuts nanoseconds. */
function time(timestamp: bigint | undefined): string {
  if (timestamp === undefined) return "";
  if (timestamp === 0n) return "NULL";
  const second = timestamp >> 32n << 32n;
  const instant = layers.ntpTime(second === 0n ? 1n : second)!;
  const fraction = (timestamp & 0xffffffffn) * 1_000_000_000n >> 32n;
  const [date = "", clock = ""] = instant.toString().slice(0, 19).split("T");
  const [year, month, day] = date.split("-").map(Number);
  const names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const padded = String(day).padStart(2, " ");
  const digits = String(fraction).padStart(9, "0");
  return `${names[month! - 1]} ${padded}, ${year} ${clock}.${digits} UTC`;
}

const ntp = comparison({
  layer: "ntp",
  protocol: "ntp",
  asked: "ntp.flags ntp.stratum ntp.ppoll ntp.precision ntp.rootdelay \
ntp.rootdispersion ntp.refid ntp.reftime ntp.org ntp.rec ntp.xmt ntp.keyid \
ntp.mac ntp.ctrl.flags2.opcode ntp.ctrl.sequence ntp.ctrl.associd \
ntp.ctrl.offset ntp.ctrl.count".split(" "),
  fields(message) {
    const { leap, version, mode, stratum, poll, precision, mac } = message;
    const { referenceId, control } = message;
    const flags = { "ntp.flags": hex(leap << 6 | version << 3 | mode, 2) };
    if (control !== undefined) {
      return {
        ...flags,
        "ntp.ctrl.flags2.opcode": control.opcode,
        "ntp.ctrl.sequence": control.sequence,
        "ntp.ctrl.associd": control.associationId,
        "ntp.ctrl.offset": control.offset,
        "ntp.ctrl.count": control.count,
      };
    }
    if (mode === 7) return flags;
    const id = typeof referenceId === "string"
      ? new TextEncoder().encode(referenceId)
      : referenceId instanceof Uint8Array
      ? referenceId
      : referenceId!.toBytes();
    return {
      ...flags,
      "ntp.stratum": stratum!,
      "ntp.ppoll": poll! & 255,
      "ntp.precision": precision! & 255,
      "ntp.rootdelay": message.rootDelay! * 65_536,
      "ntp.rootdispersion": message.rootDispersion! * 65_536,
      "ntp.refid": id.toHex().padEnd(8, "0"),
      "ntp.reftime": time(message.referenceTimestamp),
      "ntp.org": time(message.originTimestamp),
      "ntp.rec": time(message.receiveTimestamp),
      "ntp.xmt": time(message.transmitTimestamp),
      "ntp.keyid": mac === undefined
        ? ""
        : mac.keyId.toString(16).padStart(8, "0"),
      "ntp.mac": mac === undefined ? "" : mac.digest.toHex(),
    };
  },
});

const snmp = comparison({
  layer: "snmp",
  protocol: "snmp",
  asked: "snmp.version snmp.msgVersion snmp.community snmp.request_id \
snmp.error_status snmp.error_index snmp.name snmp.value.int snmp.value.octets \
snmp.value.oid snmp.value.ipv4 snmp.value.u32 snmp.value.g32 \
snmp.value.counter snmp.value.timeticks snmp.msgID snmp.msgMaxSize \
snmp.msgSecurityModel snmp.msgUserName snmp.msgAuthoritativeEngineBoots \
snmp.msgAuthoritativeEngineTime snmp.contextName snmp.enterprise \
snmp.agent_addr snmp.generic_trap snmp.specific_trap".split(" "),
  fields(message) {
    const { version, community, pdu, securityParameters } = message;
    if (version === undefined) return {};
    const of = (type: string) =>
      (pdu?.bindings ?? []).flatMap((one) =>
        one.type === type
          ? typeof one.value === "string" && type === "octetString"
            ? new TextEncoder().encode(one.value).toHex()
            : plain(one.value)
          : []
      );
    const user = securityParameters !== undefined &&
        !(securityParameters instanceof Uint8Array)
      ? securityParameters
      : undefined;
    return {
      ...version === 3
        ? {
          "snmp.msgVersion": version,
          "snmp.msgID": message.messageId!,
          "snmp.msgMaxSize": message.maximumSize!,
          "snmp.msgSecurityModel": message.securityModel!,
          "snmp.msgUserName": plain(user?.userName ?? ""),
          "snmp.msgAuthoritativeEngineBoots": user?.engineBoots ?? "",
          "snmp.msgAuthoritativeEngineTime": user?.engineTime ?? "",
          "snmp.contextName": plain(message.contextName ?? ""),
        }
        : { "snmp.version": version, "snmp.community": plain(community) },
      ...pdu !== undefined && pdu.type !== "trapV1" && {
        "snmp.request_id": pdu.requestId,
      },
      ...pdu !== undefined && "errorStatus" in pdu && {
        "snmp.error_status": pdu.errorStatus,
        "snmp.error_index": pdu.errorIndex,
      },
      ...pdu?.type === "trapV1" && {
        "snmp.enterprise": pdu.enterprise,
        "snmp.agent_addr": `${pdu.agentAddress}`,
        "snmp.generic_trap": pdu.genericTrap,
        "snmp.specific_trap": pdu.specificTrap,
      },
      "snmp.name": (pdu?.bindings ?? []).map(({ name }) => name),
      "snmp.value.int": of("integer"),
      "snmp.value.octets": of("octetString").map((text) => text || "<MISSING>"),
      "snmp.value.oid": of("objectId"),
      "snmp.value.ipv4": of("ipAddress"),
    };
  },
});

const RADIUS_FIELDS = {
  userName: ["User_Name", "value"],
  nasIpAddress: ["NAS_IP_Address", "address"],
  nasPort: ["NAS_Port", "value"],
  serviceType: ["Service_Type", "value"],
  framedMtu: ["Framed_MTU", "value"],
  framedIpAddress: ["Framed-IP-Address", "address"],
  replyMessage: ["Reply_Message", "value"],
  calledStationId: ["Called_Station_Id", "value"],
  callingStationId: ["Calling_Station_Id", "value"],
  nasPortType: ["NAS_Port_Type", "value"],
  nasIdentifier: ["NAS_Identifier", "value"],
  acctStatusType: ["Acct_Status_Type", "value"],
  acctSessionId: ["Acct_Session_Id", "value"],
  acctSessionTime: ["Acct_Session_Time", "value"],
  acctInputOctets: ["Acct_Input_Octets", "value"],
  acctTerminateCause: ["Acct_Terminate_Cause", "value"],
  ingressFilters: ["Ingress_Filters", "value"],
  nasIpv6Address: ["NAS_IPv6_Address", "address"],
} as const;

const radius = comparison({
  layer: "radius",
  protocol: "radius",
  asked: [
    ..."radius.code radius.id radius.length radius.authenticator".split(" "),
    ...Object.values(RADIUS_FIELDS).map(([name]) => `radius.${name}`),
  ],
  fields({ code, identifier, length, authenticator, attributes }) {
    const named = Object.entries(RADIUS_FIELDS).map(([kind, [name, field]]) => [
      `radius.${name}`,
      attributes.filter((one) => one.kind === kind).map((one) =>
        plain((one as Readonly<Record<string, unknown>>)[field])
      ),
    ]);
    return {
      "radius.code": code,
      "radius.id": identifier,
      "radius.length": length,
      "radius.authenticator": authenticator.toHex(),
      ...Object.fromEntries(named),
    };
  },
});

const tftp = comparison({
  layer: "tftp",
  protocol: "tftp",
  asked: "tftp.opcode tftp.source_file tftp.destination_file tftp.type \
tftp.block tftp.error.code tftp.error.message tftp.option.name \
tftp.option.value".split(" "),
  fields(message) {
    const { opcode, fileName, mode, block, errorCode, options } = message;
    return {
      "tftp.opcode": opcode,
      [opcode === 1 ? "tftp.source_file" : "tftp.destination_file"]: plain(
        fileName ?? "",
      ),
      "tftp.type": plain(mode ?? ""),
      "tftp.block": block ?? "",
      "tftp.error.code": errorCode ?? "",
      "tftp.error.message": plain(message.errorMessage ?? ""),
      "tftp.option.name": (options ?? []).map(({ name }) => plain(name)),
      "tftp.option.value": (options ?? []).map(({ value }) => plain(value)),
    };
  },
});

const syslog = comparison({
  layer: "syslog",
  protocol: "syslog",
  asked: "syslog.facility syslog.level syslog.version syslog.hostname \
syslog.appname syslog.procid syslog.msgid".split(" "),
  fields(message) {
    const { facility, severity, version } = message;
    return {
      "syslog.facility": facility ?? "",
      "syslog.level": severity ?? "",
      ...version !== undefined && {
        "syslog.version": version,
        "syslog.hostname": message.hostName ?? "-",
        "syslog.appname": message.appName ?? "-",
        "syslog.procid": message.processId ?? "-",
        // tshark 4.0 takes structured data for a part of it.
        ...message.structuredData?.length === 0 && {
          "syslog.msgid": message.messageId ?? "-",
        },
      },
    };
  },
});

const COMPARISONS = [
  ...[dns, mdns, dhcp, dhcpv6, ntp, snmp, radius, tftp, syslog],
];

const CUT =
  "shorter than the fixed fields, or than its own length says: we leave the " +
  "layer out and say so, tshark shows the fields that are left";
const NAME = "names that cannot be: we stop there and say so, tshark goes on";
const REQUEST = "tshark follows a transfer to its other ports (RFC 1350 §4)";

/** Every difference: the capture, what differs (packet: field), why. */
const DIFFERENCES: readonly Difference[] = [
  ["dns-badlabel.pcap", /^1: dns\./, NAME],
  ["dns_fwdptr.pcap", /^1: dns\./, NAME],
  ["rtp-seg-fault-1.pcapng", /^1: dns$/, CUT],
  ["radius_rfc5447_invalid_length.pcap", /^1: radius$/, CUT],
  ["tftp.pcap", /^[2-7]: tftp$/, REQUEST],
  [
    "rx_serviceid_oobr.pcap",
    /^1: dhcp\./,
    "of a message that is neither request nor reply tshark shows no field",
  ],
  [
    "zephyr-oobr.pcap",
    /^1: syslog\./,
    "a priority that is no number: tshark takes it for 0",
  ],
];

Deno.test({
  name:
    "services in captures read as in tshark, but for the listed differences",
  ignore,
  fn: () => compare(COMPARISONS, DIFFERENCES),
});

/** Numbers from 0 up to 1 that the seed alone settles (mulberry32). */
function chance(seed: number): () => number {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, seed | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/** A message of a layer, made up. */
function madeUp(layer: Layer, random: () => number): LayerSpec {
  const { slots, tail, computed = {} } = layer;
  const stated = tail.flatMap((
    { format },
  ) => [format.countIn, format.lengthIn]);
  const values: Record<string, unknown> = {};
  for (const slot of slots) {
    if (stated.includes(slot.name) || slot.name in computed) continue;
    values[slot.name] = randomValue(slot, random);
  }
  Object.assign(values, FIXED[layer.name]);
  if (layer.name === "tftp") values.opcode = 1 + Math.floor(random() * 6);
  return layer({ ...values, ...tailTable(layer).random(random, values) });
}

/** Fields without which tshark, too, sees another kind of message. */
const FIXED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  dns: { opcode: 0 },
  mdns: { opcode: 0 },
  dhcp: { op: 1, hardwareType: 1, hardwareLength: 6 },
  ntp: { mode: 4 },
  radius: { code: 1 },
};

/** What settles all that is made up. */
const SEED = 77;

/** What we keep as octets and tshark looks into, where it finds nonsense. */
const UNTOLD =
  /"kind":"(netwareOptions|geographicLocation|cableLabsConfiguration|ntpServer|eapMessage)"/;

Deno.test({
  name: "services that are made up here read as in tshark",
  ignore,
  async fn() {
    const seeds = fc.sample(fc.integer(), { numRuns: 150, seed: SEED });
    const wrong: string[] = [];
    let values = 0;
    for (const { layer, asked, fields } of COMPARISONS) {
      const definition = (layers as unknown as Record<string, Layer>)[layer]!;
      const port = definition.under.find(([parent]) => parent === "udp")![1];
      const packets: Packet[] = seeds.map((seed, i) =>
        build(
          layers.ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }),
          layers.udp({ srcPort: 40_000 + i, dstPort: port }),
          madeUp(definition, chance(seed)),
        )
      );
      const names = ["_ws.malformed", ...asked];
      const { stdout, stderr } = await run("tshark", [
        ...["-n", "-r", "-", "-T", "fields", "-E", "separator=/t"],
        ...["-E", "occurrence=a", "-E", "aggregator=\u{1f}"],
        ...names.flatMap((name) => ["-e", name]),
      ], pcap(101, packets));
      const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
      assert.equal(lines.length, packets.length, stderr);
      lines.forEach((line, i) => {
        const packet = packets[i]!;
        const theirs = new Map(
          line.split("\t").map((value, i) => [names[i]!, value]),
        );
        const where = `${layer} of seed ${seeds[i]}`;
        if (packet.error !== undefined) {
          wrong.push(`${where}: ${packet.error.message}`);
        }
        if (theirs.get("_ws.malformed") !== "") {
          // tshark wants the 64 octets of RFC 951 where there are no options.
          if (packet.dhcp?.vendor !== undefined) return;
          if (UNTOLD.test(JSON.stringify(packet))) return;
          wrong.push(`${where}: malformed for tshark`);
          return;
        }
        const view = packet.layers.find(({ name }) => name === layer);
        const ours = fields(view as never, packet);
        for (const [name, value] of Object.entries(ours)) {
          values++;
          const text = [value].flat().join("\u{1f}");
          if (text === theirs.get(name)) continue;
          const [a, b] = [text, theirs.get(name)!].map((v) =>
            v.replaceAll("\u{1f}", ",").slice(0, 60)
          );
          wrong.push(`${where}: ${name}: ours ${a}, theirs ${b}`);
        }
      });
    }
    say(`${values} fields of made-up messages, seed ${SEED}`);
    assert.deepEqual(wrong, []);
  },
});
