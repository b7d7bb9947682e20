/** BPDUs of STP, RSTP, MSTP and PVST+. */

import assert from "node:assert/strict";
import * as net from "../../../../lib/packet/mod.ts";
import { golden, octets } from "./golden.ts";

const { build, decode, ethernet, llc, snap, stp } = net;

const inLlc = (hex: string) => {
  const length = (3 + octets(hex).length).toString(16).padStart(4, "0");
  return decode(octets(`0180c2000000 001ef705a892 ${length} 424203 ${hex}`));
};

const ROLE = { topologyChangeAck: 0, proposal: 0, topologyChange: 0 };

Deno.test("stp: an MSTP BPDU with two instances (capture MSTP_Intra-Region_BPDUs)", () => {
  const packet = inLlc(
    `0000 03 02 38 0000 001f27b47d80 00030d40 8000 001646b58c80 8012 0100 1400
     0200 0f00 00 0060 00 ${
      "42726577657279".padEnd(64, "0")
    } 0000 9357ebb7a8d74dd5fef4f2bab50531aa 00030d40 8000 001ef705a880 14
     fc 6001 001ef705a880 00000000 60 80 14
     f8 8002 001646b58c80 00030d40 80 80 14`,
  );
  const instance = {
    master: 1,
    agreement: 1,
    forwarding: 1,
    learning: 1,
    proposal: 0,
    topologyChange: 0,
    portPriority: 128,
    remainingHops: 20,
  };
  const view = golden(packet, "stp", {
    protocolId: 0,
    version: 3,
    type: 2,
    flags: { ...ROLE, agreement: 0, forwarding: 1, learning: 1, portRole: 2 },
    root: { priority: 0, systemId: 0, mac: "00:1f:27:b4:7d:80" },
    rootPathCost: 200000,
    bridge: { priority: 8, systemId: 0, mac: "00:16:46:b5:8c:80" },
    portId: 0x8012,
    messageAge: 256,
    maxAge: 5120,
    helloTime: 512,
    forwardDelay: 3840,
    version1Length: 0,
    mst: {
      formatSelector: 0,
      name: "Brewery",
      revision: 0,
      digest: "9357ebb7a8d74dd5fef4f2bab50531aa",
      internalRootPathCost: 200000,
      bridge: { priority: 8, systemId: 0, mac: "00:1e:f7:05:a8:80" },
      remainingHops: 20,
      instances: [{
        ...instance,
        portRole: 3,
        regionalRoot: { priority: 6, systemId: 1, mac: "00:1e:f7:05:a8:80" },
        internalRootPathCost: 0,
        bridgePriority: 96,
      }, {
        ...instance,
        portRole: 2,
        regionalRoot: { priority: 8, systemId: 2, mac: "00:16:46:b5:8c:80" },
        internalRootPathCost: 200000,
        bridgePriority: 128,
      }],
    },
  });
  assert.match(
    `${view}`,
    /^stp version 3 root 0\.00:1f:27:b4:7d:80 cost 200000/,
  );
  assert.equal(packet.error, undefined);
});

Deno.test("stp: a notice of a topology change has nothing more (IEEE 802.1D §9.3.2)", () => {
  const packet = inLlc("0000 00 80");
  golden(packet, "stp", { protocolId: 0, version: 0, type: 0x80 });
  assert.equal(`${packet.stp}`, "stp topology change");
});

Deno.test("stp: the type follows from the version, PVST+ adds the VLAN", () => {
  const bridge = { priority: 8, systemId: 7, mac: "02:00:00:00:00:01" };
  const rapid = build(
    ethernet(),
    llc(),
    snap(),
    stp({ version: "rstp", bridge, originatingVlan: 7 }),
  );
  assert.equal(rapid.stp.type, 2);
  assert.equal(rapid.stp.headerLength, 42);
  assert.equal(rapid.stp.originatingVlan, 7);
  assert.deepEqual([rapid.snap.oui, rapid.snap.pid], [0x0c, 0x010b]);
  const plain = build(ethernet(), llc(), stp({ bridge }));
  assert.equal(plain.stp.headerLength, 35);
  assert.equal(plain.stp.originatingVlan, undefined);
  assert.equal(plain.ethernet.type, 38);
});

Deno.test("stp: what is cut is said, GARP is something else", () => {
  const cut = inLlc("0000 02 02 3c 8000 001646b58c80");
  assert.equal(cut.stp?.root?.mac, "00:16:46:b5:8c:80");
  assert.match(`${cut.error}`, /stp: cut short/);
  const garp = inLlc("0001 01 02 00");
  assert.equal(garp.stp, undefined);
  assert.equal(garp.error, undefined);
});
