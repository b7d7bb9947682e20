// MAC addresses of every kind in every notation, and the vendor files that this
// machine has. The latter need --allow-read; without it, or without the files,
// they say so and skip.
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  Mac,
  mac,
  macFormats,
  type MacStyle,
  tryMac,
} from "../../lib/ip/mac/mac.ts";
import { vendors, type VendorTable } from "../../lib/ip/mac/oui.ts";
import { testUnless } from "../skip.ts";
import { mangled } from "./ip_arbitraries.ts";
import { least } from "../clock.ts";

/** Octets, often such as have leading zeros or are all ones. */
const octet = fc.oneof(
  fc.nat(255),
  fc.constantFrom(0, 0, 1, 2, 15, 16, 0x7f, 0x80, 0xff),
);

const octets = fc.oneof(
  fc.array(octet, { minLength: 6, maxLength: 6 }),
  fc.array(octet, { minLength: 8, maxLength: 8 }),
).map((list) => Uint8Array.from(list));

const style = fc.constantFrom(...Object.keys(macFormats) as MacStyle[]);

const spelled = fc.tuple(octets, style, fc.boolean()).map(
  ([bytes, style, upper]) => {
    const text = Mac.fromBytes(bytes).format(style);
    return { bytes, text: upper ? text.toUpperCase() : text };
  },
);

