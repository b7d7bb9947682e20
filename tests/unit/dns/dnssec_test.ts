import assert from "node:assert/strict";
import { denialOf, isAbsent } from "../../../lib/dns/denial.ts";
import type { RecordOf } from "../../../lib/dns/record.ts";
import {
  Effort,
  type Key,
  keyTag,
  matches,
  verifySet,
} from "../../../lib/dns/signatures.ts";
import { parse } from "../../../lib/ip/address.ts";

const IN = { class: "IN", ttl: 3600 } as const;

/** RFC 8080 §6.1 */
const KEY: Key = {
  name: "example.com",
  type: "DNSKEY",
  ...IN,
  data: {
    flags: 257,
    protocol: 3,
    algorithm: 15,
    publicKey: Uint8Array.fromBase64(
      "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
    ),
  },
};
const MX: RecordOf<"MX"> = {
  name: "example.com",
  type: "MX",
  ...IN,
  data: { preference: 10, exchange: "mail.example.com" },
};
const SIGNATURE: RecordOf<"RRSIG"> = {
  name: "example.com",
  type: "RRSIG",
  ...IN,
  data: {
    typeCovered: "MX",
    algorithm: 15,
    labels: 2,
    originalTtl: 3600,
    expiration: 1440021600,
    inception: 1438207200,
    keyTag: 3613,
    signerName: "example.com",
    signature: Uint8Array.fromBase64(
      "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
    ),
  },
};
const NOW = 1439000000;

Deno.test("the example of RFC 8080 §6.1 is signed by its key", async () => {
  assert.equal(keyTag(KEY), 3613);
  const ds: RecordOf<"DS"> = {
    name: "example.com",
    type: "DS",
    ...IN,
    data: {
      keyTag: 3613,
      algorithm: 15,
      digestType: 2,
      digest: Uint8Array.fromHex(
        "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b",
      ),
    },
  };
  assert.ok(await matches(ds, KEY));
  const verdict = await verifySet(
    [MX],
    [SIGNATURE],
    "example.com",
    [KEY],
    NOW,
    new Effort(9),
  );
  assert.ok(verdict.ok, verdict.why);
  // Names in another case are the same names.
  const upper = {
    ...MX,
    name: "EXAMPLE.com",
    data: { ...MX.data, exchange: "MAIL.example.com" },
  };
  assert.ok(
    (await verifySet(
      [upper],
      [SIGNATURE],
      "example.com",
      [KEY],
      NOW,
      new Effort(9),
    )).ok,
  );
});

Deno.test("a signature is good for its records, its zone and its time alone", async () => {
  const check = async (
    why: RegExp,
    {
      mx = MX,
      signature = {},
      key = {},
      zone = "example.com",
      now = NOW,
      effort = 9,
    },
  ) => {
    const verdict = await verifySet(
      [mx as typeof MX],
      [{ ...SIGNATURE, data: { ...SIGNATURE.data, ...signature } }],
      zone,
      [{ ...KEY, data: { ...KEY.data, ...key } }],
      now,
      new Effort(effort),
    );
    assert.ok(!verdict.ok);
    assert.match(verdict.why, why);
  };
  await check(/wrong/, { mx: { ...MX, data: { ...MX.data, preference: 11 } } });
  await check(/wrong/, { signature: { originalTtl: 3601 } });
  await check(/longer name/, { signature: { labels: 3 } });
  await check(/no signature/, { zone: "com" });
  await check(/no signature/, { mx: { ...MX, name: "a.example.com" } });
  await check(/ended on 2015-08-19/, { now: 1440021601 });
  await check(/begins on 2015-07-29/, { now: 1438207199 });
  await check(/not of the zone/, { signature: { keyTag: 1 } });
  await check(/not of the zone/, { key: { flags: 1 } });
  await check(/not of the zone/, { key: { protocol: 2 } });
  await check(/too much/, { effort: 0 });
});

