/** LACP, its marker, and OAM; EAPOL and MACsec. */

import assert from "node:assert/strict";
import * as net from "../../../../lib/packet/mod.ts";
import { golden, octets } from "./golden.ts";

const { build, decode, eapol, ethernet, lacp, macsec, marker, oam, slow } = net;

Deno.test("lacp: what both ends think of the port (capture LACP)", () => {
  const packet = decode(octets(
    `0180c2000002 0013c4120f0d 8809 01 01
     0114 8000 0013c4120f00 000d 8000 0016 85 000000
     0214 8000 000e8316f500 000d 8000 0019 36 000000
     0310 8000 ${"00".repeat(12)} ${"00".repeat(52)}`,
  ));
  const view = golden(packet, "lacp", {
    version: 1,
    actorType: 1,
    actorLength: 20,
    actorSystemPriority: 0x8000,
    actorSystem: "00:13:c4:12:0f:00",
    actorKey: 13,
    actorPortPriority: 0x8000,
    actorPort: 22,
    actorState: ["active", "aggregation", "expired"],
    actorReserved: 0,
    partnerType: 2,
    partnerLength: 20,
    partnerSystemPriority: 0x8000,
    partnerSystem: "00:0e:83:16:f5:00",
    partnerKey: 13,
    partnerPortPriority: 0x8000,
    partnerPort: 25,
    partnerState: [
      ...["shortTimeout", "aggregation", "collecting", "distributing"],
    ],
    partnerReserved: 0,
    collectorType: 3,
    collectorLength: 16,
    collectorMaxDelay: 0x8000,
    collectorReserved: "00".repeat(12),
    rest: "00".repeat(52),
  });
  assert.match(`${view}`, /^lacp 00:13:c4:12:0f:00 port 22 active/);
  const built = build(ethernet(), slow(), lacp({ actorPort: 3 }));
  assert.equal(built.bytes.length, 124);
  assert.equal(built.slow.subtype, 1);
});

Deno.test("marker: who asks, and for what (IEEE 802.1AX §6.5.3.3)", () => {
  const packet = build(
    ethernet(),
    slow(),
    marker({ requesterSystem: "02:00:00:00:00:01", transactionId: 7 }),
  );
  assert.equal(packet.bytes.length, 124);
  assert.equal(
    packet.marker.bytes.subarray(0, 19).toHex(),
    "010110" + "0000" + "020000000001" + "00000007" + "0000" + "0000",
  );
});

Deno.test("oam: both ends' information, events, loopback (IEEE 802.3 §57.4)", () => {
  const inOam = (hex: string) =>
    decode(octets(`0180c2000002 02005e100001 8809 03 ${hex}`));
  golden(
    inOam("0050 00 0110 01 0005 00 01 05ee 00000c 00000001 00"),
    "oam",
    {
      flags: ["localStable", "remoteStable"],
      code: 0,
      tlvs: [{
        kind: "local",
        version: 1,
        revision: 5,
        stateReserved: 0,
        isDiscarding: 0,
        parser: 0,
        configuration: ["active"],
        sizeReserved: 0,
        maxSize: 1518,
        oui: 0x0c,
        vendor: 1,
      }, { kind: "end" }],
    },
  );
  golden(inOam("0000 04 01"), "oam", {
    flags: [],
    code: 4,
    loopback: 1,
    octets: "",
  });
  assert.equal(inOam("0000 01 0009 0000").oam?.sequence, 9);
  assert.throws(() => oam({ code: "information", loopback: 1 }), /loopback/);
});

Deno.test("eapol: the length bounds what follows (IEEE 802.1X §11.3)", () => {
  const packet = decode(
    octets("0180c2000003 02005e100001 888e 01 00 0005 0101000501 0000"),
  );
  golden(packet, "eapol", { version: 1, type: 0, length: 5 });
  assert.equal(packet.payload.toHex(), "0101000501");
  assert.equal(packet.trailer.length, 2);
  assert.equal(build(ethernet(), eapol(), "abc").eapol.length, 3);
});

Deno.test("macsec: a tag with the channel's identifier (capture macsec-changed)", () => {
  const packet = decode(octets(
    "3e6ff374237c 2eb73f3995c3 88e5 24 00 00000006 2eb73f3995c3 006f 08004500",
  ));
  golden(packet, "macsec", {
    version: 0,
    flags: ["changed", "sci"],
    association: 0,
    reserved: 0,
    shortLength: 0,
    packetNumber: 6,
    system: "2e:b7:3f:39:95:c3",
    port: 111,
  });
  assert.equal(packet.payload.toHex(), "08004500");
  const built = build(ethernet(), macsec({ packetNumber: 1 }), "abc");
  assert.equal(built.macsec.headerLength, 6);
  assert.equal(build(ethernet(), macsec({ port: 1 })).macsec.headerLength, 14);
});
