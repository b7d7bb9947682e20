import assert from "node:assert/strict";
import fc from "fast-check";
import { sha1 } from "../../../lib/tls/certificates/sha1.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  DerReader,
  TAG,
} from "../../../lib/tls/der/der.ts";
import { readTime, timeText } from "../../../lib/tls/der/der_time.ts";
import { DistinguishedName } from "../../../lib/tls/certificates/distinguished_name.ts";
import { formatPem, parsePem } from "../../../lib/tls/der/pem.ts";
import { decodeOid, encodeOid } from "../../../lib/tls/der/der_oid.ts";
import { oidName, oidOf } from "../../../lib/tls/der/object_identifiers.ts";
import { name, text } from "./made_certificates.ts";

const octets = (hex: string) => Uint8Array.fromHex(hex.replaceAll(" ", ""));
const reader = (hex: string) => new DerReader(octets(hex), "test");

Deno.test("lengths that are not DER's are refused, each where it stands", async (t) => {
  const cases: readonly (readonly [fact: string, hex: string, says: RegExp])[] =
    [
      [
        "no octets",
        "",
        /value is missing or cut short at octet 0, needs 1 octets and has 0/,
      ],
      ["a tag alone", "30", /cut short at octet 0, needs 2 octets and has 1/],
      [
        "a length that is cut",
        "3082 01",
        /cut short at octet 0, needs 4 octets and has 3/,
      ],
      [
        "more than there is",
        "3003 0500",
        /goes beyond test at octet 0, needs 3 octets and has 2/,
      ],
      ["no length at all", "3080 0000", /BER allows and DER not at octet 0/],
      [
        "a long form for little",
        "308105 0500050005",
        /longer than it needs to be/,
      ],
      ["leading zeros", "3082 0005 0500050005", /longer than it needs to be/],
      [
        "four gigabytes",
        "3084 ffffffff",
        /goes beyond test at octet 0, needs 4294967295/,
      ],
      ["beyond all measure", "30ff", /beyond all measure/],
      ["a padded tag", "1f8001 00", /tag of value is not as DER has it/],
      [
        "a long tag for a small number",
        "1f05 00",
        /tag of value is not as DER has it/,
      ],
      [
        "a tag without end",
        "1fffffffffff",
        /tag of value is not as DER has it/,
      ],
    ];
  for (const [fact, hex, says] of cases) {
    await t.step(fact, () => {
      assert.throws(() => reader(hex).next("value"), (error: Error) => {
        assert.equal(error.name, "DecodeError");
        assert.match(error.message, says);
        return true;
      });
    });
  }
});

Deno.test("a value within another has its place counted from the outermost", () => {
  const inner = reader("3006 3004 0201 05 02").take(TAG.sequence, "outer")
    .inside()
    .take(TAG.sequence, "inner").inside();
  assert.equal(inner.take(TAG.integer, "five").small(), 5);
  assert.throws(() => inner.next("six"), { offset: 7 });
});

Deno.test("a value of another kind is named with both kinds", () => {
  assert.throws(
    () => reader("0500").take(TAG.sequence, "name"),
    {
      message:
        "Cannot decode test: name should be sequence and is null at octet 0",
    },
  );
  assert.throws(
    () => reader("a100").take(contextTag(0), "version"),
    /version should be \[0\] and is \[1\] at octet 0/,
  );
});

Deno.test("what is left over is refused", () => {
  const inside = reader("3004 0500 0500").take(TAG.sequence, "pair").inside();
  inside.next("first");
  assert.throws(() => inside.done(), /2 octets too many in pair at octet 4/);
});

Deno.test("values within each other cost no stack, however deep", () => {
  let depth = 0;
  let whole: Uint8Array = der(TAG.null);
  for (let i = 0; i < 5000; i++) whole = der(TAG.sequence, whole);
  let at = new DerReader(whole, "test").next("value");
  while (at.tag === TAG.sequence) {
    at = at.inside().next("value");
    depth++;
  }
  assert.equal(depth, 5000);
});

Deno.test("whole numbers are read as they were written, of any size", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (n) => {
      const value = new DerReader(derInteger(n), "test").take(TAG.integer, "n");
      assert.equal(value.integer(), n);
    }),
  );
  assert.throws(() => reader("0200").next("n").integer(), /no digits/);
  assert.throws(() => reader("02020001").next("n").integer(), /padded/);
  assert.throws(() => reader("0202ff80").next("n").integer(), /padded/);
});

