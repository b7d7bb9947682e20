/** Packets of network and tunnel layers as build() makes them, for tshark to read. */

import {
  ah,
  build,
  erspan,
  esp,
  ethernet,
  geneve,
  gre,
  icmp,
  icmpExtensionOctets,
  icmpv6,
  igmp,
  ipv4,
  ipv6,
  ipv6Destination,
  ipv6Fragment,
  ipv6HopByHop,
  ipv6Routing,
  type Packet,
  udp,
  udpEncapsulation,
  vxlan,
  vxlanGpe,
} from "../../lib/packet/mod.ts";
import { associations, datagrams } from "./transport_packets.ts";

const link = ethernet({ src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" });
const four = ipv4({ src: "192.0.2.1", dst: "198.51.100.2" });
const six = ipv6({ src: "2001:db8::1", dst: "2001:db8::2" });
const near = ipv6({ src: "fe80::1", dst: "ff02::1", hopLimit: 255 });

/** A datagram to be quoted. */
const quoted = [
  ipv4({ src: "192.0.2.9", dst: "192.0.2.10", ttl: 1 }),
  udp({ srcPort: 40000, dstPort: 33434 }),
] as const;
const quotedSix = [
  ipv6({ src: "2001:db8::9", dst: "2001:db8::10", hopLimit: 1 }),
  udp({ srcPort: 40000, dstPort: 33434 }),
] as const;

/** The quoted datagram filled up to 128 octets, and extensions behind it. */
function extended(): Uint8Array {
  const extensions = icmpExtensionOctets([
    {
      classNumber: "mpls",
      classType: 1,
      labels: [
        { label: 24001, trafficClass: 1, ttl: 254 },
        { label: 17, bottom: 1, ttl: 1 },
      ],
    },
    {
      classNumber: "interfaceInformation",
      classType: 15,
      ifIndex: 7,
      address: { family: "ipv4", ipv4: "203.0.113.1" },
      interfaceName: "xe-0/0/1",
      mtu: 9000,
    },
  ]);
  const octets = new Uint8Array(128 + extensions.length);
  octets.set(build(...quoted).bytes);
  octets.set(extensions, 128);
  return octets;
}

const records = <G>(one: G, two: G) =>
  [
    { type: "changeToExclude", ...one },
    { type: "blockOldSources", ...two },
  ] as const;

const neighbor = [
  icmpv6({
    type: "routerAdvertisement",
    router: {
      hopLimit: 64,
      managed: 1,
      otherConfiguration: 1,
      preference: "high",
      lifetime: 1800,
      reachableTime: 30000,
      retransTimer: 1000,
    },
    options: [
      { kind: "sourceLinkLayer", address: "02:00:00:00:00:01" },
      { kind: "mtu", mtu: 1492 },
      {
        kind: "prefixInformation",
        prefixLength: 64,
        onLink: 1,
        autonomous: 1,
        validLifetime: 86400,
        preferredLifetime: 14400,
        prefix: "2001:db8:1::",
      },
      {
        kind: "routeInformation",
        prefixLength: 48,
        preference: "low",
        lifetime: 600,
        prefix: "2001:db8:2::",
      },
      { kind: "rdnss", lifetime: 300, servers: ["2001:db8::53", "fe80::53"] },
      { kind: "dnssl", lifetime: 300, names: ["example.com", "a.example"] },
      { kind: "captivePortal", uri: "https://portal.example/api" },
      {
        kind: "pref64",
        scaledLifetime: 100,
        prefixLengthCode: 1,
        prefix: "64:ff9b:1::",
      },
      { kind: "advertisementInterval", interval: 4000 },
      { kind: "homeAgentInformation", preference: 5, lifetime: 1800 },
    ],
  }),
  icmpv6({
    type: "routerSolicitation",
    options: [{ kind: "nonce", nonce: Uint8Array.of(1, 2, 3, 4, 5, 6) }],
  }),
  icmpv6({
    type: "neighborSolicitation",
    target: "fe80::2",
    options: [{ kind: "sourceLinkLayer", address: "02:00:00:00:00:01" }],
  }),
  icmpv6({
    type: "neighborAdvertisement",
    neighbor: { isRouter: 1, solicited: 1, override: 1 },
    target: "fe80::1",
    options: [{ kind: "targetLinkLayer", address: "02:00:00:00:00:01" }],
  }),
  icmpv6({
    type: "redirect",
    target: "fe80::3",
    destination: "2001:db8::9",
    options: [
      { kind: "targetLinkLayer", address: "02:00:00:00:00:03" },
      { kind: "redirectedHeader", datagram: build(...quotedSix).bytes },
    ],
  }),
  icmpv6({
    type: "multicastListenerQuery",
    maximumResponseCode: 1000,
    multicastAddress: "ff02::fb",
  }),
  icmpv6({
    type: "multicastListenerQuery",
    maximumResponseCode: 10000,
    multicastAddress: "ff02::fb",
    query: {
      suppress: 1,
      robustness: 2,
      interval: 125,
      sources: ["2001:db8::5", "2001:db8::6"],
    },
  }),
  icmpv6({ type: "multicastListenerReport", multicastAddress: "ff02::fb" }),
  icmpv6({ type: "multicastListenerDone", multicastAddress: "ff02::fb" }),
  icmpv6({
    type: "multicastListenerReportV2",
    records: records({ multicastAddress: "ff02::fb" }, {
      multicastAddress: "ff05::2",
      sources: ["2001:db8::5"],
    }),
  }),
];

/** One packet a line of what there is to show. */
export const BUILT: readonly Packet[] = [
  ...[
    icmp({ identifier: 1, sequenceNumber: 2 }),
    icmp({ type: "echoReply", identifier: 1, sequenceNumber: 2 }),
    icmp({
      type: "timestampReply",
      identifier: 3,
      sequenceNumber: 4,
      originateTime: 1000,
      receiveTime: 2000,
      transmitTime: 2001,
    }),
    icmp({ type: "addressMaskReply", identifier: 5, mask: "255.255.255.0" }),
    icmp({
      lifetime: 1800,
      routers: [
        { address: "192.0.2.254", preference: 0x80000000 },
        { address: "192.0.2.253", preference: 7 },
      ],
    }),
    icmp({ type: "routerSolicitation" }),
    icmp({
      type: "extendedEcho",
      identifier: 6,
      sequenceNumber: 7,
      request: { local: 1 },
      probe: {
        objects: [{ classNumber: "interfaceId", classType: 2, probeIndex: 3 }],
      },
    }),
    icmp({
      type: "extendedEchoReply",
      identifier: 6,
      sequenceNumber: 7,
      reply: { state: 2, active: 1, ipv6: 1 },
    }),
  ].map((message) => build(link, four, message)),
  ...[
    icmp({ nextHopMtu: 1400 }),
    icmp({ gateway: "192.0.2.254" }),
    icmp({ type: "timeExceeded" }),
    icmp({ type: "parameterProblem", pointer: 9 }),
    icmp({ type: "sourceQuench" }),
  ].map((message) => build(link, four, message, ...quoted)),
  build(link, four, icmp({ type: "timeExceeded", length: 32 }), extended()),
  ...[
    icmpv6({ mtu: 1280 }),
    icmpv6({ type: "destinationUnreachable", code: 3 }),
    icmpv6({ type: "timeExceeded" }),
    icmpv6({ type: "parameterProblem", pointer: 6 }),
  ].map((message) => build(link, six, message, ...quotedSix)),
  ...[
    icmpv6({ identifier: 0x1234, sequenceNumber: 5 }),
    icmpv6({ type: "echoReply", identifier: 0x1234, sequenceNumber: 5 }),
  ].map((message) => build(link, six, message, "abc")),
  ...neighbor.map((message) => build(link, near, message)),
  ...[
    igmp({ maximumResponseCode: 100, group: "224.0.0.251" }),
    igmp({
      maximumResponseCode: 0x8f,
      group: "224.0.0.251",
      query: { robustness: 2, interval: 125, sources: ["192.0.2.5"] },
    }),
    igmp({ type: "membershipReportV1", group: "224.0.0.251" }),
    igmp({ type: "membershipReportV2", group: "224.0.0.251" }),
    igmp({ type: "leaveGroup", group: "224.0.0.251" }),
    igmp({
      records: records({ group: "224.0.0.251" }, {
        group: "232.0.0.1",
        sources: ["192.0.2.5", "192.0.2.6"],
      }),
    }),
  ].map((message) => build(link, four, message)),
  build(
    link,
    six,
    ipv6HopByHop({ options: [{ kind: "routerAlert", value: 0 }] }),
    ipv6Destination({
      options: [{ kind: "tunnelLimit", limit: 4 }],
    }),
    icmpv6({ identifier: 1 }),
  ),
  build(
    link,
    six,
    ipv6Destination({
      options: [{ kind: "homeAddress", address: "2001:db8::7" }],
    }),
    esp({ spi: 0x1000, sequenceNumber: 3 }),
  ),
  build(
    link,
    six,
    ipv6Routing({
      segments: ["2001:db8::2", "2001:db8::3"],
      tag: 0x1234,
      segmentsLeft: 0,
    }),
    udp({ dstPort: 40000 }),
  ),
  build(
    link,
    six,
    ipv6Routing({ addresses: ["2001:db8::3"], segmentsLeft: 0 }),
    udp({ dstPort: 40000 }),
  ),
  build(
    link,
    six,
    ipv6Fragment({ id: 7, moreFragments: 1 }),
    esp({ spi: 0x1000, sequenceNumber: 3 }),
    "12345678",
  ),
  build(
    link,
    six,
    ipv6Fragment({ id: 7, fragmentOffset: 3, nextHeader: 17 }),
    "12345678",
  ),
  build(link, four, gre({}), four, udp({ dstPort: 40000 })),
  build(
    link,
    four,
    gre({ flags: ["C", "K", "S"], key: 0xabcd, sequenceNumber: 6 }),
    link,
    six,
    udp({ dstPort: 40000 }),
  ),
  build(
    link,
    four,
    gre({ callId: 9, payloadLength: 32, sequenceNumber: 6 }),
    Uint8Array.of(0xff, 3, 0, 0x21, ...build(...quoted).bytes),
  ),
  build(
    link,
    four,
    gre({ sequenceNumber: 1 }),
    erspan({ vlan: 20, sessionId: 100, port: { index: 5 } }),
    link,
    four,
    udp({ dstPort: 40000 }),
  ),
  build(
    link,
    four,
    gre({ sequenceNumber: 1, protocol: 0x22eb }),
    erspan({
      vlan: 20,
      sessionId: 100,
      timestamp: 12345,
      frame: { hardwareId: 3 },
    }),
    link,
    four,
    udp({ dstPort: 40000 }),
  ),
  build(
    link,
    four,
    udp({ dstPort: 4789 }),
    vxlan({ vni: 0xabcdef, group: 12, dontLearn: 1 }),
    link,
    six,
    icmpv6({ identifier: 3 }),
  ),
  build(
    link,
    four,
    udp({ dstPort: 4790 }),
    vxlanGpe({ vni: 5 }),
    six,
    icmpv6({ identifier: 3 }),
  ),
  build(
    link,
    six,
    udp({ dstPort: 6081 }),
    geneve({
      vni: 7,
      flags: ["C"],
      options: [
        { optionClass: 0x0102, type: 0x80, octets: Uint8Array.of(1, 2, 3, 4) },
        { optionClass: 0xffff, type: 3 },
      ],
    }),
    link,
    four,
    icmp({ identifier: 3 }),
  ),
  build(
    link,
    four,
    ah({ spi: 0x1000, sequenceNumber: 3, icv: new Uint8Array(12).fill(7) }),
    udp({ dstPort: 40000 }),
  ),
  build(link, six, esp({ spi: 0x1000, sequenceNumber: 3 }), "encrypted stuff"),
  build(
    link,
    four,
    udp({ dstPort: 4500 }),
    udpEncapsulation({}),
    esp({ spi: 0x1001, sequenceNumber: 4 }),
    "encrypted stuff",
  ),
  build(
    link,
    four,
    udp({ dstPort: 4500 }),
    udpEncapsulation({ kind: "keepalive" }),
  ),
  ...associations.flatMap((header) => [
    build(link, four, header),
    build(link, six, header),
  ]),
  ...datagrams.flatMap((header) => [
    build(link, four, header, "odd"),
    build(link, six, header, "odd"),
  ]),
];
