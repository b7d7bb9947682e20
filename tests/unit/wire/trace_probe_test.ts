import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "../../../lib/ip/address.ts";
import { build } from "../../../lib/packet/build.ts";
import { icmp } from "../../../lib/packet/layers/icmp.ts";
import { icmpExtensionOctets } from "../../../lib/packet/layers/icmp_extensions.ts";
import { icmpv6 } from "../../../lib/packet/layers/icmpv6.ts";
import { ipv4 } from "../../../lib/packet/layers/ipv4.ts";
import { ipv6 } from "../../../lib/packet/layers/ipv6.ts";
import { tcp } from "../../../lib/packet/layers/tcp.ts";
import { decode, type Packet } from "../../../lib/packet/packet.ts";
import {
  probeAnswer,
  probeName,
  probePacket,
  type TraceFlow,
  type TraceProtocol,
} from "../../../lib/wire/tracing/trace_probe.ts";

const ENDS = {
  4: { source: parse("192.0.2.1"), target: parse("198.51.100.9") },
  6: { source: parse("2001:db8::1"), target: parse("2001:db8:9::9") },
} as const;
const FAMILIES = [4, 6] as const;
const PROTOCOLS = ["udp", "tcp", "icmp"] as const;

function flowOf(family: 4 | 6, protocol: TraceProtocol): TraceFlow {
  return { ...ENDS[family], protocol, port: 33_434, identity: 61_234 };
}

const tags = fc.integer({ min: 1, max: 65_534 });
const read = (octets: Uint8Array): Packet => decode(octets, { linkType: 101 });

/** What a router may pick a way by: addresses, label, protocol, and the first four octets behind the header. */
function hashed(octets: Uint8Array): string {
  const { ipv4, ipv6 } = read(octets);
  const header = ipv4 ? 20 : 40;
  return [
    ipv4?.src ?? ipv6?.src,
    ipv4?.dst ?? ipv6?.dst,
    ipv4?.protocol ?? ipv6?.nextHeader,
    ipv6?.flowLabel,
    octets.subarray(header, header + 4),
  ].join();
}

