import assert from "node:assert/strict";
import fc from "fast-check";
import { build, type Part } from "../../../lib/packet/build.ts";
import * as all from "../../../lib/packet/layers/all.ts";
import { decode, type Packet } from "../../../lib/packet/packet.ts";
import { isAnswer } from "../../../lib/wire/matching.ts";
import { answerKeys } from "../../../lib/wire/matching/keys.ts";
import { OpenQuestions } from "../../../lib/wire/matching/open_questions.ts";

const {
  arp,
  dhcp,
  dns,
  ethernet,
  icmp,
  icmpv6,
  igmp,
  ipv4,
  ipv6,
  ntp,
  radius,
  sctp,
  snmp,
  tcp,
  udp,
  vlan,
} = all;

const HERE = { src: "10.0.0.1", dst: "10.0.0.2" };
const BACK = { src: "10.0.0.2", dst: "10.0.0.1" };
const HERE6 = { src: "fd00::1", dst: "fd00::2" };
const BACK6 = { src: "fd00::2", dst: "fd00::1" };
const MACS = { src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" };
const MACS_BACK = { src: "02:00:00:00:00:02", dst: "02:00:00:00:00:01" };
const ALL = "ff:ff:ff:ff:ff:ff";

/** An error with so many octets of what it is about. */
function error(
  about: Packet,
  octets: number,
  header: Part = icmp({ type: "timeExceeded" }),
): Packet {
  const network = about.ipv4
    ? ipv4({ src: "172.16.0.9", dst: "10.0.0.1" })
    : ipv6({ src: "fd99::9", dst: "fd00::1" });
  return build(network, header, about.bytes.slice(0, octets)) as Packet;
}

const udpQuestion = build(
  ipv4({ ...HERE, id: 77 }),
  udp({ srcPort: 4000, dstPort: 33434 }),
  "probe",
) as Packet;
const tcpQuestion = build(
  ipv4(HERE),
  tcp({ srcPort: 4000, dstPort: 80, seq: 99, flags: ["SYN"] }),
) as Packet;
const echo = build(
  ipv4(HERE),
  icmp({ identifier: 7, sequenceNumber: 3 }),
  "abc",
) as Packet;
const udp6 = build(
  ipv6(HERE6),
  udp({ srcPort: 4000, dstPort: 33434 }),
  "probe",
) as Packet;
const discover = build(
  ethernet({ src: MACS.src, dst: ALL }),
  ipv4({ src: "0.0.0.0", dst: "255.255.255.255" }),
  udp({ srcPort: 68, dstPort: 67 }),
  dhcp({
    transactionId: 9,
    options: [{ kind: "messageType", type: "discover" }],
  }),
) as Packet;
const solicitation = build(
  ethernet({ src: MACS.src, dst: "33:33:ff:00:00:02" }),
  ipv6({ src: "fd00::1", dst: "ff02::1:ff00:2", hopLimit: 255 }),
  icmpv6({ type: "neighborSolicitation", target: "fd00::2" }),
) as Packet;
const whoHas = build(
  ethernet({ src: MACS.src, dst: ALL }),
  arp({ senderMac: MACS.src, senderIp: "10.0.0.1", targetIp: "10.0.0.2" }),
) as Packet;

function segment(fields: Parameters<typeof tcp>[0], ip = BACK): Packet {
  return build(
    ipv4(ip),
    tcp({ srcPort: 80, dstPort: 4000, ...fields }),
  ) as Packet;
}

function query(id: number): Packet {
  return build(
    ipv4(HERE),
    udp({ srcPort: 4000, dstPort: 53 }),
    dns({ id, questions: [{ name: "a.example" }] }),
  ) as Packet;
}

function response(id: number, qr: 0 | 1 = 1): Packet {
  return build(
    ipv4(BACK),
    udp({ srcPort: 53, dstPort: 4000 }),
    dns({ id, qr, questions: [{ name: "a.example" }] }),
  ) as Packet;
}

const CASES: readonly (readonly [
  fact: string,
  question: Packet,
  answer: Packet,
  is: boolean,
])[] = [
  [
    "an echo reply with number and sequence answers an echo",
    echo,
    build(
      ipv4(BACK),
      icmp({ type: "echoReply", identifier: 7, sequenceNumber: 3 }),
    ) as Packet,
    true,
  ],
  [
    "one of another sequence does not",
    echo,
    build(
      ipv4(BACK),
      icmp({ type: "echoReply", identifier: 7, sequenceNumber: 4 }),
    ) as Packet,
    false,
  ],
  [
    "one from somebody else does not",
    echo,
    build(
      ipv4({ ...BACK, src: "10.0.0.3" }),
      icmp({ type: "echoReply", identifier: 7, sequenceNumber: 3 }),
    ) as Packet,
    false,
  ],
  [
    "one to somebody else does not",
    echo,
    build(
      ipv4({ ...BACK, dst: "10.0.0.3" }),
      icmp({ type: "echoReply", identifier: 7, sequenceNumber: 3 }),
    ) as Packet,
    false,
  ],
  ["an echo does not answer itself", echo, echo, false],
  [
    "a timestamp is answered by a timestamp reply",
    build(ipv4(HERE), icmp({ type: "timestamp", identifier: 1 })) as Packet,
    build(
      ipv4(BACK),
      icmp({ type: "timestampReply", identifier: 1 }),
    ) as Packet,
    true,
  ],
  [
    "an error that quotes a datagram answers it",
    udpQuestion,
    error(udpQuestion, 28),
    true,
  ],
  ["more may be quoted", udpQuestion, error(udpQuestion, 33), true],
  [
    "an error about another one does not",
    udpQuestion,
    error(tcpQuestion, 28),
    false,
  ],
  [
    "an error that quotes too little does not",
    udpQuestion,
    error(udpQuestion, 19),
    false,
  ],
  [
    "an error that quotes eight octets of TCP answers",
    tcpQuestion,
    error(tcpQuestion, 28),
    true,
  ],
  ["an error about an echo answers it", echo, error(echo, 28), true],
  [
    "an IP packet whose number a kernel filled in is known by its ports",
    udpQuestion,
    error(udpQuestion.with({ ipv4: { id: 5, ttl: 1 } } as never), 28),
    true,
  ],
  [
    "a redirect is no answer: the answer is still to come",
    echo,
    error(echo, 28, icmp({ type: "redirect" })),
    false,
  ],
  [
    "an ICMPv6 error answers what it quotes",
    udp6,
    error(udp6, 48, icmpv6({ type: "destinationUnreachable", code: 4 })),
    true,
  ],
  [
    "a SYN ACK of the next number answers a SYN",
    tcpQuestion,
    segment({ ack: 100, flags: ["SYN", "ACK"] }),
    true,
  ],
  [
    "a SYN ACK of another does not",
    tcpQuestion,
    segment({ ack: 99, flags: ["SYN", "ACK"] }),
    false,
  ],
  [
    "a reset answers a SYN",
    tcpQuestion,
    segment({ ack: 100, flags: ["RST", "ACK"] }),
    true,
  ],
  [
    "a SYN of the other side does not",
    tcpQuestion,
    segment({ flags: ["SYN"] }),
    false,
  ],
  [
    "octets count in the number of an ACK",
    build(
      ipv4(HERE),
      tcp({
        srcPort: 4000,
        dstPort: 80,
        seq: 2 ** 32 - 2,
        ack: 5,
        flags: ["ACK", "PSH"],
      }),
      "hello",
    ) as Packet,
    segment({ seq: 5, ack: 3, flags: ["ACK"] }),
    true,
  ],
  [
    "an ACK out of the blue is reset by its own number",
    build(
      ipv4(HERE),
      tcp({ srcPort: 4000, dstPort: 80, ack: 5, flags: ["ACK"] }),
    ) as Packet,
    segment({ seq: 5, flags: ["RST"] }),
    true,
  ],
  [
    "a reset of another number does not answer it",
    build(
      ipv4(HERE),
      tcp({ srcPort: 4000, dstPort: 80, ack: 5, flags: ["ACK"] }),
    ) as Packet,
    segment({ seq: 6, flags: ["RST"] }),
    false,
  ],
  ["DNS is told apart by its number", query(5), response(5), true],
  ["a response of another number is no answer", query(5), response(6), false],
  ["a query is no answer", query(5), response(5, 0), false],
  [
    "a response that is none of DNS does not answer a query",
    query(5),
    build(ipv4(BACK), udp({ srcPort: 53, dstPort: 4000 }), "junk") as Packet,
    false,
  ],
  [
    "octets to a port are answered from the port, whatever they are",
    build(ipv4(HERE), udp({ srcPort: 4000, dstPort: 53 }), "junk") as Packet,
    response(5),
    true,
  ],
  [
    "an offer answers a discover, to whomever it goes",
    discover,
    build(
      ethernet(MACS_BACK),
      ipv4({ src: "10.0.0.254", dst: "10.0.0.50" }),
      udp({ srcPort: 67, dstPort: 68 }),
      dhcp({
        op: "reply",
        transactionId: 9,
        options: [{ kind: "messageType", type: "offer" }],
      }),
    ) as Packet,
    true,
  ],
  [
    "an offer to another client does not",
    discover,
    build(
      ethernet(MACS_BACK),
      ipv4({ src: "10.0.0.254", dst: "10.0.0.50" }),
      udp({ srcPort: 67, dstPort: 68 }),
      dhcp({ op: "reply", transactionId: 8 }),
    ) as Packet,
    false,
  ],
  [
    "is-at answers who-has",
    whoHas,
    build(
      ethernet(MACS_BACK),
      arp({
        operation: "reply",
        senderMac: MACS.dst,
        senderIp: "10.0.0.2",
        targetMac: MACS.src,
        targetIp: "10.0.0.1",
      }),
    ) as Packet,
    true,
  ],
  [
    "is-at of another address does not",
    whoHas,
    build(
      ethernet(MACS_BACK),
      arp({ operation: "reply", senderIp: "10.0.0.3", targetIp: "10.0.0.1" }),
    ) as Packet,
    false,
  ],
  [
    "an advertisement of the target answers a solicitation",
    solicitation,
    build(
      ethernet(MACS_BACK),
      ipv6(BACK6),
      icmpv6({ type: "neighborAdvertisement", target: "fd00::2" }),
    ) as Packet,
    true,
  ],
  [
    "an advertisement of another does not",
    solicitation,
    build(
      ethernet(MACS_BACK),
      ipv6(BACK6),
      icmpv6({ type: "neighborAdvertisement", target: "fd00::3" }),
    ) as Packet,
    false,
  ],
  [
    "a router advertisement answers a solicitation of all routers",
    build(
      ipv6({ src: "fe80::1", dst: "ff02::2" }),
      icmpv6({ type: "routerSolicitation" }),
    ) as Packet,
    build(
      ipv6({ src: "fe80::9", dst: "ff02::1" }),
      icmpv6({ type: "routerAdvertisement" }),
    ) as Packet,
    true,
  ],
  [
    "an echo to a group is answered by anyone",
    build(
      ipv6({ src: "fe80::1", dst: "ff02::1" }),
      icmpv6({ identifier: 4 }),
    ) as Packet,
    build(
      ipv6({ src: "fe80::9", dst: "fe80::1" }),
      icmpv6({ type: "echoReply", identifier: 4 }),
    ) as Packet,
    true,
  ],
  [
    "an echo to the broadcast address of a subnet is answered by anyone",
    build(
      ethernet({ src: MACS.src, dst: ALL }),
      ipv4({ ...HERE, dst: "10.0.0.255" }),
      icmp({ identifier: 4 }),
    ) as Packet,
    build(
      ethernet(MACS_BACK),
      ipv4(BACK),
      icmp({ type: "echoReply", identifier: 4 }),
    ) as Packet,
    true,
  ],
  [
    "NTP answers with the time of the question",
    build(
      ipv4(HERE),
      udp({ srcPort: 123, dstPort: 123 }),
      ntp({ transmitTimestamp: 5n }),
    ) as Packet,
    build(
      ipv4(BACK),
      udp({ srcPort: 123, dstPort: 123 }),
      ntp({ mode: "server", originTimestamp: 5n }),
    ) as Packet,
    true,
  ],
  [
    "NTP with another one's time does not",
    build(
      ipv4(HERE),
      udp({ srcPort: 123, dstPort: 123 }),
      ntp({ transmitTimestamp: 5n }),
    ) as Packet,
    build(
      ipv4(BACK),
      udp({ srcPort: 123, dstPort: 123 }),
      ntp({ mode: "server", originTimestamp: 6n }),
    ) as Packet,
    false,
  ],
  [
    "SNMP answers by the number of the request",
    build(
      ipv4(HERE),
      udp({ srcPort: 4000, dstPort: 161 }),
      snmp({ pdu: { type: "getRequest", requestId: 3 } }),
    ) as Packet,
    build(
      ipv4(BACK),
      udp({ srcPort: 161, dstPort: 4000 }),
      snmp({ pdu: { type: "response", requestId: 3 } }),
    ) as Packet,
    true,
  ],
  [
    "and not by another",
    build(
      ipv4(HERE),
      udp({ srcPort: 4000, dstPort: 161 }),
      snmp({ pdu: { type: "getRequest", requestId: 3 } }),
    ) as Packet,
    build(
      ipv4(BACK),
      udp({ srcPort: 161, dstPort: 4000 }),
      snmp({ pdu: { type: "response", requestId: 4 } }),
    ) as Packet,
    false,
  ],
  [
    "RADIUS accepts what was asked",
    build(
      ipv4(HERE),
      udp({ srcPort: 4000, dstPort: 1812 }),
      radius({ code: 1, identifier: 3 }),
    ) as Packet,
    build(
      ipv4(BACK),
      udp({ srcPort: 1812, dstPort: 4000 }),
      radius({ code: 2, identifier: 3 }),
    ) as Packet,
    true,
  ],
  [
    "IGMP reports answer a query, whatever the group",
    build(ipv4({ ...HERE, dst: "224.0.0.1" }), igmp({ type: 0x11 })) as Packet,
    build(ipv4({ ...BACK, dst: "239.1.2.3" }), igmp({ type: 0x16 })) as Packet,
    true,
  ],
  [
    "SCTP goes by its ports",
    build(ipv4(HERE), sctp({ srcPort: 1, dstPort: 2 })) as Packet,
    build(ipv4(BACK), sctp({ srcPort: 2, dstPort: 1 })) as Packet,
    true,
  ],
  [
    "a protocol that nobody knows goes by addresses",
    build(ipv4({ ...HERE, protocol: 200 }), "?") as Packet,
    build(ipv4({ ...BACK, protocol: 200 }), "!") as Packet,
    true,
  ],
  [
    "and by its number",
    build(ipv4({ ...HERE, protocol: 200 }), "?") as Packet,
    build(ipv4({ ...BACK, protocol: 201 }), "!") as Packet,
    false,
  ],
  [
    "frames of which nothing is known go by their stations and type",
    build(ethernet({ ...MACS, type: 0x88b5 }), "?") as Packet,
    build(ethernet({ ...MACS_BACK, type: 0x88b5 }), "!") as Packet,
    true,
  ],
  [
    "and not by stations alone",
    build(ethernet({ ...MACS, type: 0x88b5 }), "?") as Packet,
    build(ethernet({ ...MACS_BACK, type: 0x88b6 }), "!") as Packet,
    false,
  ],
  [
    "tags do not count",
    build(
      ethernet(MACS),
      vlan({ id: 5 } as never),
      ipv4(HERE),
      icmp({ identifier: 1 }),
    ) as Packet,
    build(
      ethernet(MACS_BACK),
      ipv4(BACK),
      icmp({ type: "echoReply", identifier: 1 }),
    ) as Packet,
    true,
  ],
  [
    "a tunnel is answered through the tunnel",
    build(
      ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }),
      ipv4(HERE),
      icmp({ identifier: 1 }),
    ) as Packet,
    build(
      ipv4({ src: "192.0.2.2", dst: "192.0.2.1" }),
      ipv4(BACK),
      icmp({ type: "echoReply", identifier: 1 }),
    ) as Packet,
    true,
  ],
];

