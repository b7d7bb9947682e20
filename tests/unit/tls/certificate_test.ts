import assert from "node:assert/strict";
import { DecodeError } from "../../../lib/errors.ts";
import { Certificate, readCertificates } from "../../../lib/tls/certificate.ts";
import { RevocationList } from "../../../lib/tls/crl.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  TAG,
} from "../../../lib/tls/der/der.ts";
import { formatPem } from "../../../lib/tls/der/pem.ts";
import { matchesHost, plainHost } from "../../../lib/tls/path/path_host.ts";
import { generalName } from "../../../lib/tls/certificates/certificate_names.ts";
import {
  ocspRequest,
  OcspResponse,
  readOcspRequest,
} from "../../../lib/tls/ocsp.ts";
import {
  dnsName,
  extension,
  make,
  makeAnswer,
  makeList,
  text,
} from "./made_certificates.ts";
import { rich, richOctets } from "./rich_certificate.ts";
import { least } from "../../clock.ts";
import { rounds } from "../../seed.ts";

/** Changed octets to read here; more by hand, as `-- 100000`. */
const SEEDS = 1000;

Deno.test("a certificate tells all that it says", () => {
  assert.equal(rich.version, 3);
  assert.equal(rich.serial, "0A2F");
  assert.equal(
    `${rich.subject}`,
    "CN=rich.lab.example,OU=one+OU=two,O=Läb\\, Inc.,C=CH",
  );
  assert.equal(rich.selfIssued, true);
  assert.deepEqual(rich.key, { algorithm: "EC", bits: 256, curve: "P-256" });
  assert.equal(rich.signatureAlgorithm.hash, "SHA-256");
  assert.deepEqual(rich.names.map(({ type, value }) => `${type} ${value}`), [
    "dns rich.lab.example",
    "dns *.lab.example",
    "ip 192.0.2.1",
    "ip 2001:db8::1",
    "email a@lab.example",
    "uri https://lab.example/",
    "oid 1.2.3",
    "directory CN=dir",
    "other userPrincipalName:user@lab",
  ]);
  assert.deepEqual(rich.keyUsage, [
    "digitalSignature",
    "keyCertSign",
    "cRLSign",
  ]);
  assert.deepEqual(rich.extendedKeyUsage, [
    "serverAuth",
    "clientAuth",
    "1.2.3.4.5",
  ]);
  assert.equal(rich.ca, true);
  assert.equal(rich.pathLength, 1);
  const limits = ({ type, value }: { type: string; value: string }) =>
    `${type} ${value}`;
  assert.deepEqual(rich.nameConstraints?.permitted.map(limits), [
    "dns lab.example",
    "ip 192.0.2.0/24",
    "email lab.example",
  ]);
  assert.deepEqual(rich.nameConstraints?.excluded.map(limits), [
    "dns no.lab.example",
    "ip 2001:db8:ff::/48",
  ]);
  assert.deepEqual(rich.ocspUrls, ["http://ocsp.lab.example/"]);
  assert.deepEqual(rich.issuerUrls, ["http://ca.lab.example/ca.der"]);
  assert.deepEqual(rich.crlUrls, ["http://crl.lab.example/a.crl"]);
  assert.deepEqual(rich.distributionPoints[0]?.reasons, [1, 2]);
  assert.equal(`${rich.distributionPoints[0]?.issuer}`, "CN=dir");
  assert.deepEqual(
    rich.policies?.map(({ name, cps, notice }) => [name, cps, notice]),
    [
      ["domainValidated", undefined, undefined],
      ["1.3.5.8", "http://cps.lab.example/", "be kind"],
    ],
  );
  assert.deepEqual(rich.policyMappings, [{
    issuer: "1.2.3.4",
    subject: "1.2.3.5",
  }]);
  assert.deepEqual(rich.policyConstraints, {
    requireExplicitPolicy: 3,
    inhibitPolicyMapping: 1,
  });
  assert.equal(rich.inhibitAnyPolicy, 2);
  assert.equal(rich.mustStaple, true);
  assert.equal(
    rich.timestamps[0]?.time.toISOString(),
    "2023-11-14T22:13:20.000Z",
  );
  assert.equal(rich.timestamps[0]?.scheme, "ecdsa_secp256r1_sha256");
  const unknown = rich.extensions.find(({ oid }) => oid === "1.2.3.4.5.6");
  assert.equal(unknown?.value.toHex(), "0c046b657074");
});