/** RFC 5155 App. A and B */
function nsec3(
  owner: string,
  next: string,
  types: string[],
  flags = 1,
): RecordOf<"NSEC3"> {
  const hash = (text: string) => {
    const bits = [...text].map((c) =>
      parseInt(c, 32).toString(2).padStart(5, "0")
    ).join("");
    return Uint8Array.from(bits.match(/.{8}/g)!, (octet) => parseInt(octet, 2));
  };
  return {
    name: `${owner}.example`,
    type: "NSEC3",
    ...IN,
    data: {
      hashAlgorithm: 1,
      flags,
      iterations: 12,
      salt: Uint8Array.fromHex("aabbccdd"),
      nextHashedOwnerName: hash(next),
      types,
    },
  };
}

Deno.test("the denials of RFC 5155 App. B prove what they are there to prove", async () => {
  const proofs = (...nsec3: RecordOf<"NSEC3">[]) => ({
    zone: "example",
    nsec: [],
    nsec3,
  });
  const apex = nsec3(
    "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
    "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
    ["MX", "DNSKEY", "NS", "SOA", "NSEC3PARAM", "RRSIG"],
    0,
  );
  const b1 = proofs(
    apex,
    nsec3(
      "b4um86eghhds6nea196smvmlo4ors995",
      "gjeqe526plbf1g8mklp59enfd789njgi",
      ["MX", "RRSIG"],
      0,
    ),
    nsec3(
      "35mthgpgcu1qg68fab165klnsnk3dpvl",
      "b4um86eghhds6nea196smvmlo4ors995",
      ["NS", "DS", "RRSIG"],
      0,
    ),
  );
  assert.equal((await denialOf("a.c.x.w.example", "A", b1)).proves, "NXDOMAIN");
  const b2 = proofs(
    nsec3(
      "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
      "2vptu5timamqttgl4luu9kg21e0aor3s",
      ["A", "RRSIG"],
      0,
    ),
  );
  assert.equal((await denialOf("ns1.example", "MX", b2)).proves, "NODATA");
  assert.equal((await denialOf("ns1.example", "A", b2)).proves, "nothing");
  const optOut = proofs(
    apex,
    nsec3(
      "35mthgpgcu1qg68fab165klnsnk3dpvl",
      "b4um86eghhds6nea196smvmlo4ors995",
      ["NS", "DS", "RRSIG"],
    ),
  );
  assert.equal((await denialOf("c.example", "DS", optOut)).proves, "opt-out");
  const many = { ...apex, data: { ...apex.data, iterations: 2500 } };
  assert.equal(
    (await denialOf("x.example", "A", proofs(many))).proves,
    "opt-out",
  );
});

function nsec(
  name: string,
  nextDomainName: string,
  types: string[],
): RecordOf<"NSEC"> {
  return { name, type: "NSEC", ...IN, data: { nextDomainName, types } };
}

Deno.test("NSEC proves no more than it covers", async () => {
  const zone = "example";
  const all = [
    nsec("example", "a.example", ["NS", "SOA"]),
    nsec("a.example", "x.w.example", ["NS"]),
    nsec("x.w.example", "example", ["MX"]),
  ];
  const proves = async (name: string, type: string, given = all) =>
    (await denialOf(name, type, { zone, nsec: given, nsec3: [] })).proves;
  assert.equal(await proves("b.example", "A"), "NXDOMAIN");
  assert.equal(await proves("z.example", "A"), "NXDOMAIN");
  assert.equal(await proves("w.example", "A"), "NODATA");
  assert.equal(await proves("x.w.example", "A"), "NODATA");
  assert.equal(await proves("x.w.example", "MX"), "nothing");
  // The zone above knows nothing of what is in the one below, but its DS.
  assert.equal(await proves("a.example", "A"), "nothing");
  assert.equal(await proves("b.a.example", "A"), "nothing");
  assert.equal(await proves("a.example", "DS"), "NODATA");
  // Without a word on the wildcard nothing is sure.
  assert.equal(await proves("b.example", "A", all.slice(1)), "nothing");
  assert.equal(await proves("b.other", "A"), "nothing");
  const proofs = { zone, nsec: all, nsec3: [] };
  assert.ok(await isAbsent("b.example", 1, proofs));
  assert.ok(!await isAbsent("a.example", 1, proofs));
  assert.equal(`${parse("192.0.2.1")}`, "192.0.2.1");
});
