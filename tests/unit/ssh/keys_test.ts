import assert from "node:assert/strict";
import fc from "fast-check";
import { AuthError, DecodeError, ParseError } from "../../../lib/errors.ts";
import { bcryptPbkdf, wordsOfPi } from "../../../lib/ssh/keys/bcrypt_pbkdf.ts";
import { keyFingerprint } from "../../../lib/ssh/keys/fingerprint.ts";
import { keySize, keyTitle } from "../../../lib/ssh/keys/key_size.ts";
import { generateKey, readPrivateKey } from "../../../lib/ssh/keys/keys.ts";
import { parsePublicKey } from "../../../lib/ssh/keys/public_key.ts";
import { randomart } from "../../../lib/ssh/keys/randomart.ts";
import { WireWriter } from "../../../lib/ssh/keys/wire_format.ts";
import { formatPem, parsePem } from "../../../lib/tls/der/pem.ts";

// Made by ssh-keygen and openssl for these tests; they open nothing.
const ED25519 = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABB530ndSm
WQteJyZWBS5UysAAAAAgAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIBn+h9/2d1oUYwgC
cEds/Wh8OLXiNaORROQ0/3yuhFu0AAAAkLrv2nboRptBnKMD0X0rxBVjkFWN2+ywM6W+q8
/3sjAictiO5ddpJmF+NMajMJtYH318FpDnx48fgH/d29of43z7LCdqtAJ1nVAy2QooVi1V
AlPVJ+cp9qBenMFYPq9i+ZqGW5d9PUPAG3KKZA0jmXhYj/mqqsMzznaHuy2x73cEOc4pux
+nyoguIcmVRQ/mbA==
-----END OPENSSH PRIVATE KEY-----
`;
const PUBLIC =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBn+h9/2d1oUYwgCcEds/Wh8OLXiNaORROQ0/3yuhFu0 ada@web";
const P384 = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAiAAAABNlY2RzYS
1zaGEyLW5pc3RwMzg0AAAACG5pc3RwMzg0AAAAYQS3GCWnjW7MKkhOc6LlSnb9ly2iWGOo
uDxHiZYdG0zwDt0dohJX/c/WW4qNQDBLd0E/qkypWLk8/OlkX18B9z+3ZEAH4DbxpOgmua
VyvZFrrfpqrlrq7Btx51h+U41ICuoAAADQCE0XEQhNFxEAAAATZWNkc2Etc2hhMi1uaXN0
cDM4NAAAAAhuaXN0cDM4NAAAAGEEtxglp41uzCpITnOi5Up2/ZctolhjqLg8R4mWHRtM8A
7dHaISV/3P1luKjUAwS3dBP6pMqVi5PPzpZF9fAfc/t2RAB+A28aToJrmlcr2Ra636aq5a
6uwbcedYflONSArqAAAAMA9Gnz5jaILP5sxgJhLENNasve7IrVfzUhUyER9mp0Nup58tUh
kYp5uWeKJAaxXs+AAAAAZnb2xkZW4BAg==
-----END OPENSSH PRIVATE KEY-----
`;
const OLD_PEM = `-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,31306F13FF44024FD8FBB5F7132FB63B

vd6AIeiLrFWpXsLYr7RlXgRBjVqRO+du+Rq6xO/E8LtspRxitqElfTctffQ/qGeP
3FZNC4xvcMqx+IndLqqj5aqfUv7WP7OX8IgYHG325gcH7V0Hdn9Zv7ZtEzZoZHin
NIik5gfdO/ltjaIRZSEz5NszB+rDlqmMIlIQN7BbbwQ=
-----END EC PRIVATE KEY-----
`;
const PICTURE = `+--[ED25519 256]--+
|   ..            |
|  ..             |
|  ..             |
|  .o     .       |
| .=. .. S        |
|o++. .++ o       |
|+o.=+oE+o .      |
|=====o*o         |
|+*BO*B*o         |
+----[SHA256]-----+`;
const EXPORTED = `---- BEGIN SSH2 PUBLIC KEY ----
Comment: "256-bit ED25519, \\
converted by ada"
x-note: more
AAAAC3NzaC1lZDI1NTE5AAAAIBn+h9/2d1oUYwgCcEds/Wh8OLXiNaORROQ0/3yuhFu0
---- END SSH2 PUBLIC KEY ----
`;

/** Only these may come of bad input. */
function isFault(error: unknown): boolean {
  return error instanceof DecodeError || error instanceof AuthError ||
    error instanceof ParseError;
}