Deno.test("a certificate is a card as text, and plain data in JSON", () => {
  const card = `${rich}`;
  for (
    const part of [
      "rich.lab.example",
      "EC P-256",
      "only dns lab.example",
      "must staple",
    ]
  ) {
    assert.ok(card.includes(part), part);
  }
  assert.equal(
    Deno.inspect(rich).split("\n")[0],
    "Certificate rich.lab.example",
  );
  const data = JSON.parse(JSON.stringify(rich));
  assert.equal(data.subject, `${rich.subject}`);
  assert.equal(data.fingerprint, rich.fingerprint());
  assert.deepEqual(data.names[0], { type: "dns", value: "rich.lab.example" });
  assert.equal(data.der, undefined);
});

Deno.test("fingerprints and the pin are those of WebCrypto's digests", async () => {
  const digest = async (hash: string, octets: Uint8Array) =>
    new Uint8Array(await crypto.subtle.digest(hash, octets as BufferSource));
  const plain = (text: string) => text.replaceAll(":", "").toLowerCase();
  assert.equal(
    plain(rich.fingerprint()),
    (await digest("SHA-256", rich.der)).toHex(),
  );
  assert.equal(
    plain(rich.fingerprint("SHA-1")),
    (await digest("SHA-1", rich.der)).toHex(),
  );
  assert.equal(rich.pin, (await digest("SHA-256", rich.publicKey)).toBase64());
  assert.throws(() => rich.fingerprint("MD5" as "SHA-1"), RangeError);
});

Deno.test("days left are whole, and negative after the end", () => {
  const end = rich.notAfter.getTime();
  assert.equal(rich.daysLeft(end), 0);
  assert.equal(rich.daysLeft(end - 86_400_000), 1);
  assert.equal(rich.daysLeft(end - 86_399_999), 0);
  assert.equal(rich.daysLeft(new Date(end + 1)), -1);
});

Deno.test("certificates are read out of PEM, DER, several in a row, and PKCS#7", () => {
  const pem = rich.toPem();
  const two = new Uint8Array([...rich.der, ...rich.der]);
  const bundle = der(
    TAG.sequence,
    derOid("1.2.840.113549.1.7.2"),
    der(
      contextTag(0),
      der(
        TAG.sequence,
        derInteger(1),
        der(TAG.set),
        der(TAG.sequence, derOid("1.2.840.113549.1.7.1")),
        der(contextTag(0), rich.der, rich.der),
        der(TAG.set),
      ),
    ),
  );
  const forms: readonly (readonly [string | Uint8Array, number])[] = [
    [pem, 1],
    [new TextEncoder().encode(`text\n${pem}\n${pem}`), 2],
    [rich.der, 1],
    [two, 2],
    [bundle, 2],
    [formatPem("PKCS7", bundle), 2],
    [`${formatPem("PRIVATE KEY", Uint8Array.of(1))}${pem}`, 1],
    ["", 0],
  ];
  for (const [form, count] of forms) {
    const read = readCertificates(form);
    assert.equal(read.length, count);
    for (const one of read) assert.ok(one.equals(rich));
  }
});

Deno.test("weird certificates that are valid are read", async () => {
  const negative = await make({ serial: -77n });
  assert.equal(negative.certificate.serial, "-4D");
  const far = await make({ notAfter: new Date("9999-12-31T23:59:59Z") });
  assert.equal(far.certificate.notAfter.getUTCFullYear(), 9999);
  const nameless = await make({ subject: "", dns: ["a.example"] });
  assert.ok(nameless.certificate.subject.empty);
  assert.match(`${nameless.certificate}`, /^Certificate a\.example\n/);
  const first = await make({ version: 1 });
  assert.equal(first.certificate.version, 1);
  assert.deepEqual(first.certificate.extensions, []);
  const huge = await make({ serial: 2n ** 4000n });
  assert.equal(huge.certificate.serial.length, 1002);
});

