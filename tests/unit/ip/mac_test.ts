import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { ParseError } from "../../../lib/errors.ts";
import {
  Mac,
  mac,
  type MacFormat,
  macFormats,
  type MacStyle,
  tryMac,
} from "../../../lib/ip/mac/mac.ts";

/** The same address in every notation, of 48 bits and of 64. */
const STYLES: Record<MacStyle, [eui48: string, eui64: string]> = {
  colon: ["00:11:22:0a:bb:cc", "00:11:22:ff:fe:0a:bb:cc"],
  hyphen: ["00-11-22-0A-BB-CC", "00-11-22-FF-FE-0A-BB-CC"],
  dot: ["0011.220a.bbcc", "0011.22ff.fe0a.bbcc"],
  bare: ["0011220abbcc", "001122fffe0abbcc"],
  space: ["00 11 22 0a bb cc", "00 11 22 ff fe 0a bb cc"],
  short: ["0:11:22:a:bb:cc", "0:11:22:ff:fe:a:bb:cc"],
  words: ["0011:220a:bbcc", "0011:22ff:fe0a:bbcc"],
  huawei: ["0011-220a-bbcc", "0011-22ff-fe0a-bbcc"],
  procurve: ["001122-0abbcc", "001122ff-fe0abbcc"],
};

for (const [style, texts] of Object.entries(STYLES)) {
  Deno.test(`mac() reads and writes the notation ${style}: ${texts[0]}`, () => {
    texts.forEach((text, i) => {
      const address = mac(text);
      assert.equal(`${address}`, STYLES.colon[i]);
      assert.equal(address.bits, [48, 64][i]);
      assert.equal(address.format(style as MacStyle), text);
      assert.ok(mac(text.toUpperCase()).equals(address));
      assert.ok(mac(text.toLowerCase()).equals(address));
    });
  });
}

Deno.test("mac() knows every notation that has a name", () => {
  assert.deepEqual(Object.keys(STYLES), Object.keys(macFormats));
});

const GOOD: [text: string, canonical: string][] = [
  ["0:0:0:0:0:0", "00:00:00:00:00:00"],
  ["8:0:20:a:b:c", "08:00:20:0a:0b:0c"],
  ["00.11.22.aa.bb.cc", "00:11:22:aa:bb:cc"],
  ["0011 22aa bbcc", "00:11:22:aa:bb:cc"],
  ["001122:aabbcc", "00:11:22:aa:bb:cc"],
  ["001122.AAbbCC", "00:11:22:aa:bb:cc"],
  ["FFFFFFFFFFFF", "ff:ff:ff:ff:ff:ff"],
  ["1:2:3:4:5:6:7:8", "01:02:03:04:05:06:07:08"],
];

for (const [text, canonical] of GOOD) {
  Deno.test(`mac() reads ${text}`, () => {
    assert.equal(`${mac(text)}`, canonical);
  });
}

const BAD: [text: string, offset: number, reason: string][] = [
  ["", 0, "empty text"],
  [":", 0, "missing hex digits"],
  [" 00:11:22:33:44:55", 0, "missing hex digits"],
  ["00:11:22:33:44:55 ", 17, "' ' after ':'"],
  ["00:11:22:33:44:55:", 18, "missing hex digits"],
  ["00::22:33:44:55", 3, "missing hex digits"],
  ["00:11-22:33:44:55", 5, "'-' after ':'"],
  ["00-11-22-33-44:55", 14, "':' after '-'"],
  ["0011.22aa-bbcc", 9, "'-' after '.'"],
  ["00:11:22:33:44", 14, "5 octets instead of 6 or 8"],
  ["00:11:22:33:44:55:66", 20, "7 octets instead of 6 or 8"],
  ["00:11:22:33:44:55:66:77:88", 24, "more than 8 octets"],
  ["00112233445", 11, "11 digits instead of 12 or 16"],
  ["00112233445566", 14, "14 digits instead of 12 or 16"],
  ["00112233445566778", 16, "more than 8 octets"],
  ["00:11:22:333:44:55", 11, "digit too many in a group of 2"],
  ["0011.22334.455", 9, "digit too many in a group of 4"],
  ["001:122:334:455", 3, "group of 3 digits"],
  ["0011.223.4455", 8, "group of 3 digits"],
  ["0011.2233.44", 12, "group of 2 digits"],
  ["001122-33445", 12, "group of 5 digits"],
  ["0-11-22-33-44-55", 1, "group of 1 digit"],
  ["00-11-22-33-44-5", 16, "group of 1 digit"],
  ["0.1.2.3.4.5", 1, "group of 1 digit"],
  [
    "00:11:22:33:44:5",
    16,
    "leading zero written in one group, left out in another",
  ],
  [
    "0:01:22:33:44:55",
    4,
    "leading zero written in one group, left out in another",
  ],
  ["00112233-44556", 14, "group of 5 digits"],
  ["001122-334455-667788", 18, "more than 8 octets"],
  [
    "0x1122334455",
    1,
    "character other than hex digits and ':', '-', '.' or a space",
  ],
  [
    "00:11:22:33:44:gg",
    15,
    "character other than hex digits and ':', '-', '.' or a space",
  ],
  [
    "00/11/22/33/44/55",
    2,
    "character other than hex digits and ':', '-', '.' or a space",
  ],
  ["00:11:22:33:44:55\n", 17, "white space other than a space"],
  ["00\t11", 2, "white space other than a space"],
  ["００:11:22:33:44:55", 0, "character outside ASCII"],
  ["00:11:22:33:44:é5", 15, "character outside ASCII"],
];

