/** LLDP and CDP: neighbours say who they are. */

import assert from "node:assert/strict";
import * as net from "../../../../lib/packet/mod.ts";
import { golden, octets } from "./golden.ts";

const { build, cdp, decode, ethernet, llc, lldp, snap } = net;

const inLldp = (hex: string) =>
  decode(octets(`0180c200000e 08002742ba59 88cc ${hex}`));

Deno.test("lldp: basic pieces and those of 802.1 (capture dcb_pfc)", () => {
  const packet = inLldp(
    `0207 04 08002742ba59 0407 03 08002742ba59 0602 0078
     fe06 0080c201 0001 fe07 0080c202 02 0000 fe0e 0080c203 0001 07 64656661756c74
     fe0d 0080c204 08 0000424203000000 fe06 0080c20b 04 34 0000 00000000000000`,
  );
  const view = golden(packet, "lldp", {
    tlvs: [
      { kind: "chassisId", subtype: 4, id: "08:00:27:42:ba:59" },
      { kind: "portId", subtype: 3, id: "08:00:27:42:ba:59" },
      { kind: "ttl", seconds: 120 },
      { kind: "portVlan", id: 1 },
      {
        kind: "protocolVlan",
        reserved: 0,
        enabled: 0,
        supported: 1,
        reservedLow: 0,
        id: 0,
      },
      { kind: "vlanName", id: 1, text: "default" },
      { kind: "protocolIdentity", protocol: "0000424203000000" },
      {
        kind: "priorityFlowControl",
        willing: 0,
        macsecBypass: 0,
        reserved: 0,
        capability: 4,
        enabled: 0x34,
      },
      { kind: "end" },
    ],
  });
  assert.equal(`${view}`, "lldp 08:00:27:42:ba:59 08:00:27:42:ba:59");
  assert.equal(packet.trailer.length, 7);
});

Deno.test("lldp: unknown pieces, and those of a wrong length, keep their octets", () => {
  const packet = inLldp("0603 007800 fe05 00112233 07 1401 aa 0000");
  assert.deepEqual(packet.lldp?.toJSON().tlvs, [
    { kind: 3, octets: "007800" },
    { kind: 127, octets: "0011223307" },
    { kind: 10, octets: "aa" },
    { kind: "end" },
  ]);
  assert.match(`${packet.error}`, /ttl of 3 octets, too many/);
  const cut = inLldp("0602 0078 0a10 6161");
  assert.deepEqual(cut.lldp?.tlvs, [{ kind: "ttl", seconds: 120 }]);
  assert.match(`${cut.error}`, /cut short .*needs 16 octets and has 2/);
});

Deno.test("lldp: MED's policy and 802.3's power are built by name", () => {
  const packet = build(
    ethernet(),
    lldp({
      tlvs: [
        { kind: "networkPolicy", application: "voice", vlan: 20, dscp: 46 },
        { kind: "power", details: { requested: 130, allocated: 120 } },
        "end",
      ],
    }),
  );
  assert.equal(
    packet.lldp.bytes.toHex(),
    "fe080012bb020100282e" + "fe0c00120f02000000" + "0000820078" + "0000",
  );
  assert.throws(
    () => lldp({ tlvs: [{ kind: "systemName", text: "x".repeat(600) }] }),
    /up to 511 octets/,
  );
  assert.throws(() => lldp({ tlvs: ["nothing" as "end"] }), /must be one of/);
});

Deno.test("cdp: pieces of a router, and a checksum", () => {
  const packet = build(
    ethernet({ dst: "01:00:0c:cc:cc:cc" }),
    llc(),
    snap(),
    cdp({
      tlvs: [
        { kind: "deviceId", text: "router" },
        {
          kind: "addresses",
          addresses: [
            {
              protocolType: "nlpid",
              protocol: octets("cc"),
              address: "192.0.2.1",
            },
            {
              protocolType: "llc",
              protocol: octets("aaaa0300000086dd"),
              address: "2001:db8::1",
            },
          ],
        },
        { kind: "nativeVlan", id: 12 },
        { kind: "voiceVlanReply", data: 1, id: 20 },
        { kind: "duplex", duplex: "full" },
        { kind: 0x7777, octets: octets("0102") },
        { kind: "mtu", mtu: 1500 },
        { kind: "trust", trust: 1 },
      ],
    }),
  );
  assert.ok(packet.checksums.every(({ ok }) => ok));
  assert.equal(packet.checksums.length, 1);
  const again = decode(packet.bytes);
  assert.deepEqual(again.cdp?.toJSON().tlvs, [
    { kind: "deviceId", text: "router" },
    {
      kind: "addresses",
      count: 2,
      addresses: [
        { protocolType: 1, protocol: "cc", address: "192.0.2.1" },
        {
          protocolType: 2,
          protocol: "aaaa0300000086dd",
          address: "2001:db8::1",
        },
      ],
    },
    { kind: "nativeVlan", id: 12 },
    { kind: "voiceVlanReply", data: 1, id: 20 },
    { kind: "duplex", duplex: 1 },
    { kind: 0x7777, octets: "0102" },
    { kind: "mtu", mtu: 1500 },
    { kind: "trust", trust: 1 },
  ]);
  assert.equal(`${again.cdp}`, "cdp router");
});
