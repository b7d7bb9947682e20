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

const made = (...parts: Part[]): Packet => build(...parts) as Packet;
const asked = (...parts: Part[]): Packet => made(ipv4(HERE), ...parts);
const replied = (...parts: Part[]): Packet => made(ipv4(BACK), ...parts);
const askedAt = (dstPort: number, ...parts: Part[]): Packet =>
  asked(udp({ srcPort: 4000, dstPort }), ...parts);
const repliedFrom = (srcPort: number, ...parts: Part[]): Packet =>
  replied(udp({ srcPort, dstPort: 4000 }), ...parts);

/** An echo reply, of 10.0.0.2 to 10.0.0.1 unless said otherwise. */
function pong(
  identifier: number,
  sequenceNumber: number,
  ends: Partial<typeof BACK> = {},
): Packet {
  const reply = icmp({ type: "echoReply", identifier, sequenceNumber });
  return made(ipv4({ ...BACK, ...ends }), reply);
}

/** An error with so many octets of what it is about. */
function error(
  about: Packet,
  octets: number,
  header: Part = icmp({ type: "timeExceeded" }),
): Packet {
  const network = about.ipv4
    ? ipv4({ src: "172.16.0.9", dst: "10.0.0.1" })
    : ipv6({ src: "fd99::9", dst: "fd00::1" });
  return made(network, header, about.bytes.slice(0, octets));
}

/** An ACK that nobody asked for. */
const stray = asked(
  tcp({ srcPort: 4000, dstPort: 80, ack: 5, flags: ["ACK"] }),
);

function segment(fields: Parameters<typeof tcp>[0]): Packet {
  return replied(tcp({ srcPort: 80, dstPort: 4000, ...fields }));
}

const questions = [{ name: "a.example" }];
const query = (id: number): Packet => askedAt(53, dns({ id, questions }));
const response = (id: number, qr: 0 | 1 = 1): Packet =>
  repliedFrom(53, dns({ id, qr, questions }));

const CLOCKS = udp({ srcPort: 123, dstPort: 123 });
const clock = (originTimestamp: bigint): Packet =>
  replied(CLOCKS, ntp({ mode: "server", originTimestamp }));
const values = (requestId: number): Packet =>
  repliedFrom(161, snmp({ pdu: { type: "response", requestId } }));

function offer(transactionId: number, dst: string): Packet {
  return made(
    ethernet(MACS_BACK),
    ipv4({ src: "10.0.0.254", dst }),
    udp({ srcPort: 67, dstPort: 68 }),
    dhcp({
      op: "reply",
      transactionId,
      options: [{ kind: "messageType", type: "offer" }],
    }),
  );
}

const isAt = (senderIp: string): Packet =>
  made(
    ethernet(MACS_BACK),
    arp({
      operation: "reply",
      senderMac: MACS.dst,
      senderIp,
      targetMac: MACS.src,
      targetIp: "10.0.0.1",
    }),
  );
const advertisement = (target: string): Packet =>
  made(
    ethernet(MACS_BACK),
    ipv6(BACK6),
    icmpv6({ type: "neighborAdvertisement", target }),
  );
const unknown = (ends: typeof HERE, protocol: number): Packet =>
  made(ipv4({ ...ends, protocol }), "?");
const frame = (ends: typeof MACS, type: number): Packet =>
  made(ethernet({ ...ends, type }), "?");

const echo = asked(icmp({ identifier: 7, sequenceNumber: 3 }), "abc");
const udpQuestion = made(
  ipv4({ ...HERE, id: 77 }),
  udp({ srcPort: 4000, dstPort: 33434 }),
  "probe",
);
const udp6 = made(
  ipv6(HERE6),
  udp({ srcPort: 4000, dstPort: 33434 }),
  "probe",
);
const syn = asked(
  tcp({ srcPort: 4000, dstPort: 80, seq: 99, flags: ["SYN"] }),
);

