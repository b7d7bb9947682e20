import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { mac } from "../../../lib/ip/mac/mac.ts";
import {
  type Vendor,
  vendors,
  type VendorTable,
} from "../../../lib/ip/mac/oui.ts";

const OUI_TXT =
  `OUI/MA-L                                                    Organization                                 
company_id                                                  Organization                                 
                                                            Address                                      

00-22-72   (hex)\t\tAmerican Micro-Fuel Device Corp.
002272     (base 16)\t\tAmerican Micro-Fuel Device Corp.
\t\t\t\t2181 Buchanan Loop
\t\t\t\tFerndale  WA  98248
\t\t\t\tUS

70-B3-D5   (hex)\t\tIEEE Registration Authority
70B3D5     (base 16)\t\tIEEE Registration Authority

AC-DE-48   (hex)\t\tPrivate
ACDE48     (base 16)\t\tPrivate
`.replaceAll("\n", "\r\n");

const MAM_TXT =
  `OUI                                                         Organization                                 
OUI-28/MA-M Range                                           Organization                                 
                                                            Address                                      

20-85-93   (hex)\t\tIOG Products LLC
B00000-BFFFFF     (base 16)\t\tIOG Products LLC
\t\t\t\t9737 LURLINE AVENUE
\t\t\t\tUS
`;

const OUI36_TXT = `
70-B3-D5   (hex)\t\tTELEPLATFORMS
F2F000-F2FFFF     (base 16)\t\tTELEPLATFORMS
`;

const OUI36_CSV = `Registry,Assignment,Organization Name,Organization Address\r
MA-S,70B3D5F2F,TELEPLATFORMS,"Polbina st., 3/1 Moscow  RU 109388 "\r
MA-S,70B3D5FFF,"The ""Quoted"" Co.","Two
lines"\r
`;

const MANUF = `# comment
00:00:0C\tCisco\tCisco Systems, Inc
00:50:C2:00:00:00/36\tTLS\tT.L.S. Corp.
00:00:5A\tSkSchnei\tSK\t# Schneider & Koch
00-00-5E-00-01/40\tIETF-VRRP-VRID
01-00-5E/25\tIPv4mcast
6C:6E:07\tamitek
`;

const NMAP = `# $Id$ prefixes
000000 Xerox
00000C Cisco Systems
70B3D5F2F Teleplatforms
2085930 IOG Products
525400 QEMU virtual NIC
`;

const FORMS: [name: string, text: string, format: string, found: Vendor[]][] = [
  ["oui.txt", OUI_TXT, "ieee-txt", [
    {
      prefix: "00:22:72",
      bits: 24,
      vendor: "American Micro-Fuel Device Corp.",
      address: "2181 Buchanan Loop, Ferndale WA 98248, US",
    },
    { prefix: "70:b3:d5", bits: 24, vendor: "IEEE Registration Authority" },
    { prefix: "ac:de:48", bits: 24, vendor: "Private" },
  ]],
  ["mam.txt", MAM_TXT, "ieee-txt", [
    {
      prefix: "20:85:93:b0:00:00/28",
      bits: 28,
      vendor: "IOG Products LLC",
      address: "9737 LURLINE AVENUE, US",
    },
  ]],
  ["oui36.txt", OUI36_TXT, "ieee-txt", [
    { prefix: "70:b3:d5:f2:f0:00/36", bits: 36, vendor: "TELEPLATFORMS" },
  ]],
  ["oui36.csv", OUI36_CSV, "ieee-csv", [
    {
      prefix: "70:b3:d5:f2:f0:00/36",
      bits: 36,
      vendor: "TELEPLATFORMS",
      address: "Polbina st., 3/1 Moscow RU 109388",
    },
    {
      prefix: "70:b3:d5:ff:f0:00/36",
      bits: 36,
      vendor: 'The "Quoted" Co.',
      address: "Two lines",
    },
  ]],
  ["manuf", MANUF, "manuf", [
    { prefix: "00:00:5e:00:01", bits: 40, vendor: "IETF-VRRP-VRID" },
    { prefix: "00:50:c2:00:00:00/36", bits: 36, vendor: "T.L.S. Corp." },
    { prefix: "01:00:5e:00:00:00/25", bits: 25, vendor: "IPv4mcast" },
    { prefix: "00:00:0c", bits: 24, vendor: "Cisco Systems, Inc" },
    { prefix: "00:00:5a", bits: 24, vendor: "SK" },
    { prefix: "6c:6e:07", bits: 24, vendor: "amitek" },
  ]],
  ["nmap-mac-prefixes", NMAP, "nmap", [
    { prefix: "70:b3:d5:f2:f0:00/36", bits: 36, vendor: "Teleplatforms" },
    { prefix: "20:85:93:00:00:00/28", bits: 28, vendor: "IOG Products" },
    { prefix: "00:00:00", bits: 24, vendor: "Xerox" },
    { prefix: "00:00:0c", bits: 24, vendor: "Cisco Systems" },
    { prefix: "52:54:00", bits: 24, vendor: "QEMU virtual NIC" },
  ]],
];

