import assert from "node:assert/strict";
import { DecodeError } from "../../../lib/errors.ts";
import { seeded } from "../../../lib/random.ts";
import * as authority from "../../../lib/tls/authority/all.ts";
import {
  contextTag,
  der,
  derInteger,
  derOid,
  TAG,
} from "../../../lib/tls/der/der.ts";
import { signRequest } from "../../../lib/tls/authority/certificate_writer.ts";
import {
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
} from "../../../lib/tls/authority/extensions.ts";
import { formatPem, parsePem } from "../../../lib/tls/der/pem.ts";

const { create, generateKey, readKey, readRequest, request } = authority;

/** What CI has time for; 100,000 by hand. */
const MUTATIONS = 3_000;
const EMPTY = der(TAG.sequence);

Deno.test("a request keeps its key, and shows that it has it", async () => {
  for (const keyType of ["P-256", "P-384", "Ed25519", "RSA-2048"] as const) {
    const made = await request({ name: "Box", hosts: ["box.lab"], keyType });
    const asked = await readRequest(made.pem);
    assert.equal(`${asked.subject}`, "CN=Box");
    assert.equal(asked.names[0]?.value, "box.lab");
    assert.deepEqual(asked.publicKey, made.key.publicKey);
    assert.ok(!JSON.stringify(made).includes("PRIVATE"));
  }
});

Deno.test("what a request asks for is taken over only by name", async () => {
  const ca = await create({ name: "Lab CA" });
  const key = await generateKey();
  const csr = await signRequest(EMPTY, [
    basicConstraints(true, 3),
    keyUsage(["keyCertSign"]),
    extendedKeyUsage(["serverAuth"]),
    subjectAltName([{ type: "dns", value: "asked.lab" }], true),
    {
      oid: "1.3.6.1.5.5.7.1.24",
      critical: false,
      value: Uint8Array.fromHex("3003020105"),
    },
    { oid: "1.2.3.4", critical: true, value: Uint8Array.of(5, 0) },
  ], key);
  const { certificate, chain } = await ca.sign(csr, { kind: "peer" });
  assert.equal(certificate.ca, false);
  assert.deepEqual(certificate.keyUsage, ["digitalSignature"]);
  assert.deepEqual(certificate.extendedKeyUsage, ["serverAuth", "clientAuth"]);
  assert.equal(certificate.names[0]?.value, "asked.lab");
  assert.ok(!certificate.extensions.some(({ oid }) => oid === "1.2.3.4"));
  assert.equal(certificate.mustStaple, false);
  assert.deepEqual(chain, []);
  const more = await ca.sign(csr, {
    kind: "peer",
    take: ["subjectAltName", "extendedKeyUsage", "tlsFeature"],
  });
  assert.deepEqual(more.certificate.extendedKeyUsage, ["serverAuth"]);
  assert.ok(more.certificate.mustStaple);
  const given = await ca.sign(csr, {
    hosts: ["given.lab"],
    subject: { name: "Given" },
  });
  assert.equal(given.certificate.names[0]?.value, "given.lab");
  assert.equal(`${given.certificate.subject}`, "CN=Given");
  await assert.rejects(
    ca.sign(csr, { take: [] }),
    /must name at least one host/,
  );
  await assert.rejects(
    ca.sign(csr, { take: ["basicConstraints" as "tlsFeature"] }),
    /each of 'take' must be one of/,
  );
  await assert.rejects(
    ca.sign(csr, {
      kind: "client",
      subject: { name: "x" },
      take: ["extendedKeyUsage"],
    }),
    /must ask for no more than the kind 'client' is for/,
  );
});

Deno.test("a request for names that an authority may not give is refused", async () => {
  const root = await create({ name: "Root" });
  const ca = await root.intermediate({
    name: "CA",
    permitted: ["lab.example"],
  });
  const { pem } = await request({ hosts: ["example.org"] });
  await assert.rejects(ca.sign(pem), { name: "RangeError" });
  const key = await generateKey();
  const wild = await signRequest(
    EMPTY,
    [subjectAltName([{ type: "dns", value: "*.*.lab" }], true)],
    key,
  );
  await assert.rejects(root.sign(wild), TypeError);
});

