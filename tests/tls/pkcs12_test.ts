import assert from "node:assert/strict";
import { AuthError, DecodeError } from "../../lib/errors.ts";
import { seeded } from "../../lib/random.ts";
import { create } from "../../lib/tls/authority/all.ts";
import { certificates } from "../../lib/tls/certificates.ts";
import { connect } from "../../lib/tls/connect.ts";
import { inspect } from "../../lib/tls/inspect.ts";
import { readPkcs12 } from "../../lib/tls/read_pkcs12.ts";
import { serve } from "../../lib/tls/serve.ts";
import { echo } from "../../lib/socket/server.ts";
import { testUnless } from "../skip.ts";
import { Bench, missing } from "./authority_openssl.ts";

/** Keys that openssl makes. */
const KEYS: Readonly<Record<string, string>> = {
  rsa: "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
  p256: "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
  p521: "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
  ed448: "-algorithm ED448",
};
/** Ways to write the file, and which key is in it. */
const WAYS:
  readonly (readonly [key: string, args: string, password: string])[] = [
    ["rsa", "", "word"],
    ["p521", "", "pässwörd €"],
    ["ed448", "-macalg sha512", "word"],
    ["rsa", "-legacy", "pässwörd"],
    [
      "p256",
      "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
      "word",
    ],
    ["p256", "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1", ""],
    ["p256", "-keypbe AES-128-CBC -certpbe NONE", "word"],
    ["rsa", "-keypbe NONE -certpbe NONE", "word"],
    ["p256", "-nomac", "word"],
    ["p256", "", ""],
    ["p256", "-legacy -nomac", ""],
  ];
const MUTATIONS = 300;

testUnless(
  await missing("openssl"),
  "PKCS#12 files of openssl are read: each kind of key, each way of encryption, with and without a password",
  async () => {
    await using bench = await Bench.open();
    const ca = await create({ name: "Root" });
    const between = await ca.intermediate({ name: "CA" });
    // The root first, as Windows has it.
    await bench.write({ "chain.pem": ca.pem + between.certificate.toPem() });
    for (const [name, args] of Object.entries(KEYS)) {
      const made = await bench.openssl(`genpkey ${args} -out ${name}.key`);
      assert.equal(made.code, 0, made.text);
      const cert = await bench.openssl(
        `req -x509 -key ${name}.key -subj /CN=${name} -days 9 -out ${name}.pem`,
      );
      assert.equal(cert.code, 0, cert.text);
    }
    for (const [key, args, password] of WAYS) {
      const what = `${key} ${args} ${password}`;
      const made = await bench.openssl(
        `pkcs12 -export -inkey ${key}.key -in ${key}.pem -certfile chain.pem -out a.p12 -name Ünï${
          args && ` ${args}`
        }`,
        "-passout",
        `pass:${password}`,
      );
      assert.equal(made.code, 0, `${what}\n${made.text}`);
      const file = await readPkcs12(`${bench.folder}/a.p12`, { password });
      assert.equal(file.name, "Ünï", what);
      assert.deepEqual(
        file.certificates.map(({ subject }) => subject.commonName),
        [key, "Root", "CA"],
        what,
      );
      assert.equal(file.cert.match(/BEGIN CERT/g)?.length, 2, "without a root");
      const plain = await bench.openssl(`pkey -in ${key}.key`);
      assert.equal(file.key, plain.text, what);
      assert.doesNotMatch(Deno.inspect(file) + JSON.stringify(file), /PRIVATE/);
      if (args.includes("-nomac") || args.endsWith("-certpbe NONE")) continue;
      await assert.rejects(
        readPkcs12(`${bench.folder}/a.p12`, { password: "wrong" }),
        { name: "AuthError", code: "wrong-passphrase" },
        what,
      );
    }
    const keyless = await bench.openssl(
      "pkcs12 -export -nokeys -in chain.pem -out a.p12 -passout pass:x",
    );
    assert.equal(keyless.code, 0, keyless.text);
    const { key, certificates: found } = await readPkcs12(
      `${bench.folder}/a.p12`,
      { password: "x" },
    );
    assert.deepEqual([key, found.length], [undefined, 2]);
    await assert.rejects(readPkcs12(`${bench.folder}/a.p12`), {
      code: "no-passphrase",
      hint: /password/,
    });
    // Where a certificate is wanted, it is said what this is.
    for (const read of [certificates, inspect]) {
      await assert.rejects(
        () => read(`${bench.folder}/a.p12`) as Promise<unknown>,
        { name: "DecodeError", hint: /net\.tls\.readPkcs12/ },
      );
    }
  },
);

Deno.test("what PKCS#12 files have is what servers take; of indefinite length too", async () => {
  const ca = await create({ name: "Root" });
  const between = await ca.intermediate({ name: "CA" });
  const site = await between.issue({ hosts: ["127.0.0.1"] });
  const octets = await between.pkcs12(site, { password: "word" });
  // An outer value whose length only its end shows, as NSS once wrote them.
  assert.deepEqual([...octets.subarray(0, 2)], [0x30, 0x82]);
  const open = Uint8Array.from([0x30, 0x80, ...octets.subarray(4), 0, 0]);
  const file = await readPkcs12(open, { password: "word" });
  assert.deepEqual([file.cert, file.key], [site.cert, site.key]);
  await using server = await serve({ cert: file.cert, key: file.key! }, echo);
  await using conn = await connect(server.address, { ca: ca.pem });
  assert.ok(conn.tls.verified);
});

Deno.test("no mutation of a PKCS#12 file does anything but be refused, or read", async () => {
  const ca = await create({ name: "Root" });
  const site = await ca.issue({ hosts: ["a.lab"] });
  const random = seeded(12);
  for (const legacy of [false, true]) {
    const octets = await ca.pkcs12(site, { password: "word", legacy });
    for (let n = 0; n < MUTATIONS; n++) {
      const changed = octets.slice(
        0,
        n % 3 === 0 ? Math.floor(random() * octets.length) : undefined,
      );
      if (changed.length > 0 && n % 3 > 0) {
        // The head too, where the structure is.
        const end = n % 3 === 1 ? Math.min(80, changed.length) : changed.length;
        changed[Math.floor(random() * end)]! ^= 1 << Math.floor(random() * 8);
      }
      await readPkcs12(changed, { password: "word" }).catch((error) => {
        assert.ok(
          error instanceof DecodeError || error instanceof AuthError,
          `${n}: ${error?.stack}`,
        );
      });
    }
  }
});