for (const [name, text, format, found] of FORMS) {
  Deno.test(`vendors() reads ${name} and knows it by its content`, () => {
    const table = vendors(text);
    assert.deepEqual(table.formats, [format]);
    assert.deepEqual([...table], found);
    assert.equal(table.size, found.length);
    assert.equal(table.skipped, 0);
    for (const entry of found) {
      const first = entry.prefix.split("/")[0]!;
      const octets = first.split(":").concat(Array(6).fill("00")).slice(0, 6);
      assert.deepEqual(table.lookup(octets.join(":")), entry);
    }
    // A byte-order mark and other ends of lines change nothing.
    const dressed = `\ufeff${text.replace(/\r?\n/g, "\r\n")}`;
    assert.deepEqual([...vendors(dressed)], found);
  });
}

Deno.test("lookup() takes the longest prefix, from any of several files", () => {
  const table = vendors([OUI_TXT, MAM_TXT, OUI36_CSV]);
  assert.equal(table.size, 6);
  assert.deepEqual(table.formats, ["ieee-txt", "ieee-txt", "ieee-csv"]);
  const who = (text: string) => table.lookup(text)?.vendor;
  assert.equal(who("70:b3:d5:f2:f1:23"), "TELEPLATFORMS");
  assert.equal(who("70:b3:d5:f2:e1:23"), "IEEE Registration Authority");
  assert.equal(who("20:85:93:bf:ff:ff"), "IOG Products LLC");
  assert.equal(who("20:85:93:c0:00:00"), undefined);
});

Deno.test("lookup() takes text and addresses of either length", () => {
  const table = vendors([OUI_TXT, OUI36_CSV]);
  assert.equal(table.lookup(mac("0022.7200.0001"))?.bits, 24);
  assert.equal(table.lookup("70:b3:d5:ff:fe:f2:f1:23")?.bits, 36);
  assert.equal(table.lookup("70:b3:d5:00:00:f2:f1:23")?.bits, 24);
  assert.equal(
    table.lookup("70:b3:d5:f2:f1:23:45:67")?.vendor,
    "TELEPLATFORMS",
  );
  assert.throws(() => table.lookup("00:22"), { name: "ParseError" });
});

Deno.test("lookup() of a group finds its own prefix, else that of its holder", () => {
  const table = vendors([MANUF, OUI_TXT]);
  assert.equal(table.lookup("01:00:5e:00:00:01")?.vendor, "IPv4mcast");
  assert.equal(table.lookup("01:00:0c:cc:cc:cc")?.vendor, "Cisco Systems, Inc");
  assert.equal(table.lookup("01:22:72:00:00:00")?.prefix, "00:22:72");
  assert.equal(table.lookup("ff:ff:ff:ff:ff:ff"), undefined);
});

Deno.test("vendors() keeps the first holder of a prefix", () => {
  const table = vendors(["080030 CERN\n080030 Other", "080030 Third"]);
  assert.equal(table.size, 1);
  assert.equal(table.lookup("08:00:30:00:00:00")?.vendor, "CERN");
});