for (const [text, offset, reason] of BAD) {
  const shown = JSON.stringify(text);
  Deno.test(`mac() refuses ${shown} at ${offset}: ${reason}`, () => {
    assert.throws(() => mac(text), (error: ParseError) => {
      assert.equal(error.name, "ParseError");
      assert.equal(
        error.message,
        `Cannot parse ${shown} as a MAC address: ${reason} at offset ${offset}`,
      );
      assert.equal(error.offset, offset);
      assert.equal(error.input, text);
      return true;
    });
    assert.equal(tryMac(text), undefined);
  });
}

Deno.test("mac() refuses a million characters at once", () => {
  for (const piece of ["0", "00:", ":", " "]) {
    assert.equal(tryMac(piece.repeat(1_000_000)), undefined);
  }
});

Deno.test("mac() takes octets and addresses, and nothing else", () => {
  const address = mac(Uint8Array.of(0, 0x11, 0x22, 0xaa, 0xbb, 0xcc));
  assert.equal(`${address}`, "00:11:22:aa:bb:cc");
  assert.equal(mac(address), address);
  assert.throws(() => mac(new Uint8Array(7)), {
    name: "RangeError",
    message:
      "Cannot make a MAC address as 'bytes' must be 6 or 8 octets: current value is 7 octets",
  });
  for (const value of [5, null, undefined, {}, []]) {
    assert.throws(() => mac(value as unknown as string), TypeError);
    assert.throws(() => tryMac(value as unknown as string), TypeError);
  }
});

Deno.test("a MAC address goes to octets and numbers and back", () => {
  for (const text of ["00:11:22:aa:bb:cc", "fe:dc:ba:98:76:54:32:10"]) {
    const address = mac(text);
    const bytes = address.toBytes();
    assert.equal(bytes.length, address.bits / 8);
    assert.ok(Mac.fromBytes(bytes).equals(address));
    assert.ok(Mac.fromBigint(address.toBigint(), address.bits).equals(address));
    assert.deepEqual(Mac.fromBytes(bytes), address);
  }
  assert.equal(mac("00:00:00:00:01:00").toBigint(), 256n);
  assert.equal(`${Mac.fromBigint(2 ** 48 - 1)}`, "ff:ff:ff:ff:ff:ff");
  assert.equal(mac("ffffffffffffffff").toBigint(), 2n ** 64n - 1n);
});

Deno.test("a MAC address is made of nothing out of range", () => {
  for (const value of [-1, 2 ** 48, 1.5, NaN, -1n, 1n << 48n]) {
    assert.throws(() => Mac.fromBigint(value), RangeError, `${value}`);
  }
  assert.throws(() => Mac.fromBigint(1n << 64n, 64), RangeError);
  assert.throws(() => Mac.fromBigint(1n, 56 as 48), {
    name: "RangeError",
    message:
      "Cannot make a MAC address as 'bits' must be 48 or 64: current value is 56",
  });
  assert.throws(() => new Mac(32 as 48, 0, 0), RangeError);
  assert.throws(() => Mac.random({ bits: 47 as 48 }), RangeError);
  // Of the second word of 48 bits the low half counts.
  assert.equal(`${new Mac(48, -1, 0x12345678)}`, "ff:ff:ff:ff:56:78");
});