Deno.test("mac() reads what format() writes, in every notation", () => {
  fc.assert(
    fc.property(spelled, ({ bytes, text }) => {
      assert.deepEqual(mac(text).toBytes(), bytes);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a MAC address survives octets, numbers and its text", () => {
  fc.assert(
    fc.property(octets, (bytes) => {
      const address = Mac.fromBytes(bytes);
      assert.deepEqual(address.toBytes(), bytes);
      assert.equal(address.toBigint(), BigInt(`0x${bytes.toHex()}`));
      assert.deepEqual(
        Mac.fromBigint(address.toBigint(), address.bits),
        address,
      );
      assert.equal(`${address}`, bytes.toHex().match(/../g)!.join(":"));
      assert.equal(address.isBroadcast, bytes.every((octet) => octet === 255));
      assert.equal(address.isMulticast, bytes[0]! % 2 === 1);
      const inserted = bytes.length === 8
        ? bytes
        : [...bytes.subarray(0, 3), 0xff, 0xfe, ...bytes.subarray(3)];
      assert.deepEqual(address.toEui64().toBytes(), Uint8Array.from(inserted));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("compare() orders MAC addresses as their numbers do", () => {
  fc.assert(
    fc.property(octets, octets, (a, b) => {
      const [one, two] = [mac(a), mac(b)];
      const number = (address: Mac) =>
        BigInt(address.bits) << 64n | address.toBigint();
      const order = number(one) - number(two);
      assert.equal(one.compare(two), order < 0n ? -1 : order > 0n ? 1 : 0);
      assert.equal(one.equals(two), order === 0n);
    }),
    { numRuns: 1000 },
  );
});

/** A slower reader by regular expressions, one for each width of a group. */
function reread(text: string): string | undefined {
  for (const separator of [":", "-", ".", " ", ""]) {
    const groups = separator === "" ? [text] : text.split(separator);
    if (!groups.every((group) => /^[\da-f]+$/i.test(group))) continue;
    const widths = new Set(groups.map((group) => group.length));
    const zeros = groups.some((group) => /^0./.test(group));
    const short = separator === ":" && widths.size <= 2 && widths.has(1) &&
      !zeros && Math.max(...widths) <= 2;
    if (widths.size > 1 && !short) continue;
    const even = short || [2, 4, 6, 8].includes(groups[0]!.length);
    if (groups.length > 1 && !even) continue;
    const hex = groups.map((group) => short ? group.padStart(2, "0") : group)
      .join("").toLowerCase();
    if (hex.length === 12 || hex.length === 16) return hex;
  }
  return undefined;
}

Deno.test("mac() takes and refuses as a slower reader does", () => {
  const texts = spelled.map(({ text }) => text);
  const loose = fc.string({
    unit: fc.constantFrom(..."0123abF:-. g"),
    maxLength: 24,
  });
  let taken = 0;
  fc.assert(
    fc.property(fc.oneof(texts, mangled(texts), loose), (text) => {
      const found = tryMac(text);
      assert.equal(found?.toBytes().toHex(), reread(text));
      if (found !== undefined) taken++;
    }),
    { numRuns: 3000 },
  );
  assert.ok(taken > 700, `${taken}`);
});

Deno.test("lookup() finds the longest of random prefixes", () => {
  const rows = fc.array(
    fc.tuple(fc.nat(3), fc.integer({ min: 8, max: 48 }), fc.nat(999)),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(rows, fc.nat(3), (rows, n) => {
      // Few addresses and many lengths, so that prefixes nest.
      const base = (n: number) => `02:00:5e:10:0${n}:${n}0`;
      const binary = (text: string) =>
        mac(text).toBigint().toString(2).padStart(48, "0");
      const text = rows.map(([n, bits, who]) => `${base(n)}/${bits}\tv${who}`)
        .join("\n");
      const fits = rows.filter(([m, bits]) =>
        binary(base(m)).slice(0, bits) === binary(base(n)).slice(0, bits)
      );
      const longest = Math.max(...fits.map(([, bits]) => bits));
      const first = fits.find(([, bits]) => bits === longest);
      const found = vendors(text).lookup(base(n));
      assert.equal(found?.vendor, first && `v${first[2]}`);
      assert.equal(found?.bits, first?.[1]);
    }),
    { numRuns: 300 },
  );
});

const IEEE = "/usr/share/ieee-data";
const WIRESHARK = "/usr/share/wireshark/manuf";

/** Why a file cannot be read, if so. */
async function unreadable(path: string): Promise<string | undefined> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted") return `${path} may not be read: --allow-read`;
  try {
    await Deno.stat(path);
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `${path} is not there`;
    throw error;
  }
}

const noIeee = await unreadable(`${IEEE}/oui.txt`);

async function read(file: string): Promise<VendorTable> {
  return vendors(await Deno.readTextFile(`${IEEE}/${file}`));
}

/** The text files leave quotation marks out, and space words otherwise. */
const bare = (text: string) => text.replace(/[\s"]/g, "");

for (
  const [name, bits, least] of [
    ["oui", 24, 30_000],
    ["mam", 28, 4000],
    ["oui36", 36, 4500],
  ] as const
) {
  testUnless(
    noIeee,
    `vendors() finds the same in ${name}.txt and ${name}.csv, and skips nothing`,
    async () => {
      const text = await read(`${name}.txt`);
      const csv = await read(`${name}.csv`);
      assert.deepEqual([text.formats, csv.formats], [["ieee-txt"], [
        "ieee-csv",
      ]]);
      assert.deepEqual([text.skipped, csv.skipped], [0, 0]);
      assert.ok(text.size > least, `${text.size}`);
      assert.equal(text.size, csv.size);
      const there = new Map([...csv].map((entry) => [entry.prefix, entry]));
      let addresses = 0;
      for (const entry of text) {
        assert.equal(entry.bits, bits);
        const other = there.get(entry.prefix);
        assert.ok(other, entry.prefix);
        assert.equal(bare(entry.vendor), bare(other.vendor), entry.prefix);
        if (entry.address !== undefined) addresses++;
      }
      assert.ok(addresses > 0.9 * text.size, `${addresses}`);
    },
  );
}

testUnless(
  noIeee,
  "lookup() finds each address of the real files in the smallest block",
  async () => {
    const files = ["oui.txt", "mam.txt", "oui36.txt"];
    const table = vendors(
      await Promise.all(
        files.map((file) => Deno.readTextFile(`${IEEE}/${file}`)),
      ),
    );
    assert.equal(
      table.lookup("00:00:0c:12:34:56")?.vendor,
      "Cisco Systems, Inc",
    );
    assert.match(table.lookup("00:00:5e:00:53:01")?.vendor ?? "", /ICANN|IANA/);
    const [ma] = table;
    assert.equal(ma?.bits, 36);
    const inside = ma!.prefix.split("/")[0]!.slice(0, -2) + "01";
    assert.deepEqual(table.lookup(inside), ma);
    assert.equal(table.lookup(inside.slice(0, 8) + ":00:00:00")?.bits, 24);
  },
);

testUnless(
  noIeee,
  "vendors() reads all of oui.txt, and is not long about it",
  async () => {
    const text = await Deno.readTextFile(`${IEEE}/oui.txt`);
    const took = least(3000, () => vendors(text));
    // Minutes, if it went back for each line.
    assert.ok(took < 3000, `${took} ms`);
  },
);

testUnless(
  noIeee,
  "vendors() reads the individual address blocks, whose text is set with spaces",
  async () => {
    const text = await read("iab.txt");
    const csv = await read("iab.csv");
    assert.equal(text.skipped, 0);
    assert.equal(text.size, csv.size);
    assert.ok([...text].every((entry) => entry.bits === 36));
  },
);

testUnless(
  await unreadable(WIRESHARK),
  "vendors() reads Wireshark's manuf, and skips nothing",
  async () => {
    const table = vendors(await Deno.readTextFile(WIRESHARK));
    assert.deepEqual(table.formats, ["manuf"]);
    assert.equal(table.skipped, 0);
    assert.ok(table.size > 40_000, `${table.size}`);
    assert.match(table.lookup("00:00:0c:12:34:56")?.vendor ?? "", /^Cisco/);
  },
);
