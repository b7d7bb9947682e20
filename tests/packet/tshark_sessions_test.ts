/**
 * Protocols of sessions beside tshark: over all captures, and over frames of our
 * own where the captures have few.
 */

import assert from "node:assert/strict";
import { decode, ja3, ja3s } from "../../lib/packet/mod.ts";
import type {
  BgpPrefix,
  HttpHeader,
  Packet,
  TlsMessage,
} from "../../lib/packet/mod.ts";
import { captures, installed, pcap, run, say } from "./corpus.ts";
import { tlsFrames } from "./tls_frames.ts";
import { compare, comparison, type Difference } from "./tshark.ts";

const ignore = !installed("tshark");

/** What tshark shows for fields of packets: each time that they occur. */
async function tshark(
  packets: readonly Packet[],
  fields: readonly string[],
): Promise<Record<string, string[]>[]> {
  const { stdout, stderr } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields", "-E", "occurrence=a"],
    ...["-E", "separator=/t", "-E", "aggregator=;"],
    ...fields.flatMap((field) => ["-e", field]),
  ], pcap(packets[0]!.linkType, packets));
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  assert.equal(lines.length, packets.length, stderr);
  return lines.map((line) =>
    Object.fromEntries(
      line.split("\t").map((value, i) =>
        [fields[i]!, value === "" ? [] : value.split(";")] as const
      ),
    )
  );
}

const hex = (value: number, digits = 4) =>
  `0x${value.toString(16).padStart(digits, "0")}`;