Deno.test("probes of one flow look alike to whoever shares load, and each says its tag", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FAMILIES),
      fc.constantFrom(...PROTOCOLS),
      tags,
      tags,
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 0, max: 1500 }),
      (family, protocol, tag, other, hopLimit, size) => {
        const flow = flowOf(family, protocol);
        const octets = probePacket(flow, { hopLimit, tag, size });
        const second = probePacket(flow, { hopLimit: 1, tag: other, size });
        assert.equal(hashed(octets), hashed(second));
        const packet = read(octets);
        assert.equal(packet.error, undefined);
        assert.ok(packet.checksums.every(({ ok }) => ok));
        assert.equal(packet.ipv4?.ttl ?? packet.ipv6?.hopLimit, hopLimit);
        if (protocol !== "tcp" && size >= 60) assert.equal(octets.length, size);
        const { target: _, ...name } = probeName(packet)!;
        assert.deepEqual(name, { protocol, identity: 61_234, tag });
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("an error that quotes 8 octets behind the IP header says which probe it is about", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FAMILIES),
      fc.constantFrom(...PROTOCOLS),
      tags,
      (family, protocol, tag) => {
        const flow = flowOf(family, protocol);
        const octets = probePacket(flow, { hopLimit: 1, tag, size: 60 });
        const quoted = octets.subarray(0, (family === 4 ? 20 : 40) + 8);
        const packet = family === 4
          ? build(
            ipv4({ src: "10.0.0.1", dst: flow.source }),
            icmp({ type: "timeExceeded" }),
            quoted,
          )
          : build(
            ipv6({ src: "fd00::1", dst: flow.source }),
            icmpv6({ type: "timeExceeded" }),
            quoted,
          );
        const answer = probeAnswer(packet);
        assert.equal(answer?.kind, "expired");
        assert.equal(answer?.tag, tag);
        assert.equal(answer?.identity, 61_234);
        assert.equal(String(answer?.target), String(flow.target));
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("what arrives is told by the target's own answer", () => {
  const { source, target } = ENDS[4];
  const flow = flowOf(4, "tcp");
  const { tcp: syn } = read(
    probePacket(flow, { hopLimit: 9, tag: 7, size: 0 }),
  );
  const answer = (flags: readonly ("SYN" | "ACK" | "RST")[]) =>
    probeAnswer(build(
      ipv4({ src: target, dst: source, ttl: 60 }),
      tcp({
        srcPort: 33_434,
        dstPort: 61_234,
        flags,
        ack: (syn!.seq + 1) >>> 0,
      }),
    ));
  const open = answer(["SYN", "ACK"]);
  assert.deepEqual([open?.kind, open?.port, open?.tag], ["arrived", "open", 7]);
  assert.equal(answer(["RST", "ACK"])?.port, "closed");
  assert.equal(answer(["ACK"]), undefined);
  assert.equal(answer(["SYN"]), undefined);
  const pong = build(
    ipv4({ src: target, dst: source }),
    icmp({ type: "echoReply", identifier: 61_234, sequenceNumber: 9 }),
  );
  assert.deepEqual([probeAnswer(pong)?.kind, probeAnswer(pong)?.tag], [
    "arrived",
    9,
  ]);
  assert.equal(probeName(pong), undefined);
});

Deno.test("marks say why a probe could not go on, as traceroute(8) writes them", () => {
  const flow = flowOf(4, "udp");
  const probe = probePacket(flow, { hopLimit: 3, tag: 5, size: 60 });
  const said = (code: number, src = "10.0.0.1", nextHopMtu?: number) => {
    const { kind, mark, mtu, port } = probeAnswer(build(
      ipv4({ src, dst: flow.source }),
      icmp({
        type: "destinationUnreachable",
        code,
        ...nextHopMtu !== undefined && { nextHopMtu },
      }),
      probe,
    ))!;
    return [kind, mark, mtu, port];
  };
  const none = undefined;
  assert.deepEqual(said(1), ["unreachable", "!H", none, none]);
  assert.deepEqual(said(0), ["unreachable", "!N", none, none]);
  assert.deepEqual(said(13), ["unreachable", "!X", none, none]);
  assert.deepEqual(said(77), ["unreachable", "!77", none, none]);
  assert.deepEqual(said(4, "10.0.0.1", 1400), [
    "unreachable",
    "!F-1400",
    1400,
    none,
  ]);
  assert.deepEqual(said(3), ["unreachable", "!p", none, none]);
  assert.deepEqual(said(3, "198.51.100.9"), ["arrived", none, none, "closed"]);
  const flow6 = flowOf(6, "udp");
  const tooBig = probeAnswer(build(
    ipv6({ src: "fd00::1", dst: flow6.source }),
    icmpv6({ mtu: 1280 }),
    probePacket(flow6, { hopLimit: 3, tag: 5, size: 1500 }),
  ));
  assert.deepEqual([tooBig?.mark, tooBig?.mtu], ["!F-1280", 1280]);
});

Deno.test("the MPLS labels that a router tells of are read", () => {
  const flow = flowOf(4, "udp");
  const probe = probePacket(flow, { hopLimit: 3, tag: 5, size: 60 });
  const behind = icmpExtensionOctets([{
    classNumber: "mpls",
    classType: 1,
    labels: [{ label: 24_000, ttl: 1 }, { label: 17, ttl: 2, bottom: 1 }],
  }]);
  const payload = new Uint8Array(128 + behind.length);
  payload.set(probe);
  payload.set(behind, 128);
  const packet = build(
    ipv4({ src: "10.0.0.1", dst: flow.source }),
    icmp({ type: "timeExceeded", length: 32 }),
    payload,
  );
  assert.deepEqual(
    probeAnswer(packet)?.labels.map(({ label, ttl }) => [label, ttl]),
    [[24_000, 1], [17, 2]],
  );
});

Deno.test("no octets make probeAnswer() throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(0x45, 0x60),
      fc.constantFrom(1, 58, 6, 17),
      (octets, first, protocol) => {
        const packet = Uint8Array.of(first, ...octets);
        packet[first === 0x45 ? 9 : 6] = protocol;
        probeAnswer(read(packet));
        probeName(read(packet));
      },
    ),
    { numRuns: 500 },
  );
});
