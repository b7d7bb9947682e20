/** Radiotap and 802.11. */

import assert from "node:assert/strict";
import * as net from "../../../../lib/packet/mod.ts";
import { golden, octets } from "./golden.ts";

const { build, decode, llc, radiotap, snap, wlan } = net;

const RADIOTAP =
  `00 00 2500 2b480800 641c000000000000 10 00 9e09 8004 cd 01 0000
  27 25 07 0000000000000000`;
const onAir = (hex: string) => decode(octets(hex), { linkType: 105 });

Deno.test("radiotap: values lie aligned, the lowest octet first (capture ieee802.11_rx-stbc)", () => {
  const packet = decode(
    octets(`${RADIOTAP} 8842 2c00 68a3c40346da 207c8f503f3a 207c8f503f3a 2001
      0000 1100002000000000 b1b6bfc1`),
    { linkType: 127 },
  );
  golden(packet, "radiotap", {
    version: 0,
    padding: 0,
    length: 37,
    present: [0x0008482b],
    tsft: "7268",
    flags: ["fcs"],
    channel: { frequency: 2462, flags: 0x0480 },
    dbmSignal: -51,
    antenna: 1,
    rxFlags: 0,
    mcs: { known: 0x27, flags: 0x25, index: 7 },
    antennas: [],
    rest: "0000000000000000",
  });
  golden(packet, "wlan", {
    subtype: 8,
    type: 2,
    version: 0,
    flags: ["fromDs", "protected"],
    duration: 44,
    address1: "68:a3:c4:03:46:da",
    address2: "20:7c:8f:50:3f:3a",
    address3: "20:7c:8f:50:3f:3a",
    sequenceControl: { fragment: 0, sequence: 18 },
    qosControl: { tid: 0, endOfPeriod: 0, ackPolicy: 0, amsdu: 0, more: 0 },
  });
});

Deno.test("radiotap: further words are further antennas", () => {
  const packet = build(
    radiotap({
      rate: 2,
      dbmSignal: -40,
      tsft: 1n,
      antennas: [{ dbmSignal: -41, antenna: 0 }, {
        dbmSignal: -55,
        antenna: 1,
      }],
    }),
    wlan({ type: "control", subtype: 13, address1: "02:00:00:00:00:01" }),
  );
  assert.deepEqual(packet.radiotap.present, [0xa0000025, 0xa0000820, 0x0820]);
  // Three words end at 16, where the clock may lie.
  assert.equal(
    packet.radiotap.bytes.toHex(),
    "00001e00" + "250000a0" + "200800a0" + "20080000" + "0100000000000000" +
      "02d8" + "d700" + "c901",
  );
  const again = decode(packet.bytes, { linkType: 127 });
  assert.equal(again.radiotap?.antennas[1]?.dbmSignal, -55);
  assert.equal(again.wlan?.address2, undefined, "an ack has one address");
  assert.throws(() => radiotap({ dbmSignal: -200 }), /-128 to 127/);
});

Deno.test("wlan: a data frame carries LLC, and addresses by its direction", () => {
  const packet = build(
    wlan({
      flags: ["toDs", "fromDs"],
      address4: "02:00:00:00:00:04",
      sequenceControl: { sequence: 5 },
    }),
    llc(),
    snap(),
    net.ipv4({ dst: "192.0.2.1" }),
    net.udp(),
  );
  assert.equal(packet.wlan.headerLength, 30);
  assert.equal(packet.wlan.type, 2);
  const layers = decode(packet.bytes, { linkType: 105 }).layers;
  assert.equal(
    layers.map(({ name }) => name).join(),
    "wlan,llc,snap,ipv4,udp",
  );
  const hidden = onAir(
    "0840 0000 020000000001 020000000002 020000000003 0000 aaaa03",
  );
  assert.equal(hidden.llc, undefined, "what is protected is no LLC");
  assert.throws(() => wlan({ address4: "02:00:00:00:00:04" }), /address4/);
});

