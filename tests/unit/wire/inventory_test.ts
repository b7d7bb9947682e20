import assert from "node:assert/strict";
import { build } from "../../../lib/packet/build.ts";
import { arp } from "../../../lib/packet/layers/arp.ts";
import { dhcp } from "../../../lib/packet/layers/dhcp/dhcp.ts";
import { dns } from "../../../lib/packet/layers/dns/dns.ts";
import { mdns } from "../../../lib/packet/layers/dns/mdns.ts";
import { ethernet } from "../../../lib/packet/layers/ethernet.ts";
import { icmpv6 } from "../../../lib/packet/layers/icmpv6.ts";
import { ipv4 } from "../../../lib/packet/layers/ipv4.ts";
import { ipv6 } from "../../../lib/packet/layers/ipv6.ts";
import { tcp } from "../../../lib/packet/layers/tcp.ts";
import { udp } from "../../../lib/packet/layers/udp.ts";
import type { Packet } from "../../../lib/packet/packet.ts";
import { DhcpOffer, DhcpOffers } from "../../../lib/wire/finding/dhcp_offer.ts";
import { InventoryTally } from "../../../lib/wire/finding/inventory_tally.ts";

const SRC = "02:00:00:00:00:07";
const frame = ethernet({ src: SRC, dst: "ff:ff:ff:ff:ff:ff" });

function hostsOf(...packets: Packet[]) {
  const tally = new InventoryTally();
  for (const packet of packets) tally.take(packet);
  return tally.hosts;
}

const linuxSyn = (ttl: number, src = "192.0.2.7") =>
  build(
    frame,
    ipv4({ src, dst: "198.51.100.1", ttl, flags: ["DF"] }),
    tcp({
      flags: ["SYN"],
      window: 64240,
      options: [
        { kind: "mss", mss: 1460 },
        "sackPermitted",
        { kind: "timestamps", value: 1, echo: 0 },
        "nop",
        { kind: "windowScale", shift: 7 },
      ],
    }),
  );

Deno.test("each protocol gives its part of a host away", () => {
  const ip = { src: "192.0.2.7", dst: "192.0.2.255" } as const;
  const [host, ...others] = hostsOf(
    build(frame, arp({ senderMac: SRC, senderIp: "192.0.2.7" })),
    build(
      frame,
      ipv4({ src: "0.0.0.0", dst: "255.255.255.255" }),
      udp({ srcPort: 68, dstPort: 67 }),
      dhcp({
        clientHardwareAddress: SRC,
        options: [
          { kind: "messageType", type: "request" },
          { kind: "hostName", name: "desk" },
          { kind: "vendorClass", text: "MSFT 5.0" },
          { kind: "parameterRequestList", options: [1, 3, 6] },
        ],
      }),
    ),
    build(
      frame,
      ipv4(ip),
      udp({ srcPort: 5353, dstPort: 5353 }),
      mdns({
        qr: 1,
        answers: [
          { name: "desk.local.", type: "A", data: "192.0.2.7" },
          { name: "other.local.", type: "A", data: "192.0.2.8" },
          { name: "_ipp._tcp.local.", type: "PTR", data: "x._ipp._tcp.local." },
        ],
      }),
    ),
    build(
      frame,
      ipv6({ src: "fe80::7", dst: "ff02::1", hopLimit: 255 }),
      icmpv6({
        type: "routerAdvertisement",
        router: { lifetime: 1800 },
        options: [{ kind: "sourceLinkLayer", address: SRC }],
      }),
    ),
    linuxSyn(64),
  );
  assert.deepEqual(others, []);
  assert.equal(host?.mac, SRC);
  assert.equal(host?.vendor, "locally administered");
  assert.deepEqual(host?.addresses, ["192.0.2.7", "fe80::7"]);
  assert.deepEqual(host?.names, ["desk", "desk.local"]);
  assert.deepEqual(host?.roles, ["router"]);
  assert.deepEqual(host?.services, ["_ipp._tcp"]);
  assert.equal(host?.system, "Linux");
  assert.deepEqual(host?.evidence, ["ARP", "DHCP", "mDNS", "NDP", "TCP SYN"]);
  const by = (value: string) =>
    host?.facts.find((fact) => fact.value === value)?.by;
  assert.equal(by("MSFT 5.0"), "DHCP");
  assert.equal(by("asks for 1,3,6"), "DHCP");
  assert.equal(by("fe80::7"), "NDP");
  assert.equal(JSON.parse(JSON.stringify(host)).system, "Linux");
});