Deno.test("malformed parts of a certificate are told with their place", async (t) => {
  const cases:
    readonly (readonly [fact: string, extension: Uint8Array, says: RegExp])[] =
      [
        [
          "an address of 5 octets",
          extension(
            "subjectAltName",
            der(TAG.sequence, der(0x87, new Uint8Array(5))),
          ),
          /address of 5 octets, where 4 or 16/,
        ],
        [
          "a name of no kind",
          extension("subjectAltName", der(TAG.sequence, der(0x8f))),
          /name of no known kind/,
        ],
        [
          "a key usage that is none",
          extension("keyUsage", der(TAG.integer, Uint8Array.of(1))),
          /keyUsage should be bitString and is integer/,
        ],
        [
          "a list of timestamps that is cut",
          extension(
            "signedCertificateTimestamps",
            der(TAG.octetString, Uint8Array.of(0, 9, 1)),
          ),
          /says length of the list/,
        ],
        [
          "a path length below 0",
          extension(
            "basicConstraints",
            der(
              TAG.sequence,
              der(TAG.boolean, Uint8Array.of(255)),
              derInteger(-1),
            ),
          ),
          /pathLenConstraint is not within/,
        ],
        [
          "more than an extension holds",
          extension(
            "subjectKeyIdentifier",
            new Uint8Array([...der(TAG.octetString, text("x")), 5, 0]),
          ),
          /2 octets too many in subjectKeyIdentifier/,
        ],
      ];
  for (const [fact, broken, says] of cases) {
    await t.step(fact, async () => {
      await assert.rejects(make({ extensions: [broken] }), (error: Error) => {
        assert.ok(error instanceof DecodeError);
        assert.ok(error.offset > 100);
        assert.match(error.message, says);
        return true;
      });
    });
  }
  await t.step("the same extension twice", async () => {
    const twice = extension("subjectAltName", der(TAG.sequence, dnsName("b")));
    await assert.rejects(
      make({ dns: ["a"], extensions: [twice] }),
      /stands there twice/,
    );
  });
});

Deno.test("hosts are matched as RFC 9525 has it", async (t) => {
  const cases:
    readonly (readonly [pattern: string, host: string, matches: boolean])[] = [
      ["a.example", "a.example", true],
      ["A.Example", "a.EXAMPLE", true],
      ["a.example", "a.example.", true],
      ["a.example", "b.a.example", false],
      ["*.lab.example", "a.lab.example", true],
      ["*.lab.example", "lab.example", false],
      ["*.lab.example", "a.b.lab.example", false],
      ["*.lab.example", ".lab.example", false],
      ["*.example", "a.example", false],
      ["*", "a", false],
      ["w*.lab.example", "www.lab.example", false],
      ["a.*.example", "a.b.example", false],
      ["*.*.lab.example", "a.b.lab.example", false],
      ["xn--bcher-kva.example", "bücher.example", true],
      ["*.example.org", "bücher.example.org", true],
      ["a.example\0.evil", "a.example", false],
      ["192.0.2.1", "192.0.2.1", false],
      ["*.0.2.1", "192.0.2.1", false],
    ];
  for (const [pattern, host, matches] of cases) {
    await t.step(`${JSON.stringify(pattern)} for ${host}: ${matches}`, () => {
      const names = [generalName("dns", pattern, new Uint8Array())];
      assert.equal(matchesHost({ names }, host), matches);
    });
  }
  await t.step("addresses by their octets alone", () => {
    for (const host of ["2001:db8::1", "[2001:DB8:0::1]", "192.0.2.1"]) {
      assert.equal(matchesHost(rich, host), true, host);
    }
    assert.equal(matchesHost(rich, "192.0.2.2"), false);
  });
  await t.step("what can be no host is none", () => {
    for (
      const host of [
        "",
        "a b",
        "a..b",
        "-a.example",
        "*.example",
        `${"a".repeat(64)}.b`,
      ]
    ) {
      assert.equal(plainHost(host), undefined, host);
    }
    assert.equal(plainHost("_dmarc.a.example"), "_dmarc.a.example");
  });
});

Deno.test("a question by OCSP is read as it was written", async () => {
  const root = await make({ ca: true, subject: "Root" });
  const end = await make({ serial: 0x80n }, root);
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  for (const hash of ["SHA-1", "SHA-256"] as const) {
    const request = readOcspRequest(
      ocspRequest(end.certificate, root.certificate, { hash, nonce }),
    );
    assert.deepEqual(request.nonce, nonce);
    assert.equal(request.ids[0]?.serial, "80");
    assert.equal(request.ids[0]?.hash, hash);
    assert.equal(request.ids[0]?.issuerKey.length, hash === "SHA-1" ? 40 : 64);
  }
  assert.throws(
    () =>
      ocspRequest(end.certificate, root.certificate, {
        nonce: new Uint8Array(129),
      }),
    RangeError,
  );
});