/** Our fields of TLS as tshark writes them. */
function tlsFields(packet: Packet): Record<string, (string | number)[]> {
  const records = packet.layers.filter((layer) => layer.name === "tls");
  const messages = records.flatMap(({ messages = [] }) => messages);
  const of = <K extends TlsMessage["kind"]>(kind: K) =>
    messages.filter((one) => one.kind === kind) as Extract<
      TlsMessage,
      { readonly kind: K }
    >[];
  const clients = of("clientHello");
  const servers = of("serverHello");
  const hellos = [...clients, ...servers];
  const offers = clients.flatMap(({ extensions = [] }) => extensions);
  const answers = servers.flatMap(({ extensions = [] }) => extensions);
  const exchanges = of("serverKeyExchange").map(({ exchange }) => exchange);
  const requests = of("certificateRequest");
  const numbers = packet.layers.flatMap((layer) =>
    layer.name !== "tls" || layer.messages === undefined ? [] : layer.messages
      .map(({ kind }) => TYPES[kind as keyof typeof TYPES])
  );
  return {
    "tls.record.content_type": records.filter(({ type }) => type !== 23)
      .map(({ type }) => type),
    "tls.record.version": records.map(({ version }) => hex(version)),
    "tls.record.length": records.map(({ length }) => length),
    "tls.handshake.type": numbers,
    "tls.handshake.version": hellos.map(({ version }) => hex(version)),
    "tls.handshake.random": hellos.map(({ random }) => random.toHex()),
    "tls.handshake.session_id": hellos.map(({ sessionId }) => sessionId.toHex())
      .filter((id) => id !== ""),
    "tls.handshake.ciphersuite": [
      ...clients.flatMap(({ cipherSuites }) => cipherSuites),
      ...servers.map(({ cipherSuite }) => cipherSuite),
    ].map((suite) => hex(suite)),
    "tls.handshake.extensions_server_name": offers.flatMap((one) =>
      one.kind === "serverName" ? one.names.map(({ name }) => name) : []
    ),
    "tls.handshake.extensions_supported_group": offers.flatMap((one) =>
      one.kind === "supportedGroups"
        ? one.groups.map((group) => hex(group))
        : []
    ),
    "tls.handshake.extensions_ec_point_format": [...offers, ...answers].flatMap(
      (one) => one.kind === "ecPointFormats" ? one.formats : [],
    ),
    "tls.handshake.extensions_alpn_str": [...offers, ...answers].flatMap((
      one,
    ) => one.kind === "applicationProtocols" ? one.protocols : []),
    "tls.handshake.extensions.supported_version": [
      ...offers.flatMap((one) =>
        one.kind === "supportedVersions" ? one.versions : []
      ),
      ...answers.flatMap((one) =>
        one.kind === "supportedVersions" ? [one.version] : []
      ),
    ].map((version) => hex(version)),
    "tls.handshake.extensions_key_share_group": [
      ...offers.flatMap((one) =>
        one.kind === "keyShare" ? one.shares.map(({ group }) => group) : []
      ),
      ...answers.flatMap((one) =>
        one.kind === "keyShare" && one.key !== undefined ? [one.group] : []
      ),
    ],
    "tls.handshake.extensions_key_share_selected_group": answers.flatMap((
      one,
    ) => one.kind === "keyShare" && one.key === undefined ? [one.group] : []),
    "tls.handshake.extensions.psk.identity.selected": answers.flatMap((one) =>
      one.kind === "preSharedKey" ? [one.selected] : []
    ),
    "tls.handshake.extensions.psk.identity.obfuscated_ticket_age": offers
      .flatMap((one) =>
        one.kind === "preSharedKey"
          ? one.identities.map((identity) => identity.obfuscatedTicketAge)
          : []
      ),
    "tls.handshake.sig_hash_alg": [
      ...offers.flatMap((one) =>
        one.kind === "signatureAlgorithms" ? one.schemes : []
      ),
      ...exchanges.flatMap((one) =>
        one instanceof Uint8Array || one.signatureAlgorithm === undefined
          ? []
          : [one.signatureAlgorithm]
      ),
      ...requests.flatMap(({ signatureAlgorithms = [] }) =>
        signatureAlgorithms
      ),
      ...of("certificateVerify").flatMap(({ signatureAlgorithm = [] }) =>
        signatureAlgorithm
      ),
    ].map((scheme) => hex(scheme)),
    "tls.handshake.certificate": of("certificate").flatMap(({ certificates }) =>
      certificates.map((one) => one.toHex())
    ),
    "tls.handshake.cert_type": requests.flatMap(({ types }) => types),
    "tls.handshake.server_named_curve": exchanges.flatMap((one) =>
      "group" in one ? [hex(one.group)] : []
    ),
    "tls.handshake.p": exchanges.flatMap((one) =>
      "prime" in one ? [one.prime.toHex()] : []
    ),
    "tls.handshake.sig": [
      ...exchanges.flatMap((one) => "signature" in one ? [one.signature] : []),
    ].map((signature) => signature.toHex()),
    "tls.handshake.session_ticket_lifetime_hint": of("newSessionTicket")
      .map(({ lifetimeSeconds }) => lifetimeSeconds),
    "tls.alert_message.level": records.flatMap(({ alert }) =>
      alert ? [alert.level] : []
    ),
    "tls.alert_message.desc": records.flatMap(({ alert }) =>
      alert ? [alert.description] : []
    ),
    "tls.handshake.ja3": clients.map((hello) => ja3(hello).hash),
    "tls.handshake.ja3_full": clients.map((hello) => ja3(hello).text),
    "tls.handshake.ja3s": servers.map((hello) => ja3s(hello).hash),
    "tls.handshake.ja3s_full": servers.map((hello) => ja3s(hello).text),
  };
}

const TYPES = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
  certificateStatus: 22,
} as const;

Deno.test({
  name: "TLS of OpenSSL's is read as tshark does, fingerprints included",
  ignore,
  async fn() {
    const names = Object.keys(tlsFrames) as (keyof typeof tlsFrames)[];
    const packets = names.map((name) =>
      decode(Uint8Array.fromHex(tlsFrames[name].replace(/\s/g, "")))
    );
    const shown = packets.map(tlsFields);
    const fields = Object.keys(shown[0]!);
    let count = 0;
    // Each for itself: tshark would remember what was agreed on, and decrypt.
    for (const [i, packet] of packets.entries()) {
      const [theirs] = await tshark([packet], fields);
      for (const field of fields) {
        count += theirs![field]!.length;
        assert.deepEqual(
          shown[i]![field]!.map(String),
          theirs![field],
          `${names[i]} ${field}`,
        );
      }
    }
    say(`${count} values of ${names.length} TLS frames compared with tshark`);
    assert.ok(count > 200);
  },
});