Deno.test("readPrivateKey() opens a key that ssh-keygen has encrypted", async () => {
  const key = await readPrivateKey(ED25519, { passphrase: "open sesame" });
  assert.equal(`${key.toPublic()}`, PUBLIC);
  assert.equal(
    key.fingerprint,
    "SHA256:ad4Iurvq0eYSORSlm2bK7A7ziZzYp4f5t542wRtq7Rw",
  );
  assert.equal(
    keyFingerprint(key.publicKey, { hash: "md5" }),
    "MD5:41:46:86:e6:2f:7a:7e:ff:f0:57:bf:17:6d:c1:36:40",
  );
  assert.equal(randomart(key.publicKey), PICTURE);
  assert.equal(key.bits, 256);
  await assert.rejects(readPrivateKey(ED25519), { code: "no-passphrase" });
  await assert.rejects(readPrivateKey(ED25519, { passphrase: "x" }), {
    code: "wrong-passphrase",
  });
});

Deno.test("readPrivateKey() opens PEM that is encrypted by its headers", async () => {
  const key = await readPrivateKey(OLD_PEM, { passphrase: "sesame" });
  assert.equal(key.type, "ecdsa-sha2-nistp256");
  await assert.rejects(readPrivateKey(OLD_PEM), { code: "no-passphrase" });
});

Deno.test("a private key never shows what is secret", async () => {
  const key = await readPrivateKey(P384);
  const shown = Deno.inspect(key) + JSON.stringify(key) + Deno.inspect({ key });
  assert.match(shown, /golden/);
  assert.match(shown, /ECDSA 384/);
  const secret = parsePem(P384)[0]!.bytes.slice(-70, -20);
  for (const text of [secret.toBase64().slice(4, 20), secret.toHex()]) {
    assert.ok(!shown.includes(text));
  }
  assert.ok(Object.keys(key).every((name) => !/part|secret/i.test(name)));
});

Deno.test("a key is the same after it was written, sealed and plain", async () => {
  for (
    const options of [
      {},
      { type: "ecdsa", bits: 256 },
      { type: "ecdsa", bits: 521 },
      { type: "rsa", bits: 2048 },
    ] as const
  ) {
    const made = await generateKey({ ...options, comment: "ada é" });
    for (const passphrase of [undefined, "sesame"]) {
      const text = await made.toOpenSsh({ passphrase, rounds: 1 });
      const key = await readPrivateKey(text, { passphrase });
      assert.deepEqual(key.publicKey, made.publicKey);
      assert.equal(key.comment, "ada é");
      const data = new Uint8Array(3);
      if (made.type === "ssh-rsa" || made.type === "ssh-ed25519") {
        assert.deepEqual(await key.sign(data), await made.sign(data));
      }
      await assert.rejects(key.sign(data, "ssh-dss"), TypeError);
    }
  }
});

Deno.test("generateKey() refuses kinds and sizes that there are not", async () => {
  for (
    const options of [
      { type: "rsa", bits: 1024 },
      { type: "rsa", bits: 2049 },
      { type: "rsa", bits: NaN },
      { type: "ecdsa", bits: 255 },
      { type: "ed25519", bits: 512 },
    ] as const
  ) await assert.rejects(generateKey(options), RangeError);
  await assert.rejects(generateKey({ type: "dsa" as "rsa" }), TypeError);
  await assert.rejects(generateKey({ comment: "a\nb" }), TypeError);
  const key = await generateKey();
  await assert.rejects(key.toOpenSsh({ passphrase: "" }), TypeError);
  await assert.rejects(
    key.toOpenSsh({ passphrase: "x", rounds: 0 }),
    RangeError,
  );
});

Deno.test("a key that is cut short or changed anywhere is refused, never misread", async () => {
  const [block] = parsePem(P384);
  const { bytes, label } = block!;
  for (let length = 0; length < bytes.length; length++) {
    const text = formatPem(label, bytes.subarray(0, length));
    await assert.rejects(readPrivateKey(text), isFault, `${length}`);
  }
  const whole = await readPrivateKey(P384);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 1 << at % 8;
    await readPrivateKey(formatPem(label, changed)).then((key) => {
      // What is changed is the comment, the name of the curve, or the secret.
      assert.deepEqual(key.publicKey, whole.publicKey);
    }).catch((error) => assert.ok(isFault(error), `${at}: ${error}`));
  }
});

Deno.test("text that is no key is refused with words, whatever it is", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        "OPENSSH PRIVATE KEY",
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
      ),
      fc.uint8Array({ maxLength: 200 }),
      async (label, octets) => {
        const text = formatPem(label, octets);
        const read = readPrivateKey(text, { passphrase: "x" });
        await assert.rejects(read, isFault);
      },
    ),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      await assert.rejects(readPrivateKey(text), isFault);
    }),
    { numRuns: 200 },
  );
});

