import assert from "node:assert/strict";
import fc from "fast-check";
import { build } from "../../../lib/packet/build.ts";
import {
  arp,
  dhcp,
  dns,
  ethernet,
  icmp,
  icmpv6,
  ipv4,
  ipv6,
  udp,
} from "../../../lib/packet/layers/all.ts";
import { decode, type Packet } from "../../../lib/packet/packet.ts";
import { parse } from "../../../lib/ip/address.ts";
import { arpResponder } from "../../../lib/wire/machines/arp_responder.ts";
import { dhcpServer } from "../../../lib/wire/machines/dhcp_server.ts";
import { dnsResponder } from "../../../lib/wire/machines/dns_responder.ts";
import { icmpResponder } from "../../../lib/wire/machines/icmp_responder.ts";

const FACTS = {
  interface: "eth0",
  mac: "02:00:00:00:00:01",
  addresses: [parse("10.0.0.1"), parse("fd00::1")],
};

type DhcpInput = NonNullable<Parameters<typeof dhcp>[0]>;

/** What a client says; `n` is its number. */
function say(
  n: number,
  options: DhcpInput["options"],
  fields: DhcpInput = {},
): Packet {
  const client = `02:00:00:00:01:${n.toString(16).padStart(2, "0")}`;
  return build(
    ethernet({ src: client, dst: "ff:ff:ff:ff:ff:ff" }),
    ipv4({ dst: "255.255.255.255" }),
    udp({ srcPort: 68, dstPort: 67 }),
    dhcp({
      transactionId: n,
      clientHardwareAddress: client,
      options,
      ...fields,
    }),
  ) as Packet;
}

/** What a server says, in short. */
function heard(reply: unknown): string {
  if (reply === undefined) return "nothing";
  const { dhcp: said, ipv4: ip, ethernet: link } = reply as Packet;
  const type = said?.options?.find((one) => one.kind === "messageType");
  const name = type?.kind === "messageType"
    ? ["offer", "", "", "ack", "nak"][type.type - 2]
    : "";
  return `${name} ${said?.yourAddress} to ${ip?.dst} ${link?.dst}`;
}

const server = { kind: "serverIdentifier", address: "10.0.0.1" } as const;
const other = { kind: "serverIdentifier", address: "10.0.0.2" } as const;
const wish = (
  address: string,
) => ({ kind: "requestedAddress", address } as const);
const type = (
  type: "discover" | "request" | "release" | "decline" | "inform",
) => ({ kind: "messageType", type } as const);