/** Those of tshark's names that a BGP message of ours has counterparts for. */
function bgpFields(packet: Packet): Record<string, (string | number)[]> {
  const all = packet.layers.filter((layer) => layer.name === "bgp");
  const opens = all.filter(({ type }) => type === 1);
  const updates = all.filter(({ type }) => type === 2);
  const offers = opens.flatMap(({ parameters }) => parameters ?? [])
    .flatMap((one) => one.kind === "capabilities" ? one.capabilities : []);
  // tshark shows a set of attributes behind what holds it.
  const attributes = updates.flatMap(({ attributes }) => attributes ?? [])
    .flatMap((one) =>
      one.kind === "attributeSet" ? [one, ...one.attributes] : [one]
    );
  const values = <T>(
    pick: (one: (typeof attributes)[number]) => T | readonly T[] | undefined,
  ): T[] => attributes.flatMap((one) => pick(one) ?? []) as T[];
  const offered = <T>(
    pick: (one: (typeof offers)[number]) => T | readonly T[] | undefined,
  ): T[] => offers.flatMap((one) => pick(one) ?? []) as T[];
  const routes = (list: readonly BgpPrefix[] | Uint8Array | undefined) =>
    list === undefined || list instanceof Uint8Array ? [] : list;
  const shown = ({ address }: BgpPrefix) => address.toString();
  const reach = (kind: "mpReach" | "mpUnreach", afi: number) =>
    attributes.flatMap((one) =>
      one.kind === kind && one.afi === afi
        ? routes(one.prefixes).map(shown)
        : []
    );
  return {
    "bgp.length": all.map(({ length }) => length),
    "bgp.type": all.map(({ type }) => type),
    "bgp.open.version": opens.flatMap(({ version }) => version ?? []),
    "bgp.open.myas": opens.flatMap(({ as }) => as ?? []),
    "bgp.open.holdtime": opens.flatMap(({ holdTime }) => holdTime ?? []),
    "bgp.open.identifier": opens.map(({ identifier }) => String(identifier)),
    "bgp.open.opt.len": opens.flatMap((one) => one.parametersLength ?? []),
    "bgp.cap.type": offered(({ kind }) => CAPABILITIES[kind] ?? Number(kind)),
    "bgp.cap.mp.afi": offered((one) =>
      one.kind === "multiprotocol" ? one.afi : []
    ),
    "bgp.cap.mp.safi": offered((one) =>
      one.kind === "multiprotocol" ? one.safi : []
    ),
    "bgp.cap.4as": offered((one) => one.kind === "fourOctetAs" ? one.as : []),
    "bgp.cap.gr.timers.restart_time": offered((one) =>
      one.kind === "gracefulRestart" ? one.restartSeconds : []
    ),
    "bgp.cap.gr.afi": offered((one) =>
      one.kind === "gracefulRestart" ? one.families.map(({ afi }) => afi) : []
    ),
    "bgp.cap.ap.sendreceive": offered((one) =>
      one.kind === "addPath"
        ? one.families.map(({ sendReceive }) => sendReceive)
        : []
    ),
    "bgp.cap.enh.nhafi": offered((one) =>
      one.kind === "extendedNextHop"
        ? one.families.map(({ nextHop }) => nextHop)
        : []
    ),
    "bgp.cap.orf.fqdn.hostname": offered((one) =>
      one.kind === "hostname" ? String(one.host) : []
    ),
    "bgp.update.withdrawn_routes.length": updates.flatMap((one) =>
      one.withdrawnLength ?? []
    ),
    "bgp.update.path_attributes.length": updates.flatMap((one) =>
      one.attributesLength ?? []
    ),
    "bgp.update.path_attribute.flags": values(({ flags }) =>
      hex(flags.reduce((sum, flag) => sum | 0x80 >> FLAGS.indexOf(flag), 0), 2)
    ),
    "bgp.update.path_attribute.type_code": values(({ kind }) =>
      ATTRIBUTES[kind] ?? Number(kind)
    ),
    "bgp.update.path_attribute.origin": values((one) =>
      one.kind === "origin" ? one.origin : []
    ),
    "bgp.update.path_attribute.as_path_segment.type": values((one) =>
      one.kind === "asPath" || one.kind === "as4Path"
        ? one.segments.map(({ type }) => type)
        : []
    ),
    "bgp.update.path_attribute.as_path_segment.as2": values((one) =>
      one.kind === "asPath" && one.asOctets === 2
        ? one.segments.flatMap(({ as }) => as)
        : []
    ),
    "bgp.update.path_attribute.as_path_segment.as4": values((one) =>
      one.kind === "as4Path" || one.kind === "asPath" && one.asOctets === 4
        ? one.segments.flatMap(({ as }) => as)
        : []
    ),
    "bgp.update.path_attribute.next_hop": values((one) =>
      one.kind === "nextHop" ? one.address.toString() : []
    ),
    "bgp.update.path_attribute.multi_exit_disc": values((one) =>
      one.kind === "multiExitDiscriminator" ? one.value : []
    ),
    "bgp.update.path_attribute.local_pref": values((one) =>
      one.kind === "localPreference" ? one.value : []
    ),
    "bgp.update.path_attribute.aggregator_as": values((one) =>
      one.kind === "aggregator" || one.kind === "as4Aggregator" ? one.as : []
    ),
    "bgp.update.path_attribute.aggregator_origin": values((one) =>
      one.kind === "aggregator" || one.kind === "as4Aggregator"
        ? String(one.address)
        : []
    ),
    "bgp.update.path_attribute.community_value": values((one) =>
      one.kind === "communities"
        ? one.communities.filter(({ as }) => as !== 0xffff)
          .map(({ value }) => value)
        : []
    ),
    "bgp.update.path_attribute.originator_id": values((one) =>
      one.kind === "originatorId" ? one.id.toString() : []
    ),
    "bgp.large_communities.ga": values((one) =>
      one.kind === "largeCommunities"
        ? one.communities.map(({ global }) => global)
        : []
    ),
    "bgp.large_communities.ldp2": values((one) =>
      one.kind === "largeCommunities"
        ? one.communities.map(({ local2 }) => local2)
        : []
    ),
    "bgp.ext_com.type": values((one) =>
      one.kind === "extendedCommunities"
        ? one.communities.map(({ type }) => hex(type, 2))
        : []
    ),
    "bgp.ext_com.value_as2": values((one) =>
      one.kind === "extendedCommunities"
        ? one.communities.flatMap(({ type, as }) =>
          (type & 0xbf) === 0 ? as ?? [] : []
        )
        : []
    ),
    "bgp.update.path_attribute.mp_reach_nlri.afi": values((one) =>
      one.kind === "mpReach" ? one.afi : []
    ),
    "bgp.update.path_attribute.mp_reach_nlri.safi": values((one) =>
      one.kind === "mpReach" ? one.safi : []
    ),
    "bgp.update.path_attribute.mp_unreach_nlri.safi": values((one) =>
      one.kind === "mpUnreach" ? one.safi : []
    ),
    "bgp.mp_reach_nlri_ipv4_prefix": reach("mpReach", 1),
    "bgp.mp_reach_nlri_ipv6_prefix": reach("mpReach", 2),
    "bgp.mp_unreach_nlri_ipv6_prefix": reach("mpUnreach", 2),
    "bgp.nlri_prefix": updates.flatMap(({ nlri }) => routes(nlri).map(shown)),
    "bgp.withdrawn_prefix": updates.flatMap(({ withdrawn }) =>
      routes(withdrawn).map(shown)
    ),
    "bgp.notify.major_error": all.flatMap(({ errorCode }) => errorCode ?? []),
    "bgp.notify.communication": all.flatMap(({ message }) =>
      message ? [String(message)] : []
    ),
    "bgp.route_refresh.afi": all.flatMap(({ afi }) => afi ?? []),
    "bgp.route_refresh.subtype": all.flatMap(({ subtype }) => subtype ?? []),
    "bgp.route_refresh.safi": all.flatMap(({ safi }) => safi ?? []),
  };
}