/** Address, then what is true of it: multicast, broadcast, local; who gave it. */
const FACTS = `
00:11:22:aa:bb:cc       universal
01:00:5e:00:00:01       multicast universal
02:00:00:00:00:01       local AAI
06:00:00:00:00:01       local reserved
0a:00:00:00:00:01       local ELI
0e:00:00:00:00:01       local SAI
f2:00:00:00:00:01       local AAI
52:54:00:12:34:56       local AAI
33:33:00:00:00:01       multicast local AAI
ff:ff:ff:ff:ff:ff       multicast broadcast local SAI
ff:ff:ff:ff:ff:fe       multicast local SAI
ff:ff:ff:ff:ff:ff:ff:ff multicast broadcast local SAI
ff:ff:ff:ff:ff:ff:00:00 multicast local SAI
fa:ff:ff:ff:ff:ff:ff:ff local ELI
`.trim().split("\n");

for (const line of FACTS) {
  const [text = "", ...facts] = line.split(/\s+/);
  Deno.test(`a MAC address knows of ${text}: ${facts.join(", ")}`, () => {
    const address = mac(text);
    assert.equal(address.isMulticast, facts.includes("multicast"));
    assert.equal(address.isBroadcast, facts.includes("broadcast"));
    assert.equal(address.isLocal, facts.includes("local"));
    assert.equal(address.administration, facts.at(-1));
  });
}

Deno.test("a MAC address has an OUI, without the group bit", () => {
  assert.equal(mac("00:11:22:aa:bb:cc").oui, 0x001122);
  assert.equal(mac("fc:ff:ff:00:00:00:00:00").oui, 0xfcffff);
  assert.equal(mac("00:01:02:aa:bb:cc").ouiText, "00:01:02");
  assert.equal(mac("01:80:c2:00:00:0e").ouiText, "00:80:c2");
});

const GROUPS: [text: string, name: RegExp | undefined][] = [
  ["ff:ff:ff:ff:ff:ff", /broadcast/i],
  ["01:80:c2:00:00:00", /spanning tree/i],
  ["01:80:c2:00:00:01", /PAUSE/],
  ["01:80:c2:00:00:02", /LACP/],
  ["01:80:c2:00:00:03", /802\.1X/],
  ["01:80:c2:00:00:0e", /LLDP/],
  ["01:80:c2:00:00:0f", /no bridge passes/],
  ["01:80:c2:00:00:21", /VLAN/],
  ["01:80:c2:00:00:37", /class 1/],
  ["01:80:c2:00:00:38", /class 2/],
  ["01:80:c2:00:01:00", /802\.1 group/],
  ["01:00:0c:cc:cc:cc", /CDP/],
  ["01:00:0c:cc:cc:cd", /PVST\+/],
  ["01:00:5e:00:00:fb", /IPv4 multicast/],
  ["01:00:5e:7f:ff:ff", /IPv4 multicast/],
  ["01:00:5e:80:00:00", /MPLS multicast/],
  ["01:00:5e:8f:ff:ff", /MPLS multicast/],
  ["01:00:5e:90:00:00", /MPLS-TP/],
  ["01:00:5e:90:10:ff", /Documentation/],
  ["01:00:5e:90:11:00", undefined],
  ["33:33:ff:00:00:01", /IPv6 multicast/],
  ["01:1b:19:00:00:00", /Precision Time/],
  ["09:00:07:ff:ff:ff", undefined],
  ["00:80:c2:00:00:0e", undefined],
  ["33:32:00:00:00:01", undefined],
  ["ff:ff:ff:ff:ff:ff:ff:ff", undefined],
];

for (const [text, name] of GROUPS) {
  Deno.test(`a MAC address says who listens at ${text}`, () => {
    const { group } = mac(text);
    if (name === undefined) return assert.equal(group, undefined);
    assert.match(group!.name, name);
    assert.notEqual(group!.source, "");
  });
}

Deno.test("toEui64() puts ff:fe in the middle and turns no bit", () => {
  const long = mac("00:11:22:aa:bb:cc").toEui64();
  assert.equal(`${long}`, "00:11:22:ff:fe:aa:bb:cc");
  assert.equal(long.toEui64(), long);
  assert.equal(
    `${mac("ff:ff:ff:ff:ff:ff").toEui64()}`,
    "ff:ff:ff:ff:fe:ff:ff:ff",
  );
  assert.equal(
    `${mac("80:00:00:80:00:01").toEui64()}`,
    "80:00:00:ff:fe:80:00:01",
  );
});

