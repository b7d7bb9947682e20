/** ARP, RARP and InARP. */

import assert from "node:assert/strict";
import { arp, build, decode, ethernet } from "../../../../lib/packet/mod.ts";
import { golden, octets } from "./golden.ts";

const FRAME = "ffffffffffff 001f29da2d79 0806";

Deno.test("arp: a request on Ethernet has typed addresses (RFC 826)", () => {
  const packet = decode(octets(
    `${FRAME} 0001 0800 06 04 0001 001f29da2d79 c0a80168 000000000000 c0a80101
     ${"00".repeat(18)}`,
  ));
  const view = golden(packet, "arp", {
    hardwareType: 1,
    protocolType: 0x0800,
    hardwareLength: 6,
    protocolLength: 4,
    operation: 1,
    senderMac: "00:1f:29:da:2d:79",
    senderIp: "192.168.1.104",
    targetMac: "00:00:00:00:00:00",
    targetIp: "192.168.1.1",
  });
  assert.equal(`${view}`, "arp who has 192.168.1.1? tell 192.168.1.104");
  assert.equal(view.senderHardware, undefined);
  assert.equal(packet.payload.length, 0);
  assert.equal(packet.trailer.length, 18, "padding is no payload");
});

Deno.test("arp: addresses of other lengths stay octets", () => {
  // ARCNET has addresses of one octet (RFC 1201).
  const packet = decode(
    octets(`${FRAME} 0007 0800 01 04 0002 05 c0a80168 06 c0a80101`),
  );
  golden(packet, "arp", {
    hardwareType: 7,
    protocolType: 0x0800,
    hardwareLength: 1,
    protocolLength: 4,
    operation: 2,
    senderHardware: "05",
    senderIp: "192.168.1.104",
    targetHardware: "06",
    targetIp: "192.168.1.1",
  });
});

Deno.test("arp: lengths follow from what is set", () => {
  const reply = build(
    ethernet({ dst: "02:00:00:00:00:01" }),
    arp({
      operation: "reply",
      senderMac: "02:00:00:00:00:02",
      senderIp: "192.0.2.1",
    }),
  );
  assert.equal(reply.ethernet.type, 0x0806);
  assert.equal(`${reply.arp}`, "arp 192.0.2.1 is at 02:00:00:00:00:02");
  const other = build(
    ethernet(),
    arp({ protocolType: 0x8137, senderProtocol: octets("0102030405") }),
  );
  assert.equal(other.arp.protocolLength, 5);
  assert.equal(other.arp.targetProtocol?.toHex(), "0000000000");
  assert.throws(
    () => arp({ hardwareLength: 1, senderMac: "02:00:00:00:00:02" }),
    /senderMac/,
  );
});

Deno.test("arp: lengths that point past the end are a fault", () => {
  const packet = decode(octets(`${FRAME} 0001 0800 ff 04 0001 0000`));
  assert.equal(packet.arp, undefined);
  assert.match(`${packet.error}`, /arp: cut short .*says hardwareLength/);
});

Deno.test("arp: ATM's packets are of another layout (RFC 2225)", () => {
  const packet = decode(octets(`${FRAME} 0013 0800 14000108 04000400`));
  assert.equal(packet.arp, undefined);
  assert.equal(packet.error, undefined);
});