Deno.test("lengths are written in the shortest form, and read back", () => {
  for (const length of [0, 1, 127, 128, 255, 256, 65535, 65536]) {
    const value = der(TAG.octetString, new Uint8Array(length));
    const read = new DerReader(value, "test");
    assert.equal(read.take(TAG.octetString, "value").contents.length, length);
    read.done();
  }
});

Deno.test("object identifiers are read as they were written", () => {
  const arc = fc.bigInt({ min: 0n, max: 2n ** 128n });
  fc.assert(fc.property(
    fc.constantFrom(0, 1, 2),
    fc.bigInt({ min: 0n, max: 39n }),
    fc.array(arc, { maxLength: 8 }),
    (top, second, rest) => {
      const oid = [top, second, ...rest].join(".");
      assert.equal(
        decodeOid(encodeOid(oid), (reason) => new Error(reason)),
        oid,
      );
    },
  ));
  assert.equal(derOid("2.5.4.3").toHex(), "0603550403");
  assert.throws(() => encodeOid("3.1"), RangeError);
  assert.throws(() => encodeOid("1.40"), RangeError);
});

Deno.test("object identifiers that do not end, or are padded, are refused", () => {
  for (
    const hex of [
      "0600",
      "06028001",
      "060155 0601ff".slice(7).trim(),
      "0602 5580",
    ]
  ) {
    assert.throws(
      () => reader(hex).take(TAG.oid, "kind").oid(),
      /no object identifier/,
    );
  }
  const long = der(TAG.oid, new Uint8Array(70).fill(0x81), Uint8Array.of(1));
  assert.throws(
    () => new DerReader(long, "test").next("kind").oid(),
    /too long/,
  );
});

Deno.test("names and numbers of identifiers go both ways", () => {
  assert.equal(oidName("2.5.29.17"), "subjectAltName");
  assert.equal(oidOf("subjectAltName"), "2.5.29.17");
  assert.equal(oidName("constructor"), "constructor");
  assert.throws(() => oidOf("no such thing"), RangeError);
});

Deno.test("times are read in all their dresses, and no others", async (t) => {
  const cases: readonly (readonly [
    given: string,
    general: boolean,
    read: string | undefined,
  ])[] = [
    ["240229120000Z", false, "2024-02-29T12:00:00.000Z"],
    ["491231235959Z", false, "2049-12-31T23:59:59.000Z"],
    ["500101000000Z", false, "1950-01-01T00:00:00.000Z"],
    ["2402291200Z", false, "2024-02-29T12:00:00.000Z"],
    ["240229120000+0130", false, "2024-02-29T10:30:00.000Z"],
    ["230229120000Z", false, undefined],
    ["241301000000Z", false, undefined],
    ["240101240000Z", false, undefined],
    ["240101000000", false, undefined],
    ["20240229120000Z", true, "2024-02-29T12:00:00.000Z"],
    ["20240229120000.5Z", true, "2024-02-29T12:00:00.500Z"],
    ["99991231235959Z", true, "9999-12-31T23:59:59.000Z"],
    ["00010101000000Z", true, "0001-01-01T00:00:00.000Z"],
    ["240229120000Z", true, undefined],
    ["2024022912000-Z", true, undefined],
  ];
  for (const [given, general, read] of cases) {
    await t.step(given, () => {
      const date = readTime(new TextEncoder().encode(given), general);
      assert.equal(date?.toISOString(), read);
    });
  }
  await t.step("and written so that they are read again", () => {
    fc.assert(fc.property(
      fc.date({
        min: new Date("0001-01-01"),
        max: new Date("9999-12-31"),
        noInvalidDate: true,
      }),
      (date) => {
        const { text, generalized } = timeText(date);
        const read = readTime(new TextEncoder().encode(text), generalized);
        assert.equal(read?.getTime(), Math.floor(date.getTime() / 1000) * 1000);
      },
    ));
  });
});