Deno.test("a DHCP server goes through RFC 2131's steps", () => {
  const machine = dhcpServer({
    subnet: "10.0.0.0/24",
    pool: "10.0.0.10-10.0.0.11",
    leaseSeconds: 100,
    reserved: { "02:00:00:00:01:09": "10.0.0.200" },
  });
  const step = (packet: Packet) => heard(machine.reply(packet, FACTS));
  const one = "02:00:00:00:01:01";
  const steps: readonly (readonly [string, Packet, string])[] = [
    [
      "an offer",
      say(1, [type("discover")]),
      `offer 10.0.0.10 to 10.0.0.10 ${one}`,
    ],
    [
      "the same again",
      say(1, [type("discover")]),
      `offer 10.0.0.10 to 10.0.0.10 ${one}`,
    ],
    [
      "to all, if it wants that",
      say(1, [type("discover")], { broadcast: 1 }),
      "offer 10.0.0.10 to 255.255.255.255 ff:ff:ff:ff:ff:ff",
    ],
    [
      "through a relay",
      say(1, [type("discover")], { relayAddress: "10.5.0.1" }),
      "offer 10.0.0.10 to 10.5.0.1 00:00:00:00:00:00",
    ],
    [
      "what is offered to one is not given to another",
      say(2, [type("request"), wish("10.0.0.10"), server]),
      "nak 0.0.0.0 to 255.255.255.255 ff:ff:ff:ff:ff:ff",
    ],
    [
      "what was offered is given",
      say(1, [type("request"), wish("10.0.0.10"), server]),
      `ack 10.0.0.10 to 10.0.0.10 ${one}`,
    ],
    [
      "a renewal",
      say(1, [type("request")], { clientAddress: "10.0.0.10" }),
      `ack 10.0.0.10 to 10.0.0.10 ${one}`,
    ],
    [
      "after a restart",
      say(1, [type("request"), wish("10.0.0.10")]),
      `ack 10.0.0.10 to 10.0.0.10 ${one}`,
    ],
    [
      "on a wrong network",
      say(1, [type("request"), wish("192.168.1.5")]),
      "nak 0.0.0.0 to 255.255.255.255 ff:ff:ff:ff:ff:ff",
    ],
    [
      "a second client",
      say(2, [type("discover")]),
      "offer 10.0.0.11 to 10.0.0.11 02:00:00:00:01:02",
    ],
    ["a full pool", say(3, [type("discover")]), "nothing"],
    [
      "who has chosen another server frees the offer",
      say(2, [type("request"), wish("10.0.0.11"), other]),
      "nothing",
    ],
    [
      "so the next gets it",
      say(3, [type("discover"), wish("10.0.0.11")]),
      "offer 10.0.0.11 to 10.0.0.11 02:00:00:00:01:03",
    ],
    [
      "somebody has it already",
      say(3, [type("decline"), wish("10.0.0.11"), server]),
      "nothing",
    ],
    ["nobody gets it then", say(3, [type("discover")]), "nothing"],
    [
      "a release",
      say(1, [type("release"), server], { clientAddress: "10.0.0.10" }),
      "nothing",
    ],
    [
      "frees it",
      say(3, [type("discover")]),
      "offer 10.0.0.10 to 10.0.0.10 02:00:00:00:01:03",
    ],
    [
      "what is kept for one",
      say(9, [type("discover")]),
      "offer 10.0.0.200 to 10.0.0.200 02:00:00:00:01:09",
    ],
    [
      "is for no other",
      say(4, [type("request"), wish("10.0.0.200"), server]),
      "nak 0.0.0.0 to 255.255.255.255 ff:ff:ff:ff:ff:ff",
    ],
    [
      "who has an address only asks for the rest",
      say(5, [type("inform")], { clientAddress: "10.0.0.77" }),
      "ack 0.0.0.0 to 10.0.0.77 02:00:00:00:01:05",
    ],
    ["no type, no answer", say(5, []), "nothing"],
  ];
  for (const [what, packet, expected] of steps) {
    assert.equal(step(packet), expected, what);
    if (what === "a renewal") {
      assert.deepEqual(
        machine.leases.map(({ address, mac }) => `${address} ${mac}`),
        [`10.0.0.10 ${one}`],
      );
    }
  }
});

Deno.test("a DHCP server tells the rest, and its checksums are right", () => {
  const machine = dhcpServer({
    subnet: "10.0.0.0/24",
    router: "10.0.0.254",
    dns: "10.0.0.53",
    leaseSeconds: 100,
  });
  const reply = machine.reply(say(1, [type("discover")]), FACTS) as Packet;
  assert.equal(
    JSON.stringify(reply.dhcp?.options),
    '[{"kind":"messageType","type":2},{"kind":"subnetMask","mask":"255.255.255.0"},{"kind":"broadcastAddress","address":"10.0.0.255"},{"kind":"routers","addresses":["10.0.0.254"]},{"kind":"dnsServers","addresses":["10.0.0.53"]},{"kind":"serverIdentifier","address":"10.0.0.1"},{"kind":"leaseTime","seconds":100},{"kind":"renewalTime","seconds":50},{"kind":"rebindingTime","seconds":87},{"kind":"end"}]',
  );
  assert.ok(reply.checksums.every(({ ok }) => ok));
  assert.ok(reply.dhcp!.headerLength >= 300);
  // Neither its own, nor the router's, nor the name server's.
  const given = new Set<string>();
  for (let n = 1; n < 252; n++) {
    const one = machine.reply(say(n, [type("discover")]), FACTS) as Packet;
    given.add(String(one.dhcp?.yourAddress));
  }
  assert.equal(given.size, 251);
  for (
    const not of [
      "10.0.0.0",
      "10.0.0.255",
      "10.0.0.254",
      "10.0.0.53",
      "10.0.0.1",
    ]
  ) {
    assert.ok(!given.has(not), not);
  }
});

Deno.test("a DHCP server refuses pools that make no sense", () => {
  for (
    const [options, error] of [
      [{ subnet: "fd00::/64" }, TypeError],
      [{ subnet: "10.0.0.0/24", pool: "10.0.1.1-10.0.1.9" }, RangeError],
      [{ subnet: "10.0.0.0/8" }, RangeError],
      [{ subnet: "10.0.0.0/24", leaseSeconds: 0 }, RangeError],
      [{ subnet: "10.0.0.0/24", pool: "x" }, SyntaxError],
    ] as const
  ) assert.throws(() => dhcpServer(options), error);
  assert.throws(
    () => arpResponder({ "fd00::1": "02:00:00:00:00:01" }),
    TypeError,
  );
  assert.throws(() => dnsResponder({ a: "1.2.3" }), SyntaxError);
  assert.throws(() => dnsResponder({}, { ttl: -1 }), RangeError);
});