Deno.test("kinds that are not supported say so, and what to do", async () => {
  const container = (type: string, cipher = "none", rounds = 16) =>
    formatPem(
      "OPENSSH PRIVATE KEY",
      new WireWriter().text("openssh-key-v1\0").string(cipher)
        .string(cipher === "none" ? "none" : "bcrypt")
        .string(new WireWriter().string("salt").u32(rounds).toBytes())
        .u32(1).string(new WireWriter().string(type).toBytes())
        .string(new Uint8Array(32)).toBytes(),
    );
  const cases: readonly (readonly [string, RegExp])[] = [
    [container("sk-ssh-ed25519@openssh.com"), /security key.*ssh-agent/],
    [container("ssh-ed25519-cert-v01@openssh.com"), /certificate/],
    [container("ssh-dss"), /DSA.*ssh-keygen -t ed25519/],
    [container("ssh-ed25519", "rot13"), /ssh-keygen -p -Z aes256-ctr/],
    [container("ssh-ed25519", "aes256-ctr", 0xffff_ffff), /rounds of bcrypt/],
    ["PuTTY-User-Key-File-3: ssh-ed25519\n", /puttygen/],
    ["---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", /ssh-keygen -i/],
    [`${PUBLIC}\n`, /without \.pub/],
    [formatPem("DSA PRIVATE KEY", new Uint8Array(9)), /DSA/],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA", /does not end/],
  ];
  for (const [text, words] of cases) {
    await assert.rejects(readPrivateKey(text, { passphrase: "x" }), words);
  }
});

Deno.test("the slow work that opens a key can be stopped", async () => {
  const key = await generateKey();
  const text = await key.toOpenSsh({ passphrase: "x", rounds: 2 });
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  const read = readPrivateKey(text, { passphrase: "x", signal });
  await assert.rejects(read, (error) => error === reason);
});

Deno.test("parsePublicKey() reads lines, lines with options, and RFC 4716", () => {
  const plain = parsePublicKey(`# a comment\n\n${PUBLIC}\r\nmore`);
  assert.deepEqual([plain.type, plain.comment], ["ssh-ed25519", "ada@web"]);
  assert.equal(`${plain}`, PUBLIC);
  const options = 'from="10.0.0.0/8",command="echo \\"a b\\" c",no-pty';
  const limited = parsePublicKey(`${options} ${PUBLIC}`);
  assert.deepEqual(limited.blob, plain.blob);
  const exported = parsePublicKey(EXPORTED);
  assert.deepEqual(exported.blob, plain.blob);
  assert.equal(exported.comment, "256-bit ED25519, converted by ada");
  assert.match(Deno.inspect(plain), /ED25519 256/);
});

Deno.test("parsePublicKey() refuses what is none, and quotes no private key", async () => {
  const [type, base64] = PUBLIC.split(" ");
  for (
    const text of [
      "",
      "# nothing",
      "hello",
      `${type}`,
      `${type} !!!`,
      `${type} AAAA`,
      `ssh-rsa ${base64}`,
      EXPORTED.replace(/---- END.*/, ""),
      "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----",
    ]
  ) assert.throws(() => parsePublicKey(text), ParseError, text);
  assert.throws(() => parsePublicKey(P384), (error) => {
    assert.match(`${error}`, /a private key/);
    assert.ok(!`${error}`.includes("b3Blbn"));
    return true;
  });
  const { blob } = parsePublicKey(PUBLIC);
  for (let length = 0; length < blob.length; length++) {
    const cut = blob.subarray(0, length);
    assert.ok([0, 256].includes(keySize(cut)));
    assert.equal(typeof keyTitle(cut), "string");
  }
  await fc.assert(
    fc.asyncProperty(fc.string(), (text) => {
      assert.throws(() => parsePublicKey(text), ParseError);
      return Promise.resolve();
    }),
    { numRuns: 300 },
  );
});

Deno.test("bcrypt's boxes begin with the digits of pi", async () => {
  const words = wordsOfPi(1042);
  const hex = (i: number) => (words[i]! >>> 0).toString(16);
  assert.deepEqual([hex(0), hex(17), hex(1041)], [
    "243f6a88",
    "8979fb1b",
    "3ac372e6",
  ]);
  const text = (word: string) => new TextEncoder().encode(word);
  const key = await bcryptPbkdf(text("password"), text("salt"), 4, 32);
  assert.equal(
    key.toHex(),
    "5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9",
  );
});