const FLAGS = [
  ...["optional", "transitive", "partial", "extendedLength"],
  ...["reserved4", "reserved5", "reserved6", "reserved7"],
];

/** Numbers of what has a name. */
const CAPABILITIES: Readonly<Record<string, number>> = {
  multiprotocol: 1,
  routeRefresh: 2,
  outboundRouteFilter: 3,
  extendedNextHop: 5,
  extendedMessage: 6,
  role: 9,
  gracefulRestart: 64,
  fourOctetAs: 65,
  addPath: 69,
  enhancedRouteRefresh: 70,
  longLivedGracefulRestart: 71,
  hostname: 73,
  softwareVersion: 75,
  routeRefreshCisco: 128,
};
const ATTRIBUTES: Readonly<Record<string, number>> = {
  origin: 1,
  asPath: 2,
  nextHop: 3,
  multiExitDiscriminator: 4,
  localPreference: 5,
  atomicAggregate: 6,
  aggregator: 7,
  communities: 8,
  originatorId: 9,
  clusterList: 10,
  mpReach: 14,
  mpUnreach: 15,
  extendedCommunities: 16,
  as4Path: 17,
  as4Aggregator: 18,
  pmsiTunnel: 22,
  accumulatedIgpMetric: 26,
  largeCommunities: 32,
  onlyToCustomer: 35,
  attributeSet: 128,
};