/** Questions, and whether what is said of each answers it. */
const CASES: readonly (readonly [
  question: Packet,
  answers: Readonly<Record<string, readonly [is: boolean, answer: Packet]>>,
])[] = [
  [echo, {
    "an echo reply with number and sequence does": [true, pong(7, 3)],
    "one of another sequence does not": [false, pong(7, 4)],
    "one from another does not": [false, pong(7, 3, { src: "10.0.0.3" })],
    "one to another does not": [false, pong(7, 3, { dst: "10.0.0.3" })],
    "an echo does not answer itself": [false, echo],
    "an error about an echo does": [true, error(echo, 28)],
    "a redirect does not: the answer is still to come": [
      false,
      error(echo, 28, icmp({ type: "redirect" })),
    ],
  }],
  [asked(icmp({ type: "timestamp", identifier: 1 })), {
    "a timestamp reply answers a timestamp": [
      true,
      replied(icmp({ type: "timestampReply", identifier: 1 })),
    ],
  }],
  [udpQuestion, {
    "an error that quotes a datagram does": [true, error(udpQuestion, 28)],
    "more may be quoted": [true, error(udpQuestion, 33)],
    "an error about another one does not": [false, error(syn, 28)],
    "one that quotes too little does not": [false, error(udpQuestion, 19)],
    "an IP packet whose number a kernel filled in is known by its ports": [
      true,
      error(udpQuestion.with({ ipv4: { id: 5, ttl: 1 } } as never), 28),
    ],
  }],
  [udp6, {
    "an ICMPv6 error answers what it quotes": [
      true,
      error(udp6, 48, icmpv6({ type: "destinationUnreachable", code: 4 })),
    ],
  }],
  [syn, {
    "an error that quotes eight octets of TCP does": [true, error(syn, 28)],
    "a SYN ACK of the next number does": [
      true,
      segment({ ack: 100, flags: ["SYN", "ACK"] }),
    ],
    "a SYN ACK of another does not": [
      false,
      segment({ ack: 99, flags: ["SYN", "ACK"] }),
    ],
    "a reset answers a SYN": [
      true,
      segment({ ack: 100, flags: ["RST", "ACK"] }),
    ],
    "a SYN of the other side does not": [false, segment({ flags: ["SYN"] })],
  }],
  [
    asked(
      tcp({
        srcPort: 4000,
        dstPort: 80,
        seq: 2 ** 32 - 2,
        ack: 5,
        flags: ["ACK", "PSH"],
      }),
      "hello",
    ),
    {
      "octets count in the number of an ACK": [
        true,
        segment({ seq: 5, ack: 3, flags: ["ACK"] }),
      ],
    },
  ],
  [stray, {
    "an ACK out of the blue is reset by its own number": [
      true,
      segment({ seq: 5, flags: ["RST"] }),
    ],
    "a reset of another number does not answer it": [
      false,
      segment({ seq: 6, flags: ["RST"] }),
    ],
  }],
  [query(5), {
    "DNS is told apart by its number": [true, response(5)],
    "a response of another number is no answer": [false, response(6)],
    "a query is no answer": [false, response(5, 0)],
    "what is none of DNS does not": [false, repliedFrom(53, "junk")],
  }],
  [askedAt(53, "junk"), {
    "octets to a port are answered from it, whatever they are": [
      true,
      response(5),
    ],
  }],
  [
    made(
      ethernet({ src: MACS.src, dst: ALL }),
      ipv4({ src: "0.0.0.0", dst: "255.255.255.255" }),
      udp({ srcPort: 68, dstPort: 67 }),
      dhcp({
        transactionId: 9,
        options: [{ kind: "messageType", type: "discover" }],
      }),
    ),
    {
      "an offer does, to whomever it goes": [true, offer(9, "10.0.0.50")],
      "an offer to another client does not": [false, offer(8, "10.0.0.50")],
    },
  ],
  [
    made(
      ethernet({ src: MACS.src, dst: ALL }),
      arp({ senderMac: MACS.src, senderIp: "10.0.0.1", targetIp: "10.0.0.2" }),
    ),
    {
      "is-at answers who-has": [true, isAt("10.0.0.2")],
      "is-at of another address does not": [false, isAt("10.0.0.3")],
    },
  ],
  [
    made(
      ethernet({ src: MACS.src, dst: "33:33:ff:00:00:02" }),
      ipv6({ src: "fd00::1", dst: "ff02::1:ff00:2", hopLimit: 255 }),
      icmpv6({ type: "neighborSolicitation", target: "fd00::2" }),
    ),
    {
      "an advertisement of the target does": [true, advertisement("fd00::2")],
      "an advertisement of another does not": [false, advertisement("fd00::3")],
    },
  ],
  [
    made(
      ipv6({ src: "fe80::1", dst: "ff02::2" }),
      icmpv6({ type: "routerSolicitation" }),
    ),
    {
      "a router advertisement answers a solicitation of all routers": [
        true,
        made(
          ipv6({ src: "fe80::9", dst: "ff02::1" }),
          icmpv6({ type: "routerAdvertisement" }),
        ),
      ],
    },
  ],
  [
    made(ipv6({ src: "fe80::1", dst: "ff02::1" }), icmpv6({ identifier: 4 })),
    {
      "an echo to a group is answered by anyone": [
        true,
        made(
          ipv6({ src: "fe80::9", dst: "fe80::1" }),
          icmpv6({ type: "echoReply", identifier: 4 }),
        ),
      ],
    },
  ],
  [
    made(
      ethernet({ src: MACS.src, dst: ALL }),
      ipv4({ ...HERE, dst: "10.0.0.255" }),
      icmp({ identifier: 4 }),
    ),
    {
      "an echo to the broadcast address of a subnet is answered by anyone": [
        true,
        made(
          ethernet(MACS_BACK),
          ipv4(BACK),
          icmp({ type: "echoReply", identifier: 4 }),
        ),
      ],
    },
  ],
  [asked(CLOCKS, ntp({ transmitTimestamp: 5n })), {
    "NTP answers with the time of the question": [true, clock(5n)],
    "NTP with another one's time does not": [false, clock(6n)],
  }],
  [askedAt(161, snmp({ pdu: { type: "getRequest", requestId: 3 } })), {
    "SNMP answers by the number of the request": [true, values(3)],
    "SNMP does not by another": [false, values(4)],
  }],
  [askedAt(1812, radius({ code: 1, identifier: 3 })), {
    "RADIUS accepts what was asked": [
      true,
      repliedFrom(1812, radius({ code: 2, identifier: 3 })),
    ],
  }],
  [made(ipv4({ ...HERE, dst: "224.0.0.1" }), igmp({ type: 0x11 })), {
    "IGMP reports answer a query, whatever the group": [
      true,
      made(ipv4({ ...BACK, dst: "239.1.2.3" }), igmp({ type: 0x16 })),
    ],
  }],
  [asked(sctp({ srcPort: 1, dstPort: 2 })), {
    "SCTP goes by its ports": [true, replied(sctp({ srcPort: 2, dstPort: 1 }))],
  }],
  [unknown(HERE, 200), {
    "a protocol that nobody knows goes by addresses": [
      true,
      unknown(BACK, 200),
    ],
    "a protocol that nobody knows goes by its number": [
      false,
      unknown(BACK, 201),
    ],
  }],
  [frame(MACS, 0x88b5), {
    "frames of which nothing is known go by their stations and type": [
      true,
      frame(MACS_BACK, 0x88b5),
    ],
    "such frames do not go by stations alone": [
      false,
      frame(MACS_BACK, 0x88b6),
    ],
  }],
  [
    made(
      ethernet(MACS),
      vlan({ id: 5 } as never),
      ipv4(HERE),
      icmp({ identifier: 1 }),
    ),
    {
      "tags do not count": [
        true,
        made(
          ethernet(MACS_BACK),
          ipv4(BACK),
          icmp({ type: "echoReply", identifier: 1 }),
        ),
      ],
    },
  ],
  [
    made(
      ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }),
      ipv4(HERE),
      icmp({ identifier: 1 }),
    ),
    {
      "a tunnel is answered through the tunnel": [
        true,
        made(
          ipv4({ src: "192.0.2.2", dst: "192.0.2.1" }),
          ipv4(BACK),
          icmp({ type: "echoReply", identifier: 1 }),
        ),
      ],
    },
  ],
];

for (const [question, answers] of CASES) {
  for (const [fact, [is, answer]] of Object.entries(answers)) {
    Deno.test(`matching: ${fact}`, () => {
      assert.equal(isAnswer(answer, question), is);
      const questions = new OpenQuestions();
      questions.add({ packet: question, isOpen: true });
      assert.equal(questions.find(answer) !== undefined, is);
    });
  }
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
  const reply = pong(7, 3);
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
    questions.add({ packet: asked(syn), isOpen: true });
    answers.push(replied(reset));
  }
  const start = performance.now();
  for (const answer of answers) {
    const found = questions.find(answer);
    assert.equal(found?.packet.tcp?.dstPort, answer.tcp?.srcPort);
    found!.isOpen = false;
  }
  // Minutes, if all that are open were looked through for each.
  assert.ok(performance.now() - start < 30_000);
});

Deno.test("no octets whatever make matching throw", () => {
  const bases = CASES.flatMap(([question, answers]) => [
    question,
    ...Object.values(answers).map(([, answer]) => answer),
  ]);
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