Deno.test("what a router has passed on is not the router's own", () => {
  assert.deepEqual(hostsOf(linuxSyn(63)), []);
  // One that is known to be on the link may still set any TTL.
  const known = build(frame, arp({ senderMac: SRC, senderIp: "192.0.2.7" }));
  assert.equal(hostsOf(known, linuxSyn(63))[0]?.system, "Linux");
  const forwarded = build(
    frame,
    ipv6({ src: "fe80::7", dst: "ff02::1", hopLimit: 254 }),
    icmpv6({ type: "routerAdvertisement", router: { lifetime: 1800 } }),
  );
  assert.deepEqual(hostsOf(forwarded), []);
});

Deno.test("a server is one by what it answers", () => {
  const ack = build(
    frame,
    ipv4({ src: "192.0.2.7", dst: "192.0.2.50" }),
    udp({ srcPort: 67, dstPort: 68 }),
    dhcp({
      op: "reply",
      yourAddress: "192.0.2.50",
      clientHardwareAddress: "02:00:00:00:00:50",
      options: [{ kind: "messageType", type: "ack" }],
    }),
  );
  const answer = build(
    frame,
    ipv4({ src: "192.0.2.7", dst: "192.0.2.50" }),
    udp({ srcPort: 53, dstPort: 40_000 }),
    dns({
      qr: 1,
      answers: [{ name: "pc50.example.net.", type: "A", data: "192.0.2.50" }],
    }),
  );
  const [client, server] = hostsOf(ack, answer);
  assert.deepEqual(client?.addresses, ["192.0.2.50"]);
  assert.deepEqual(client?.names, ["pc50.example.net"]);
  assert.deepEqual(server?.roles, ["DHCP server", "DNS server"]);
  assert.deepEqual(server?.addresses, ["192.0.2.7"]);
});

Deno.test("groups, nobody and probes for an address are no hosts", () => {
  assert.deepEqual(
    hostsOf(
      build(frame, arp({ senderMac: SRC, senderIp: "0.0.0.0" })),
      build(
        frame,
        arp({ senderMac: "01:00:5e:00:00:01", senderIp: "192.0.2.1" }),
      ),
    ),
    [],
  );
});

Deno.test("an offer is read with its subnet, and two servers are one too many", () => {
  const offer = (src: string, mask: string) =>
    new DhcpOffer(
      build(
        frame,
        ipv4({ src, dst: "255.255.255.255" }),
        udp({ srcPort: 67, dstPort: 68 }),
        dhcp({
          op: "reply",
          yourAddress: "192.0.2.130",
          options: [
            { kind: "messageType", type: "offer" },
            { kind: "serverIdentifier", address: src },
            { kind: "subnetMask", mask },
          ],
        }),
      ),
      1.5,
    );
  const one = offer("192.0.2.129", "255.255.255.128");
  assert.equal(String(one.subnet), "192.0.2.128/25");
  assert.equal(String(offer("192.0.2.1", "0.0.0.0").subnet), "0.0.0.0/0");
  assert.equal(offer("192.0.2.1", "255.0.255.0").subnet, undefined);
  assert.equal(String(one), "192.0.2.129 offers 192.0.2.130/25");
  const facts = { interface: "eth0", clientMac: SRC };
  const two = new DhcpOffers({
    ...facts,
    offers: [one, one, offer("192.0.2.1", "255.255.255.0")],
  });
  assert.equal(two.servers.length, 2);
  assert.match(
    Deno.inspect(two),
    /2 servers answer: 192\.0\.2\.129, 192\.0\.2\.1\./,
  );
  const single = new DhcpOffers({ ...facts, offers: [one] });
  assert.doesNotMatch(Deno.inspect(single), /answer:/);
  assert.throws(() => new DhcpOffer(build(frame), 0), TypeError);
});