Deno.test("a request that another key signed is none", async () => {
  const mine = await request({ hosts: ["a.lab"] });
  const other = await generateKey();
  const [block] = parsePem(mine.pem);
  const forged = block!.bytes.slice();
  const at = find(forged, mine.key.publicKey);
  forged.set(other.publicKey, at);
  await assert.rejects(readRequest(forged), {
    name: "DecodeError",
    message: /is not signed with the key that it is for/,
  });
});

Deno.test("an RSA key of 1024 bits gets no certificate", async () => {
  const ca = await create({ name: "Lab CA" });
  const pair = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 1024,
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    true,
    ["sign", "verify"],
  );
  const spki = new Uint8Array(
    await crypto.subtle.exportKey("spki", pair.publicKey),
  );
  const info = der(
    TAG.sequence,
    derInteger(0),
    EMPTY,
    spki,
    der(contextTag(0)),
  );
  const signature = await crypto.subtle.sign(
    "RSASSA-PKCS1-v1_5",
    pair.privateKey,
    info,
  );
  const csr = der(
    TAG.sequence,
    info,
    der(TAG.sequence, derOid("1.2.840.113549.1.1.11"), der(TAG.null)),
    der(TAG.bitString, Uint8Array.of(0), new Uint8Array(signature)),
  );
  await assert.rejects(ca.sign(csr, { hosts: ["a.lab"] }), {
    name: "RangeError",
    message: /its key must be RSA of 2048 to 8192 bits.*RSA 1024/,
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  await assert.rejects(readKey(new Uint8Array(pkcs8)), /RSA key of 1024 bits/);
});

Deno.test("keys are read under a passphrase, and no error repeats them", async () => {
  for (const type of ["P-256", "P-384", "Ed25519", "RSA-2048"] as const) {
    const key = await generateKey(type);
    const text = await key.toEncryptedPem("öffne dich");
    const again = await readKey(text, { passphrase: "öffne dich" });
    assert.equal(again.toPem(), key.toPem());
    assert.deepEqual(again.publicKey, key.publicKey);
    assert.equal((await readKey(key.toPkcs8())).type, type);
  }
  const key = await generateKey();
  const text = await key.toEncryptedPem("a");
  await assert.rejects(readKey(text), { code: "no-passphrase" });
  await assert.rejects(readKey(text, { passphrase: "b" }), {
    code: "wrong-passphrase",
  });
  await assert.rejects(key.toEncryptedPem(""), TypeError);
  await assert.rejects(readKey(""), { name: "DecodeError" });
  await assert.rejects(
    readKey(
      "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
    ),
    /OpenSSH/,
  );
});

Deno.test("changed requests and keys never do more than not be read", async () => {
  const random = seeded(20261123);
  const { request: asked } = await request({
    name: "Box",
    hosts: ["box.lab", "10.0.0.1"],
    emails: ["a@b.lab"],
  });
  const key = (await generateKey()).toPkcs8();
  const sealed = parsePem(await (await generateKey()).toEncryptedPem("x"))[0]!;
  let refused = 0;
  for (let i = 0; i < MUTATIONS; i++) {
    const request = changed(asked.der, random);
    const tries: (() => Promise<unknown>)[] = [
      () => Promise.try(() => new authority.CertificateRequest(request)),
    ];
    if (i % 10 === 0) tries.push(() => readKey(changed(key, random)));
    // Without a passphrase, so that no round is turned.
    if (i % 10 === 1) tries.push(() => readKey(changed(sealed.bytes, random)));
    if (i % 10 === 2) {
      tries.push(() => readKey(formatPem("RSA PRIVATE KEY", request)));
    }
    for (const attempt of tries) {
      try {
        await attempt();
      } catch (error) {
        const known = error instanceof DecodeError ||
          (error as { code?: string }).code === "no-passphrase";
        assert.ok(known, `seed 20261123, ${i}: ${error}`);
        refused++;
      }
    }
  }
  assert.ok(refused > MUTATIONS / 4, `${refused} refused`);
});

function changed(
  octets: Uint8Array,
  random: () => number,
): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(octets);
  const any = (n: number) => Math.floor(random() * n);
  for (let n = 1 + any(4); n > 0; n--) copy[any(copy.length)] = any(256);
  return random() < 0.1 ? copy.slice(0, any(copy.length)) : copy;
}

function find(octets: Uint8Array, part: Uint8Array): number {
  return octets.findIndex((_, i) =>
    part.every((octet, j) => octets[i + j] === octet)
  );
}