const HTTP_DIFFERENCES: readonly Difference[] = [
  [
    "ipv4_tcp_http_xml.pcap",
    /^1: http\.response\.line$/,
    "tshark shows a line as it is, we leave the space around values out",
  ],
];

const NOTHING = decode(new Uint8Array());

const LABELED =
  "routes of a VPN: we keep the octets, tshark reads the prefix behind the label";
const SEARCHED =
  "the segment starts within a message, or its second marker is " +
  "damaged: we stop, tshark looks for the next marker";
const AGAIN = "a retransmission: tshark reads each octet of a stream once";
const LONG_PARAMETERS = "tshark 4.0 does not know RFC 9072";

const DIFFERENCES: readonly Difference[] = [
  ["bgp-aigp-2.pcap", /mp_reach_nlri_ipv4_prefix/, LABELED],
  ["bgp_vpn_attrset.pcap", /mp_reach_nlri_ipv4_prefix/, LABELED],
  ["tok2str-oobr-1.pcap", /mp_reach_nlri_ipv4_prefix/, LABELED],
  ["bgp-aigp-oobr.pcap", /^1: bgp/, SEARCHED],
  ["bgp-bgp_capabilities_print-oobr-1.pcap", /^1: bgp$/, SEARCHED],
  ["bgp-ub.pcap", /^1: bgp$/, SEARCHED],
  ["bgp_mp_reach_nlri-oobr.pcap", /^1: bgp$/, SEARCHED],
  ["bgp-shutdown-communication.pcapng", /^2: bgp$/, AGAIN],
  ["bgp-shutdown-msg-variations.pcap", /^[23]: bgp$/, AGAIN],
  ["bgp-infinite-loop.pcap", /^5: bgp$/, AGAIN],
  [
    "bgp_pmsi_tunnel-oobr.pcap",
    /^1: bgp\.update\.path_attribute/,
    "a set of attributes that does not fit its length: we keep its octets",
  ],
  [
    "bgp-extended-optional-parameters-length.pcapng",
    /^1: bgp\.cap/,
    LONG_PARAMETERS,
  ],
];

Deno.test({
  name: "BGP is read as tshark does, but for the listed differences",
  ignore: ignore || captures.length === 0,
  async fn() {
    await compare([
      comparison({
        layer: "bgp",
        protocol: "bgp",
        asked: Object.keys(bgpFields(NOTHING)),
        fields: (_, packet) => bgpFields(packet),
      }),
    ], DIFFERENCES);
  },
});

Deno.test({
  name: "HTTP is read as tshark does, but for the listed differences",
  ignore: ignore || captures.length === 0,
  async fn() {
    const lines = (headers: readonly HttpHeader[]) =>
      headers.map(({ name, value }) => `${name}: ${value}\\r\\n`);
    const once = (value: string | number | undefined) => value ?? [];
    await compare([
      comparison({
        layer: "http",
        protocol: "http",
        asked: [
          ...[
            "http.request.method",
            "http.request.uri",
            "http.request.version",
          ],
          ...["http.request.line", "http.response.version"],
          ...["http.response.code", "http.response.phrase"],
          "http.response.line",
        ],
        fields: ({ method, target, version, status, reason, headers }) => ({
          "http.request.method": once(method),
          "http.request.uri": once(target),
          "http.request.version": method === undefined ? [] : once(version),
          "http.request.line": method === undefined ? [] : lines(headers),
          "http.response.version": status === undefined ? [] : once(version),
          "http.response.code": once(status),
          "http.response.phrase": once(reason),
          "http.response.line": status === undefined ? [] : lines(headers),
        }),
      }),
    ], HTTP_DIFFERENCES);
  },
});