Deno.test("text of each kind is read", async (t) => {
  const cases: readonly (readonly [tag: number, hex: string, read: string])[] =
    [
      [0x0c, "c3a9", "é"],
      [0x12, "3132", "12"],
      [0x13, "4142", "AB"],
      [0x14, "e9", "é"],
      [0x16, "4142", "AB"],
      [0x1a, "4142", "AB"],
      [0x1c, "000000e9 0001f600", "é😀"],
      [0x1e, "00e9 d83d de00", "é😀"],
    ];
  for (const [tag, hex, read] of cases) {
    await t.step(`tag ${tag}`, () => {
      const value = der(tag, octets(hex));
      const pair = der(TAG.sequence, derOid("2.5.4.3"), value);
      const whole = der(TAG.sequence, der(TAG.set, pair));
      assert.equal(DistinguishedName.read(whole).commonName, read);
    });
  }
  await t.step("what is none is shown in hexadecimal", () => {
    for (const hex of ["0c01ff", "0303000102", "1e0100", "1c03000000"]) {
      const pair = der(TAG.sequence, derOid("2.5.4.3"), octets(hex));
      const whole = DistinguishedName.read(
        der(TAG.sequence, der(TAG.set, pair)),
      );
      assert.equal(whole.commonName, `#${hex}`);
      assert.equal(`${whole}`, `CN=#${hex}`);
      // Text that looks the same is not the same.
      assert.ok(!whole.equals(DistinguishedName.read(name(`#${hex}`))));
    }
  });
});

Deno.test("names are the same without regard to case, spaces and the kind of text", () => {
  const read = (value: string, tag?: number) =>
    DistinguishedName.read(name(value, tag));
  const one = read("Lab  Root");
  assert.ok(one.equals(read(" lab root ")));
  assert.ok(one.equals(read("LAB ROOT", TAG.printableString)));
  assert.ok(!one.equals(read("LabRoot")));
  assert.ok(!one.equals(read("")));
  assert.ok(read("").empty);
});

Deno.test("names are written so that no one can pretend to be another part", () => {
  assert.equal(
    `${DistinguishedName.read(name('a,O="b"+c=\\<d>;'))}`,
    'CN=a\\,O=\\"b\\"\\+c=\\\\\\<d\\>\\;',
  );
  assert.equal(`${DistinguishedName.read(name(" #x "))}`, "CN=\\ #x\\ ");
});

Deno.test("PEM is found among other text, with any line ends", () => {
  const block = formatPem("CERTIFICATE", new Uint8Array(100).fill(7));
  const garbage = `subject: x\r\n${
    block.replaceAll("\n", "\r\n")
  }more\n${block}`;
  const blocks = parsePem(garbage);
  assert.equal(blocks.length, 2);
  for (const { bytes, label } of blocks) {
    assert.equal(label, "CERTIFICATE");
    assert.deepEqual(bytes, new Uint8Array(100).fill(7));
  }
  assert.equal(blocks[0]!.offset, 12);
  assert.deepEqual(parsePem(garbage, "X509 CRL"), []);
});

Deno.test("PEM with headers keeps them", () => {
  const [block] = parsePem(
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMAA=\n-----END RSA PRIVATE KEY-----",
  );
  assert.deepEqual(block!.headers, {
    "Proc-Type": "4,ENCRYPTED",
    "DEK-Info": "AES-128-CBC,00",
  });
  assert.deepEqual(block!.bytes, Uint8Array.of(0x30, 0));
});

Deno.test("an error about PEM never repeats what may be a key", () => {
  const secret = "c2VjcmV0!!c2VjcmV0";
  const errors = [
    `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
    `-----BEGIN PRIVATE KEY-----\n${secret}\n`,
  ].map((pem) => {
    try {
      parsePem(pem);
    } catch (error) {
      return error as Error;
    }
    throw new Error("it was read");
  });
  for (const error of errors) {
    assert.equal(error.name, "DecodeError");
    assert.ok(!Deno.inspect(error).includes("c2VjcmV0"));
  }
  assert.match(
    errors[0]!.message,
    /block PRIVATE KEY is not base64 at octet 0/,
  );
});

Deno.test("a megabyte of beginnings without ends is read at once", () => {
  const begun = performance.now();
  assert.throws(
    () => parsePem("-----BEGIN A-----\n".repeat(60_000)),
    /does not end/,
  );
  assert.throws(
    () => parsePem("-----BEGIN A".repeat(90_000) + "-----\n"),
    /does not end/,
  );
  // A minute, if each looked for its end up to the last octet.
  assert.ok(performance.now() - begun < 20_000);
});

Deno.test("SHA-1 is that of WebCrypto", async () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const peer = new Uint8Array(await crypto.subtle.digest("SHA-1", bytes));
    assert.deepEqual(sha1(bytes), peer);
  }
  assert.equal(text("a").length, 3);
});
