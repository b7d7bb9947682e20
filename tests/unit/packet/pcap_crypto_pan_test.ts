/** Addresses replaced under a key: the published mapping, one to one, prefixes kept. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { CryptoPan } from "../../../lib/pcap/crypto_pan.ts";

/** The key and some of the trace that come with the authors' own program. */
const KEY = Uint8Array.from(
  [21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216]
    .concat([152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2]),
);
const PUBLISHED = [
  ["128.11.68.132", "135.242.180.132"],
  ["129.118.74.4", "134.136.186.123"],
  ["24.0.250.221", "100.15.198.226"],
] as const;

const octetsOf = (text: string) => Uint8Array.from(text.split("."), Number);

type Map = "ipv4" | "ipv6" | "mac";
const SIZES = { ipv4: 4, ipv6: 16, mac: 6 } as const;

function mapped(pan: CryptoPan, kind: Map, octets: Uint8Array): Uint8Array {
  const copy = octets.slice();
  pan[kind](copy, 0);
  return copy;
}

/** Bits that two addresses have in common at the front. */
function common(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((octet, i) => octet !== b[i]);
  return at < 0 ? a.length * 8 : at * 8 + Math.clz32(a[at]! ^ b[at]!) - 24;
}

Deno.test("without exceptions the mapping is the published one", async () => {
  const pan = await CryptoPan.create(KEY, { keepSpecial: false });
  for (const [before, after] of PUBLISHED) {
    const octets = mapped(pan, "ipv4", octetsOf(before));
    assert.equal(octets.join("."), after);
  }
});

for (const keepSpecial of [false, true]) {
  Deno.test(`addresses keep as many first bits in common as they had${keepSpecial ? ", special ones too" : ""}`, async () => {
    const pan = await CryptoPan.create(KEY, { keepSpecial });
    for (const kind of ["ipv4", "ipv6", "mac"] as const) {
      const size = SIZES[kind];
      // Close together, and often at the edges of what is special.
      const start = fc.constantFrom(
        "00",
        "01",
        "7f",
        "e0",
        "ff",
        "fe",
        "fc",
        "0a",
        "c0a8",
        "fe80",
        "ff02",
        "20",
        "c6",
      )
        .map((hex) => Uint8Array.fromHex(hex));
      const pair = fc.tuple(
        start,
        fc.uint8Array({ minLength: size, maxLength: size }),
        fc.nat(size * 8 - 1),
      ).map(([start, octets, bit]) => {
        octets.set(start);
        const other = octets.slice();
        other[bit >> 3]! ^= 0x80 >> (bit & 7);
        return [octets, other] as const;
      });
      fc.assert(
        fc.property(pair, ([a, b]) => {
          // A group's hardware address stays, a host's does not.
          if (keepSpecial && kind === "mac" && ((a[0]! ^ b[0]!) & 1) === 1) {
            return;
          }
          const [x, y] = [mapped(pan, kind, a), mapped(pan, kind, b)];
          assert.equal(common(x, y), common(a, b));
        }),
        { numRuns: 400 },
      );
    }
  });
}

Deno.test("no two addresses become one", async () => {
  const pan = await CryptoPan.create(KEY);
  const seen = new Set<string>();
  for (let low = 0; low < 0x4000; low++) {
    const octets = Uint8Array.of(198, 51, low >> 8, low & 255);
    seen.add(mapped(pan, "ipv4", octets).toHex());
  }
  assert.equal(seen.size, 0x4000);
  const macs = new Set<string>();
  for (let first = 0; first < 256; first++) {
    const octets = Uint8Array.of(first, 0, 0, 0, 0, 1);
    macs.add(mapped(pan, "mac", octets).toHex());
  }
  assert.equal(macs.size, 256);
});

Deno.test("what means something by itself stays, and private prefixes do", async () => {
  const pan = await CryptoPan.create(KEY);
  const whole = [
    "0.0.0.0",
    "127.0.0.1",
    "224.0.0.251",
    "239.255.255.250",
    "255.255.255.255",
  ];
  for (const address of whole) {
    assert.equal(mapped(pan, "ipv4", octetsOf(address)).join("."), address);
  }
  const kept: [string, number][] = [
    ["10.1.2.3", 8],
    ["172.20.1.1", 12],
    ["192.168.7.7", 16],
    ["169.254.3.3", 16],
    ["100.100.1.1", 10],
  ];
  for (const [address, bits] of kept) {
    const octets = octetsOf(address);
    const other = mapped(pan, "ipv4", octets);
    assert.ok(common(octets, other) >= bits, address);
    assert.notEqual(other.join("."), address);
  }
  const sixes: [hex: string, common: number][] = [
    ["00000000000000000000000000000001", 128],
    ["ff020000000000000000000000000001", 128],
    // The end of a solicited-node group is the end of somebody's address.
    ["ff0200000000000000000001ff123456", 104],
    ["fe80000000000000021b21fffe123456", 10],
    ["fd001234000000000000000000000001", 7],
  ];
  for (const [hex, bits] of sixes) {
    const octets = Uint8Array.fromHex(hex);
    const same = common(octets, mapped(pan, "ipv6", octets));
    assert.ok(bits === 128 ? same === 128 : same >= bits && same < 128, hex);
  }
  const macs: [hex: string, common: number][] = [
    ["ffffffffffff", 48],
    ["01005e0000fb", 48],
    ["0180c200000e", 48],
    ["333300000001", 48],
    ["3333ff123456", 24],
    ["001b21123456", 0],
  ];
  for (const [hex, bits] of macs) {
    const octets = Uint8Array.fromHex(hex);
    const other = mapped(pan, "mac", octets);
    const same = common(octets, other);
    assert.ok(bits === 48 ? same === 48 : same >= bits && same < 48, hex);
    assert.equal(octets[0]! & 3, other[0]! & 3, "group and local bits stay");
  }
});