const back = { src: "10.0.0.9", dst: "10.0.0.53" };

function query(fields: Parameters<typeof dns>[0]): Packet {
  return build(
    ipv4(back),
    udp({ srcPort: 4000, dstPort: 53 }),
    dns(fields),
  ) as Packet;
}

Deno.test("a DNS responder says what it knows, what it does not, and what it cannot", () => {
  const many = Array.from({ length: 40 }, (_, n) => `192.0.2.${n}`);
  const machine = dnsResponder({
    "a.example": "192.0.2.1",
    "*.b.example": "2001:db8::1",
    many,
  });
  const said = (fields: Parameters<typeof dns>[0]) => {
    const { dns: reply } = machine.reply(query(fields), FACTS) as Packet;
    return `${reply?.rcode} ${reply?.flags} ${reply?.answerCount}`;
  };
  const ask = (name: string, type = "A") => [{ name, type }];
  assert.equal(
    said({ questions: ask("A.Example."), flags: ["RD"] }),
    "0 RD,AA 1",
  );
  assert.equal(said({ questions: ask("a.example", "AAAA") }), "0 AA 0");
  assert.equal(said({ questions: ask("x.y.b.example", "ANY") }), "0 AA 1");
  assert.equal(said({ questions: ask("b.example") }), "3 AA 0");
  assert.equal(said({ questions: ask("a.example"), opcode: 2 }), "4 AA 0");
  assert.equal(said({ questions: [] }), "1 AA 0");
  assert.equal(said({ questions: ask("many") }), "0 TC,AA 0");
  const additionals = [{ type: "OPT", udpPayloadSize: 4096 }] as const;
  assert.equal(said({ questions: ask("many"), additionals }), "0 AA 40");
  const silent = dnsResponder({ "a.example": "192.0.2.1" }, {
    others: "silence",
  });
  assert.equal(
    silent.reply(query({ questions: ask("b.example") }), FACTS),
    undefined,
  );
  assert.equal(
    machine.reply(query({ qr: 1, questions: ask("a.example") }), FACTS),
    undefined,
  );
});

Deno.test("no packet whatever makes a machine throw", () => {
  const machines = [
    arpResponder({ "10.0.0.9": "02:00:00:00:00:09" }),
    icmpResponder(["10.0.0.0/24", "fd00::/64"]),
    dnsResponder({ "a.example": ["192.0.2.1", "2001:db8::1"] }),
    dhcpServer({ subnet: "10.0.0.0/24" }),
  ];
  const link = { src: "02:00:00:00:00:05", dst: "ff:ff:ff:ff:ff:ff" };
  const questions = [
    build(ethernet(link), arp({ targetIp: "10.0.0.9" })),
    build(ethernet(link), ipv4(back), icmp(), "hello"),
    build(
      ethernet(link),
      ipv6({ src: "fd00::5", dst: "fd00::6" }),
      icmpv6(),
      "hello",
    ),
    build(
      ethernet(link),
      ipv6({ src: "fd00::5", dst: "ff02::1:ff00:6", hopLimit: 255 }),
      icmpv6({ type: "neighborSolicitation", target: "fd00::6" }),
    ),
    build(ethernet(link), query({ questions: [{ name: "a.example" }] }).bytes),
    say(1, [type("discover"), { kind: "hostName", name: "x" }]),
    say(1, [type("request"), wish("10.0.0.10"), server]),
  ].map((packet) => packet as Packet);
  questions[4] = build(
    ethernet(link),
    ipv4(back),
    udp({ srcPort: 4000, dstPort: 53 }),
    dns({ questions: [{ name: "a.example" }], additionals: [{ type: "OPT" }] }),
  ) as Packet;
  for (const question of questions) {
    const replies = machines.filter((machine) =>
      machine.reply(question, FACTS) !== undefined
    );
    assert.ok(replies.length > 0, String(question));
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...questions),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
      fc.nat(400),
      (packet, changes, length) => {
        const octets = packet.bytes.slice(0, length);
        for (const [at, octet] of changes) {
          if (at < octets.length) octets[at] = octet;
        }
        for (const machine of machines) machine.reply(decode(octets), FACTS);
      },
    ),
    { numRuns: 1000 },
  );
});