for (const [fact, question, answer, is] of CASES) {
  Deno.test(`matching: ${fact}`, () => {
    assert.equal(isAnswer(answer, question), is);
    const questions = new OpenQuestions();
    questions.add({ packet: question, isOpen: true });
    assert.equal(questions.find(answer) !== undefined, is);
  });
}

Deno.test("of traceroute's questions, which differ in their number alone, each finds its own error", () => {
  const questions = new OpenQuestions<
    { packet: Packet; isOpen: boolean; ttl: number }
  >();
  for (let ttl = 1; ttl <= 30; ttl++) {
    const packet = udpQuestion.with({ ipv4: { ttl, id: ttl } } as never);
    questions.add({ packet, isOpen: true, ttl });
  }
  for (const ttl of [9, 1, 30]) {
    const packet = udpQuestion.with({ ipv4: { ttl: 1, id: ttl } } as never);
    assert.equal(questions.find(error(packet, 28))?.ttl, ttl);
  }
});

Deno.test("equal questions are answered in the order that they were asked", () => {
  const questions = new OpenQuestions<
    { packet: Packet; isOpen: boolean; n: number }
  >();
  for (let n = 0; n < 3; n++) questions.add({ packet: echo, isOpen: true, n });
  const reply = build(
    ipv4(BACK),
    icmp({ type: "echoReply", identifier: 7, sequenceNumber: 3 }),
  ) as Packet;
  for (let n = 0; n < 3; n++) {
    const found = questions.find(reply)!;
    assert.equal(found.n, n);
    found.isOpen = false;
  }
  assert.equal(questions.find(reply), undefined);
});

