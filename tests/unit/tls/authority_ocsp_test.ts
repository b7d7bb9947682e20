import assert from "node:assert/strict";
import { seeded } from "../../../lib/random.ts";
import { create } from "../../../lib/tls/authority/all.ts";
import { writeExtensions } from "../../../lib/tls/authority/certificate_writer.ts";
import { contextTag, der, DerReader, TAG } from "../../../lib/tls/der/der.ts";
import { oidOf } from "../../../lib/tls/der/object_identifiers.ts";
import { ocspRequest, OcspResponse } from "../../../lib/tls/ocsp.ts";
import { checkOcsp } from "../../../lib/tls/ocsp_check.ts";

/** What CI has time for; 100,000 by hand. */
const MUTATIONS = 1_000;
const MALFORMED = "30030a0101";

const post = (body: Uint8Array) =>
  new Request("http://ocsp.lab/", {
    method: "POST",
    body: new Uint8Array(body),
  });

Deno.test("the responder knows what is good, revoked, and not its own", async () => {
  const ca = await create({ name: "CA" });
  const stranger = await create({ name: "CA" });
  const good = await ca.issue({ hosts: ["good.lab"] });
  const bad = await ca.issue({ hosts: ["bad.lab"] });
  const other = await stranger.issue({ hosts: ["other.lab"] });
  await ca.revoke(bad, "cessationOfOperation");
  const ask = async (
    { certificate }: typeof good,
    issuer: typeof ca,
    hash: "SHA-1" | "SHA-256",
  ) => {
    const nonce = crypto.getRandomValues(new Uint8Array(32));
    const request = ocspRequest(certificate, issuer.certificate, {
      hash,
      nonce,
    });
    const response = await ca.ocsp(post(request));
    assert.equal(response.headers.get("cache-control"), "no-store");
    const answer = new OcspResponse(await response.bytes());
    assert.deepEqual(answer.nonce, nonce);
    assert.equal(answer.responderKey, ca.certificate.subjectKeyId);
    const [status] = answer.responses;
    assert.equal(status?.id.serial, certificate.serial);
    return status!;
  };
  for (const hash of ["SHA-1", "SHA-256"] as const) {
    assert.equal((await ask(good, ca, hash)).status, "good");
    const revoked = await ask(bad, ca, hash);
    assert.equal(revoked.status, "revoked");
    assert.equal(revoked.reason, "cessationOfOperation");
    assert.equal((await ask(other, ca, hash)).status, "unknown");
    assert.equal((await ask(other, stranger, hash)).status, "unknown");
  }
});

Deno.test("a nonce that is too long is refused, as is a request about nothing", async () => {
  const ca = await create({ name: "CA" });
  const { certificate } = await ca.issue({ hosts: ["a.lab"] });
  const plain = ocspRequest(certificate, ca.certificate);
  const list = new DerReader(plain, "request").next("request").inside()
    .next("tbsRequest").contents;
  for (
    const [length, status] of [[100, "successful"], [
      200,
      "malformedRequest",
    ]] as const
  ) {
    const value = der(TAG.octetString, new Uint8Array(length).fill(7));
    const extension = { oid: oidOf("ocspNonce"), critical: false, value };
    const asked = der(
      TAG.sequence,
      der(TAG.sequence, list, der(contextTag(2), writeExtensions([extension]))),
    );
    const response = await ca.ocsp(post(asked));
    assert.equal(new OcspResponse(await response.bytes()).status, status);
  }
  for (const body of ["", "3000", "300430023000", "30", "00"]) {
    const response = await ca.ocsp(post(Uint8Array.fromHex(body)));
    assert.equal((await response.bytes()).toHex(), MALFORMED, body);
  }
  assert.throws(() => ca.responder({ validity: 0 }), RangeError);
  // Nobody would believe what it signs (RFC 6960 §4.2.2.2).
  const signer = await ca.issue({ hosts: ["a.lab"] });
  assert.throws(() => ca.responder({ signer }), {
    name: "RangeError",
    message: /must be issued with the kind "ocsp": .* is for serverAuth$/,
  });
});

Deno.test("whatever is asked, there is an answer", async () => {
  const ca = await create({ name: "CA" });
  const { certificate } = await ca.issue({ hosts: ["a.lab"] });
  const octets = ocspRequest(certificate, ca.certificate, {
    nonce: new Uint8Array(16),
  });
  const random = seeded(6960);
  const any = (n: number) => Math.floor(random() * n);
  let malformed = 0;
  for (let i = 0; i < MUTATIONS; i++) {
    const changed = octets.slice();
    for (let n = any(3); n >= 0; n--) changed[any(changed.length)] = any(256);
    const cut = random() < 0.1
      ? changed.slice(0, any(changed.length))
      : changed;
    const response = await ca.ocsp(post(cut));
    assert.equal(response.status, 200);
    const { status } = new OcspResponse(await response.bytes());
    assert.ok(status === "successful" || status === "malformedRequest", status);
    if (status === "malformedRequest") malformed++;
  }
  assert.ok(malformed > 0 && malformed < MUTATIONS);
});

Deno.test("a check without an answer to check is refused, as are its parts in another order", async () => {
  const ca = await create({ name: "CA" });
  const { certificate } = await ca.issue({ hosts: ["a.lab"] });
  const wrong = checkOcsp as unknown as (...given: unknown[]) => Promise<void>;
  await assert.rejects(wrong(certificate, ca.certificate), {
    name: "TypeError",
    message: /'response' must be an OcspResponse: .* of the kind Certificate$/,
  });
});