Deno.test("a list of 30,000 certificates is read and looked up quickly", async () => {
  const root = await make({ ca: true, subject: "Root" });
  const revoked = Array.from({ length: 30_000 }, (_, i) => ({
    serial: (0x1000000 + i).toString(16),
  }));
  const list = await makeList(root, { revoked });
  let read = new RevocationList(list.der);
  const took = least(2000, () => read = new RevocationList(list.der));
  assert.equal(read.size, 30_000);
  assert.equal(read.find("01000005")?.serial, "01000005");
  assert.equal(read.find("05"), undefined);
  assert.match(`${read}`, /revoked +30,000/);
  assert.ok(took < 2000, `${took} ms`);
});

/** A generator of numbers that a seed fixes. */
function dice(seed: number): (below: number) => number {
  let state = seed + 0x9e3779b9 | 0;
  return (below) => {
    state = Math.imul(state ^ state >>> 16, 0x45d9f3b) + 0x9e3779b9 | 0;
    state ^= state >>> 15;
    return (state >>> 0) % below;
  };
}

/** Octets changed here and there: flipped, overwritten, cut, doubled, resized. */
function mutated(octets: Uint8Array, seed: number): Uint8Array {
  const roll = dice(seed);
  let changed = octets.slice();
  for (let n = 1 + roll(4); n > 0 && changed.length > 0; n--) {
    const at = roll(changed.length);
    switch (roll(6)) {
      case 0:
        changed[at]! ^= 1 << roll(8);
        break;
      case 1:
        changed[at] = [0, 0x7f, 0x80, 0x81, 0x84, 0xff][roll(6)]!;
        break;
      case 2:
        changed = changed.slice(0, at);
        break;
      case 3: {
        const end = Math.min(changed.length, at + 1 + roll(16));
        changed = new Uint8Array([
          ...changed.subarray(0, end),
          ...changed.subarray(at),
        ]);
        break;
      }
      case 4:
        changed = new Uint8Array([
          ...changed.subarray(0, at),
          ...changed.subarray(Math.min(changed.length, at + 1 + roll(8))),
        ]);
        break;
      default:
        changed[at] = changed[roll(changed.length)]!;
    }
  }
  return changed;
}

Deno.test("octets changed in any way are read or refused, and neither hangs nor crashes", async (t) => {
  const root = await make({ ca: true, subject: "Root" });
  const list = await makeList(root, {
    revoked: [{ serial: "05", reason: 1 }, { serial: "0a2f" }],
  });
  const delegate = await make({ extendedKeyUsage: ["OCSPSigning"] }, root);
  const answer = await makeAnswer(root.certificate, root, {
    delegate,
    nonce: new Uint8Array(8),
    status: "revoked",
    reason: 1,
  });
  const kinds: readonly (readonly [
    string,
    Uint8Array,
    (octets: Uint8Array) => unknown,
  ])[] = [
    ["certificate", richOctets(), (octets) => new Certificate(octets)],
    ["revocation list", list.der, (octets) => new RevocationList(octets)],
    ["OCSP answer", answer.der, (octets) => new OcspResponse(octets)],
  ];
  const seeds = rounds(SEEDS);
  for (const [kind, octets, read] of kinds) {
    await t.step(`${kind}, ${seeds} times`, () => {
      let good = 0;
      const attempt = (seed: number): { isGood: boolean; took: number } => {
        const changed = mutated(octets, seed);
        const begun = performance.now();
        let isGood = false;
        try {
          const value = read(changed);
          isGood = true;
          JSON.stringify(value);
          `${value}`;
          Deno.inspect(value);
        } catch (error) {
          assert.ok(
            error instanceof DecodeError,
            `seed ${seed}: ${(error as Error).stack}`,
          );
          assert.ok(
            error.offset >= 0 && error.offset <= 2 * octets.length + 64,
          );
        }
        return { isGood, took: performance.now() - begun };
      };
      for (let seed = 0; seed < seeds; seed++) {
        let { isGood, took } = attempt(seed);
        if (isGood) good++;
        // A busy machine stops for a while; the same octets are slow each time.
        for (let n = 0; took > 100 && n < 5; n++) ({ took } = attempt(seed));
        assert.ok(took <= 100, `seed ${seed}: ${took} ms`);
      }
      assert.ok(good > seeds / 100, `${good} were read`);
      assert.ok(good < seeds, "some were refused");
    });
  }
});