Deno.test("65,000 questions at once are each found at once", () => {
  const count = 65_000;
  const questions = new OpenQuestions<{ packet: Packet; isOpen: boolean }>();
  const answers: Packet[] = [];
  for (let port = 1; port <= count; port++) {
    const syn = tcp({ srcPort: 4000, dstPort: port, flags: ["SYN"] });
    const reset = tcp({
      srcPort: port,
      dstPort: 4000,
      ack: 1,
      flags: ["RST", "ACK"],
    });
    questions.add({ packet: build(ipv4(HERE), syn) as Packet, isOpen: true });
    answers.push(build(ipv4(BACK), reset) as Packet);
  }
  const start = performance.now();
  for (const answer of answers) {
    const found = questions.find(answer);
    assert.equal(found?.packet.tcp?.dstPort, answer.tcp?.srcPort);
    found!.isOpen = false;
  }
  assert.ok(performance.now() - start < 5_000);
});

Deno.test("no octets whatever make matching throw", () => {
  const bases = CASES.flatMap(([, question, answer]) => [question, answer]);
  fc.assert(
    fc.property(
      fc.constantFrom(...bases),
      fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 6 }),
      fc.nat(150),
      (packet, changes, length) => {
        const octets = packet.bytes.slice(0, length);
        for (const [at, octet] of changes) {
          if (at < octets.length) octets[at] = octet;
        }
        const hostile = decode(octets, { linkType: packet.linkType });
        const questions = new OpenQuestions();
        questions.add({ packet, isOpen: true });
        questions.find(hostile);
        questions.add({ packet: hostile, isOpen: true });
        assert.ok(answerKeys(hostile).every((key) => typeof key === "string"));
      },
    ),
    { numRuns: 1000 },
  );
});