const BEACON = `8000 0000 ffffffffffff 021831bf57da 021831bf57da 0010
  1204e00000000000 e803 1104
  0004 74657374 0108 8c129824b048606c 0301 24 0504 0001 0000
  3014 0100 000fac04 0100 000fac04 0100 000fac08 0000
  dd05 0050f2 0201`;

Deno.test("wlan: a beacon has fixed fields and elements (IEEE 802.11 §9.3.3.2)", () => {
  const packet = onAir(BEACON);
  const suite = { oui: 0x000fac, type: 4 };
  const view = golden(packet, "wlan", {
    subtype: 8,
    type: 0,
    version: 0,
    flags: [],
    duration: 0,
    address1: "ff:ff:ff:ff:ff:ff",
    address2: "02:18:31:bf:57:da",
    address3: "02:18:31:bf:57:da",
    sequenceControl: { fragment: 0, sequence: 256 },
    timestamp: `${0xe00412}`,
    beaconInterval: 1000,
    capabilities: ["ess", "privacy", "shortSlotTime"],
    elements: [
      { kind: "ssid", text: "test" },
      { kind: "rates", rates: [140, 18, 152, 36, 176, 72, 96, 108] },
      { kind: "channel", channel: 36 },
      { kind: "trafficMap", count: 0, period: 1, control: 0, bitmap: "00" },
      {
        kind: "rsn",
        version: 1,
        group: suite,
        pairwise: [suite],
        akm: [{ oui: 0x000fac, type: 8 }],
        capabilities: 0,
      },
      { kind: "vendor", oui: 0x0050f2, octets: "0201" },
    ],
  });
  assert.equal(
    `${view}`,
    'wlan beacon 02:18:31:bf:57:da > ff:ff:ff:ff:ff:ff "test"',
  );
});

Deno.test("wlan: the check sequence is there if radiotap says so", () => {
  const flagged = decode(octets(`0000 0900 02000000 10 ${BEACON} 78563412`), {
    linkType: 127,
  });
  assert.equal(flagged.wlan?.fcs, 0x12345678);
  assert.equal(flagged.error, undefined);
  const plain = decode(octets(`0000 0900 02000000 00 ${BEACON}`), {
    linkType: 127,
  });
  assert.equal(plain.wlan?.fcs, undefined);
  assert.equal(plain.wlan?.elements?.length, 6);
});

Deno.test("wlan: other management frames have fixed fields of their own", () => {
  const head = (subtype: string) =>
    `${subtype}00 0000 020000000001 020000000002 020000000003 0000`;
  const cases: readonly [string, string, object][] = [
    ["0", "0100 0a00", { listenInterval: 10 }],
    ["1", "0100 0000 01c0", { status: 0, associationId: 0xc001 }],
    [
      "2",
      "0100 0a00 020000000009",
      { currentAccessPoint: "02:00:00:00:00:09" },
    ],
    ["a", "0700", { reason: 7 }],
    ["b", "0000 0200 0000", { algorithm: 0, transaction: 2, status: 0 }],
    ["c", "0300", { reason: 3 }],
    ["d", "03 0102", { action: { category: 3, octets: "0102" } }],
  ];
  for (const [subtype, body, fields] of cases) {
    const json = onAir(head(`${subtype}0`) + body).wlan?.toJSON() ?? {};
    for (const [name, value] of Object.entries(fields)) {
      assert.deepEqual(json[name], value, `${subtype} ${name}`);
    }
  }
});

Deno.test("wlan: fragments, cuts and hidden elements", () => {
  const first = onAir(
    "0804 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800 4500",
  );
  assert.equal(first.error, undefined, "a fragment need not be whole");
  const second = onAir(
    "0800 0000 020000000001 020000000002 020000000003 0100 aaaa03",
  );
  assert.equal(second.llc, undefined);
  const cut = onAir("8000 0000 ffffffffffff 0218");
  assert.match(`${cut.error}`, /wlan: cut short/);
});