/** Damaged files: how many entries are left, and what is skipped. */
const DAMAGED: [what: string, text: string, size: number, skipped: number][] = [
  [
    "a base-16 line of another prefix",
    OUI_TXT.replace("002272 ", "002273 "),
    2,
    1,
  ],
  [
    "a base-16 line that is missing",
    OUI_TXT.replace(/002272 .*\r\n/, ""),
    2,
    1,
  ],
  ["a hex line that is missing", OUI_TXT.replace(/00-22-72 .*\r\n/, ""), 2, 1],
  ["a line of noise", OUI_TXT.replace("70-B3-D5", "70-B3-D5 what"), 2, 2],
  [
    "a range that is no block",
    `${MAM_TXT}\n20-85-93   (hex)\t\tX\nB00000-CFFFFF     (base 16)\t\tX\n`,
    1,
    1,
  ],
  [
    "a range of one",
    `${MAM_TXT}\n20-85-93   (hex)\t\tX\nB00000-B00000     (base 16)\t\tX\n`,
    1,
    1,
  ],
  ["an entry cut short", `${MAM_TXT}\n20-85-93   (hex)\t\tX`, 1, 1],
  [
    "a record with a bad prefix",
    `${OUI36_CSV}MA-S,70B3D5XXX,Who,Where\r\n`,
    2,
    1,
  ],
  ["a record without a holder", `${OUI36_CSV}MA-S,70B3D5001,,\r\n`, 2, 1],
  ["a record cut short", `${OUI36_CSV}MA-S,70B3`, 2, 1],
  [
    "a quote that ends only in the next record",
    `${OUI36_CSV}MA-S,70B3D5001,"Who,Where\r\nMA-S,70B3D5002,"Good, Ltd",\r\n`,
    4,
    0,
  ],
  [
    "a quote that never ends",
    `${OUI36_CSV}MA-S,70B3D5001,"Who,Where\r\nMA-S,70B3D5002,Good,\r\n`,
    4,
    0,
  ],
  [
    "lines without a prefix",
    `${MANUF}Nobody\tat all\nZZ:00:00\tx\n00:00\n`,
    6,
    3,
  ],
  [
    "prefixes that are too long or too short",
    `${MANUF}00:00:00:00:00:00:00\tx\n00\tx\n00:00:01/7\tx\n00:00:01/49\tx\n00:00:01/\tx\n`,
    6,
    5,
  ],
  ["a prefix without a holder", `${NMAP}00000D\n00000E \n`, 5, 2],
];

for (const [what, text, size, skipped] of DAMAGED) {
  Deno.test(`vendors() gets along with ${what}, and counts what it skips`, () => {
    const table = vendors(text);
    assert.equal(table.size, size);
    assert.equal(table.skipped, skipped);
  });
}

Deno.test("vendors() refuses a file without any entry", () => {
  const texts = [
    "",
    "\n\n",
    "# nothing\n",
    "once upon a time\nthere was a network\n",
    "Registry,Assignment,Organization Name,Organization Address\n",
    "00-22-72   (hex)\t\tAmerican Micro-Fuel Device Corp.\n",
    "<html>Not found</html>",
  ];
  for (const text of texts) {
    assert.throws(() => vendors(text), {
      name: "ParseError",
      input: text,
      offset: 0,
    });
    assert.throws(() => vendors([NMAP, text]), { name: "ParseError" });
  }
  assert.throws(() => vendors(""), {
    message:
      'Cannot parse "" as a vendor file: no entry of oui.txt, oui.csv, manuf or nmap-mac-prefixes anywhere at offset 0',
  });
});

Deno.test("vendors() refuses what is no text, and no texts at all", () => {
  const loose = vendors as (text: unknown) => VendorTable;
  assert.throws(() => loose([]), {
    name: "RangeError",
    message:
      "Cannot read vendor files as 'text' must be one or more of them: current value is an empty list",
  });
  for (
    const value of [5, null, undefined, {}, [5], [undefined], new Uint8Array(3)]
  ) {
    assert.throws(() => loose(value), TypeError);
  }
});

Deno.test("vendors() is not kept busy by hostile text", () => {
  const long = 300_000;
  const texts = [
    "a".repeat(long),
    `00-00-00${" ".repeat(long)}x`,
    `MA-L,000000,${'"'.repeat(long)}`,
    `MA-L,000000,${',"'.repeat(long)}`,
    `MA-L,000000,${',"""'.repeat(long)}`,
    `00:00:00\t${"\t".repeat(long)}x`,
    "00:".repeat(long),
    "\n".repeat(long),
  ];
  const started = performance.now();
  for (const text of texts) {
    try {
      vendors(text);
    } catch (error) {
      assert.equal((error as Error).name, "ParseError");
    }
  }
  // Some minutes, if it went back for each character.
  assert.ok(performance.now() - started < 30_000);
});

Deno.test("a vendor table shows its counts, and goes into JSON whole", () => {
  const table = vendors([OUI_TXT, OUI36_CSV, `${NMAP}00000D\n`]);
  assert.deepEqual(Deno.inspect(table).split("\n"), [
    "9 MAC prefixes",
    "  36 bits  2",
    "  28 bits  1",
    "  24 bits  6",
    "  from     ieee-txt, ieee-csv, nmap",
    "  skipped  1",
  ]);
  assert.equal(Deno.inspect([table]), "[ 9 MAC prefixes ]");
  assert.match(Deno.inspect(vendors("00000C Cisco")), /^1 MAC prefix\n/);
  const painted = Deno.inspect(table, { colors: true });
  assert.ok(painted.includes("\x1b["));
  assert.equal(stripVTControlCharacters(painted), Deno.inspect(table));
  const json = JSON.parse(JSON.stringify(vendors(NMAP)));
  assert.deepEqual(json, [...vendors(NMAP)]);
});