Deno.test("compare() goes by length, then by number; equals() by both", () => {
  const sorted = [
    "00:00:00:00:00:00",
    "00:00:00:00:00:01",
    "00:00:00:00:ff:ff",
    "00:00:00:01:00:00",
    "7f:ff:ff:ff:ff:ff",
    "80:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "00:00:00:00:00:00:00:00",
    "00:00:00:00:7f:ff:ff:ff",
    "00:00:00:00:80:00:00:00",
    "ff:ff:ff:ff:ff:ff:ff:ff",
  ].map((text) => mac(text));
  sorted.forEach((a, i) =>
    sorted.forEach((b, j) => {
      assert.equal(a.compare(b), Math.sign(i - j), `${a} and ${b}`);
      assert.equal(a.compare(b.format("hyphen")), Math.sign(i - j));
      assert.equal(a.equals(b), i === j);
    })
  );
  assert.throws(() => sorted[0]!.equals("00:00"), { name: "ParseError" });
});

Deno.test("format() takes a notation of one's own, if its groups come out even", () => {
  const address = mac("00:11:22:0a:bb:cc");
  const own: MacFormat = { digits: 3, separator: "_", upper: true };
  assert.equal(address.format(own), "001_122_0AB_BCC");
  assert.equal(
    address.format({ digits: 4, separator: ":", strip: true }),
    "11:220a:bbcc",
  );
  for (const digits of [0, -2, 5, 1.5, NaN, 24]) {
    assert.throws(() => address.format({ digits, separator: ":" }), RangeError);
  }
  assert.throws(() => address.format("cisco" as MacStyle), {
    name: "RangeError",
    message:
      "Cannot format a MAC address as 'style' must be one of colon, hyphen, dot, bare, space, short, words, huawei, procurve: current value is cisco",
  });
  assert.throws(() => address.format("toString" as MacStyle), RangeError);
});

Deno.test("Mac.random() is local, for one station, and different each time", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 200; i++) {
    const made = Mac.random();
    assert.equal(made.bits, 48);
    assert.ok(made.isLocal && !made.isMulticast);
    assert.equal(made.administration, "AAI");
    seen.add(`${made}`);
  }
  assert.ok(seen.size > 195);
  assert.equal(Mac.random({ bits: 64 }).bits, 64);
});

Deno.test("Mac.random() comes again from the same source", () => {
  const source = () => {
    let n = 0;
    return () => (n = (n * 0.7 + 0.31) % 1);
  };
  const made = `${Mac.random({ random: source() })}`;
  assert.equal(made, `${Mac.random({ random: source() })}`);
  assert.equal(`${Mac.random({ random: () => 0 })}`, "02:00:00:00:00:00");
  assert.equal(
    `${Mac.random({ bits: 64, random: () => 0.999 })}`,
    "f2:ff:ff:ff:ff:ff:ff:ff",
  );
});

Deno.test("a MAC address is its text in templates, keys, JSON and at the prompt", () => {
  const address = mac("00-11-22-AA-BB-CC");
  assert.equal(`${address}`, "00:11:22:aa:bb:cc");
  assert.equal({ [`${address}`]: 1 }["00:11:22:aa:bb:cc"], 1);
  assert.equal(JSON.stringify({ address }), '{"address":"00:11:22:aa:bb:cc"}');
  assert.equal(Deno.inspect([address]), "[ 00:11:22:aa:bb:cc ]");
  const painted = Deno.inspect(address, { colors: true });
  assert.ok(painted.includes("\x1b["));
  assert.equal(stripVTControlCharacters(painted), `${address}`);
  assert.ok(mac("00:11:22:aa:bb:cc") < mac("00:11:22:aa:bb:cd"));
});

Deno.test("a MAC address keeps nothing of the octets it came from", () => {
  const bytes = new Uint8Array(6);
  const address = mac(bytes);
  bytes.fill(255);
  address.toBytes().fill(255);
  assert.equal(`${address}`, "00:00:00:00:00:00");
  const first = mac("00:11:22:33:44:55");
  mac("66:77:88:99:aa:bb");
  assert.equal(`${first}`, "00:11:22:33:44:55");
});
