import assert from "node:assert/strict";
import * as authority from "../../../lib/tls/authority/all.ts";
import type { Certificate } from "../../../lib/tls/certificate.ts";

const { create } = authority;
const DAY = 86_400_000;

const values = ({ names }: Certificate) => names.map(({ value }) => value);

Deno.test("a root is an authority of its own making", async () => {
  const ca = await create({
    name: "Lab Root",
    organization: "Läb, Inc.",
    country: "DE",
    pathLength: 2,
  });
  const { certificate } = ca;
  assert.equal(`${certificate.subject}`, "CN=Lab Root,O=Läb\\, Inc.,C=DE");
  assert.ok(certificate.selfIssued);
  assert.ok(certificate.ca);
  assert.equal(certificate.pathLength, 2);
  assert.deepEqual(certificate.keyUsage, [
    "digitalSignature",
    "keyCertSign",
    "cRLSign",
  ]);
  assert.equal(certificate.authorityKeyId?.keyId, certificate.subjectKeyId);
  assert.equal(ca.root, certificate);
  assert.equal(ca.folder, undefined);
});

Deno.test("a server's certificate says what browsers look for, and no more", async () => {
  const ca = await create({ name: "Lab CA" });
  const { certificate, chain } = await ca.issue({
    hosts: ["Bücher.Lab", "*.lab.example.", "[::1]", "127.0.0.1", "127.0.0.1"],
  });
  assert.deepEqual(certificate.names.map(({ type, value }) => [type, value]), [
    ["dns", "xn--bcher-kva.lab"],
    ["dns", "*.lab.example"],
    ["ip", "::1"],
    ["ip", "127.0.0.1"],
  ]);
  assert.ok(certificate.subject.empty);
  const [names] = certificate.extensions
    .filter(({ name }) => name === "subjectAltName");
  assert.equal(names?.critical, true, "as there is no subject");
  assert.deepEqual(certificate.extendedKeyUsage, ["serverAuth"]);
  assert.deepEqual(certificate.keyUsage, ["digitalSignature"]);
  assert.equal(certificate.ca, false);
  assert.equal(certificate.authorityKeyId?.keyId, ca.certificate.subjectKeyId);
  assert.deepEqual(chain, []);
  const { notBefore, notAfter } = certificate;
  assert.ok(Date.now() - notBefore.getTime() >= 299_000, "some minutes back");
  assert.equal(notAfter.getTime() - notBefore.getTime(), 397 * DAY - 1000);
});

Deno.test("each kind has its purpose, and RSA servers may be sent secrets", async () => {
  const ca = await create({ name: "Lab CA" });
  const kinds = {
    server: ["serverAuth"],
    client: ["clientAuth"],
    peer: ["serverAuth", "clientAuth"],
    code: ["codeSigning"],
    ocsp: ["OCSPSigning"],
  } as const;
  for (const [kind, purposes] of Object.entries(kinds)) {
    const { certificate } = await ca.issue({
      kind: kind as keyof typeof kinds,
      name: "One",
      hosts: kind === "server" || kind === "peer" ? ["one.lab"] : [],
    });
    assert.deepEqual(certificate.extendedKeyUsage, purposes);
  }
  const key = await authority.generateKey("RSA-2048");
  const rsa = await ca.issue({ hosts: ["one.lab"], key });
  assert.deepEqual(rsa.certificate.keyUsage, [
    "digitalSignature",
    "keyEncipherment",
  ]);
  assert.equal(rsa.certificate.key.bits, 2048);
});

Deno.test("addresses and must-staple stand in certificates where given", async () => {
  const urls = {
    crl: "http://pki.lab/ca.crl",
    ocsp: "http://ocsp.lab/",
    issuer: "http://pki.lab/ca.crt",
  };
  const ca = await create({ name: "Lab CA", urls });
  const { certificate } = await ca.issue({
    hosts: ["a.lab"],
    mustStaple: true,
  });
  assert.deepEqual(certificate.crlUrls, [urls.crl]);
  assert.deepEqual(certificate.ocspUrls, [urls.ocsp]);
  assert.deepEqual(certificate.issuerUrls, [urls.issuer]);
  assert.ok(certificate.mustStaple);
  const signer = await ca.issue({ kind: "ocsp", name: "OCSP" });
  assert.ok(
    signer.certificate.extensions.some(({ name }) => name === "ocspNoCheck"),
  );
  assert.deepEqual(
    signer.certificate.ocspUrls,
    [],
    "nobody asks about who answers",
  );
});

Deno.test("an intermediate may not do more than it is told", async () => {
  const root = await create({ name: "Root", pathLength: 2 });
  const ca = await root.intermediate({
    name: "CA",
    pathLength: 1,
    permitted: ["lab.example", "10.0.0.0/8"],
    excluded: ["secret.lab.example"],
  });
  assert.equal(ca.certificate.pathLength, 1);
  const { nameConstraints } = ca.certificate;
  const list = (names: readonly { type: string; value: string }[] = []) =>
    names.map(({ type, value }) => `${type} ${value}`);
  assert.deepEqual(list(nameConstraints?.permitted), [
    "dns lab.example",
    "ip 10.0.0.0/8",
  ]);
  // Kinds that nothing is permitted of are shut.
  assert.deepEqual(list(nameConstraints?.excluded), [
    "dns secret.lab.example",
    "email ",
  ]);
  await ca.issue({
    hosts: ["lab.example", "*.www.lab.example", "10.9.8.7"],
    uris: ["spiffe://lab.example/x"],
  });
  for (
    const options of [
      { hosts: ["example.org"] },
      { hosts: ["notlab.example"] },
      { hosts: ["a.lab.example", "192.0.2.1"] },
      { hosts: ["::1"] },
      { hosts: ["x.secret.lab.example"] },
      // It would be for secret.lab.example too.
      { hosts: ["*.lab.example"] },
      { hosts: ["lab.example"], emails: ["a@lab.example"] },
      { hosts: ["lab.example"], uris: ["spiffe://example.org/x"] },
      { hosts: ["lab.example"], uris: ["urn:x:y"] },
    ]
  ) {
    await assert.rejects(ca.issue(options), {
      name: "RangeError",
      message: /may issue for: current value is/,
    });
  }
  const below = await ca.intermediate({ name: "Below" });
  await assert.rejects(below.issue({ hosts: ["example.org"] }), RangeError);
  const site = await below.issue({ hosts: ["www.lab.example"] });
  assert.deepEqual(site.chain, [below.certificate, ca.certificate]);
  assert.equal(site.cert.match(/BEGIN CERTIFICATE/g)?.length, 3);
  await assert.rejects(below.intermediate({ name: "Too deep" }), {
    name: "RangeError",
    message: /must have a path length above 0/,
  });
  // An authority has to have a name (RFC 5280 §4.1.2.6).
  await assert.rejects(ca.intermediate({} as { name: string }), {
    name: "TypeError",
    message: /'name' must be a text that is not empty/,
  });
  const text = "lab.example" as unknown as string[];
  for (const given of ["a b", "10.0.0.0/33", "@a b", "http://a/", "::1"]) {
    await assert.rejects(ca.intermediate({ name: "x", permitted: [given] }), {
      name: "TypeError",
      message: /each constraint must be a domain, a network .* value is "/,
    });
  }
  await assert.rejects(ca.intermediate({ name: "x", permitted: text }), {
    name: "TypeError",
    message: /'permitted' must be a list: current value is "lab\.example"/,
  });
  await assert.rejects(ca.intermediate({ name: "x", pathLength: 1 }), {
    message: /'pathLength' must be below that of its signer, 1/,
  });
});

Deno.test("what cannot be issued is refused in words", async () => {
  const ca = await create({ name: "Lab CA", maxDays: 398, days: 1000 });
  const cases: [Parameters<typeof ca.issue>[0], RegExp][] = [
    [{}, /'hosts' must name at least one host.*current value is none/],
    [
      { hosts: [""] },
      /each of 'hosts' must be a host name.*current value is ""/,
    ],
    [{ hosts: ["*"] }, /each of 'hosts' must be a host name/],
    [
      { hosts: "a.lab" as unknown as string[] },
      /'hosts' must be a list: current value is "a\.lab"/,
    ],
    [{ hosts: ["a.*.lab"] }, /each of 'hosts'/],
    [{ hosts: ["a b"] }, /each of 'hosts'/],
    [{ hosts: ["a..b"] }, /each of 'hosts'/],
    [{ hosts: ["bü/cher"] }, /each of 'hosts'/],
    [{ hosts: ["-a.lab"] }, /each of 'hosts'/],
    [{ hosts: [`${"a".repeat(64)}.lab`] }, /each of 'hosts'/],
    [{ hosts: ["1.2.3.400"] }, /last label is no number/],
    [{ hosts: ["fe80::1%eth0"] }, /an address without a zone/],
    [{ hosts: ["a.lab\0.example"] }, /each of 'hosts'/],
    [
      { hosts: ["a.lab"], emails: ["a"] },
      /each of 'emails' must be a mail box/,
    ],
    [
      { hosts: ["a.lab"], uris: ["a"] },
      /each of 'uris' must be an absolute URI/,
    ],
    [{ hosts: ["a.lab"], days: 399 }, /'days' must be at most 398/],
    [{ hosts: ["a.lab"], days: 0 }, /'days' must be above 0/],
    [{ hosts: ["a.lab"], days: NaN }, /'days' must be above 0/],
    [
      { hosts: ["a.lab"], notAfter: new Date(0) },
      /'notAfter' must not be before/,
    ],
    [
      { hosts: ["a.lab"], notBefore: new Date(NaN) },
      /'notBefore' must be a date/,
    ],
    [{ kind: "client" }, /'name' must say whom it is about/],
    [{ kind: "code", emails: ["a@b.lab"] }, /'name' must say whom/],
    [{ kind: "x" as "client" }, /'kind' must be one of server, client, peer/],
    [
      { hosts: ["a.lab"], keyType: "RSA-1024" as "P-256" },
      /'keyType' must be one of P-256/,
    ],
    [{ hosts: ["a.lab"], name: "" }, /'name' must be a text that is not empty/],
    [{ hosts: ["a.lab"], name: "a\nb" }, /without control characters/],
    [{ hosts: ["a.lab"], name: "a".repeat(65) }, /'name' must be at most 64/],
    [{ hosts: ["a.lab"], country: "de" }, /two capital letters/],
    [{ hosts: ["a.lab"], urls: { ocsp: "ldap://x" } }, /'urls.ocsp' must be/],
  ];
  for (const [options, says] of cases) {
    await assert.rejects(ca.issue(options), (error) => {
      assert.ok(error instanceof TypeError || error instanceof RangeError);
      assert.match(error.message, /^Cannot issue a certificate as /);
      assert.match(error.message, says);
      return true;
    });
  }
  assert.deepEqual(await ca.issued(), []);
  await assert.rejects(create({} as { name: string }), /'name' must be a text/);
  await assert.rejects(create({ name: "x", pathLength: -1 }), /'pathLength'/);
  await assert.rejects(create({ name: "x", maxDays: 0 }), /'maxDays'/);
});

Deno.test("nothing holds longer than who signed it", async () => {
  const ca = await create({ name: "Lab CA", days: 10 });
  const usual = await ca.issue({ hosts: ["a.lab"] });
  assert.deepEqual(usual.certificate.notAfter, ca.certificate.notAfter);
  await assert.rejects(ca.issue({ hosts: ["a.lab"], days: 11 }), {
    name: "RangeError",
    message: /must not hold longer than its signer/,
  });
  const past = await ca.issue({
    hosts: ["a.lab"],
    notBefore: new Date(Date.now() - 9 * DAY),
    notAfter: new Date(Date.now() - 2 * DAY),
  });
  assert.ok(past.certificate.daysLeft() < 0, "for those who try faults");
});

Deno.test("serial numbers are 126 bits by chance, in 16 octets", async () => {
  const ca = await create({ name: "Lab CA" });
  const key = await authority.generateKey();
  const serials = new Set<string>();
  for (let i = 0; i < 50; i++) {
    serials.add((await ca.issue({ hosts: ["a.lab"], key })).serial);
  }
  assert.equal(serials.size, 50);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
  assert.ok([...serials].every((serial) => serial.length <= 32));
});

Deno.test("a private key shows itself to nobody who does not ask", async () => {
  const ca = await create({ name: "Lab CA" });
  const site = await ca.issue({ hosts: ["a.lab"] });
  const { key, privateKey } = await authority.request({ hosts: ["a.lab"] })
    .then((made) => ({ key: made.key, privateKey: site.privateKey }));
  const secret = site.key.split("\n")[1]!;
  assert.match(site.key, /^-----BEGIN PRIVATE KEY-----\n/);
  const shown = [ca, site, { site }, privateKey, key, [site]]
    .flatMap((one) => [Deno.inspect(one), JSON.stringify(one), `${one}`]);
  for (const text of shown) {
    assert.ok(!text.includes("PRIVATE KEY"), text);
    assert.ok(!text.includes(secret.slice(0, 20)), text);
  }
  const spread = { ...site };
  assert.deepEqual([spread.cert, spread.key], [site.cert, site.key]);
  assert.ok(!site.pem.includes("PRIVATE"));
});

Deno.test("what is revoked is in the next list, and the list has a number", async () => {
  const ca = await create({ name: "Lab CA" });
  const [a, b, c] = await Promise.all(
    ["a.lab", "b.lab", "c.lab"].map((host) => ca.issue({ hosts: [host] })),
  );
  assert.equal((await ca.crl()).size, 0);
  await ca.revoke(a!, "keyCompromise");
  await ca.revoke(b!.serial.toLowerCase().replace(/..(?=.)/g, "$&:"));
  await ca.revoke(c!.certificate, "certificateHold");
  const first = await ca.revoke(a!, "superseded");
  assert.equal(
    first.revoked?.reason,
    "keyCompromise",
    "the first reason stays",
  );
  const list = await ca.crl({ days: 1 });
  assert.equal(list.number, 2n);
  assert.equal(list.size, 3);
  assert.match(list.pem, /^-----BEGIN X509 CRL-----\n/);
  assert.equal(list.nextUpdate!.getTime() - list.thisUpdate.getTime(), DAY);
  await ca.revoke(c!, "removeFromCRL");
  await ca.revoke(a!, "removeFromCRL");
  assert.equal((await ca.crl()).size, 2, "only a hold can end");
  await assert.rejects(ca.revoke("0123"), { code: "not-found", op: "revoke" });
  await assert.rejects(ca.revoke("xyz"), TypeError);
  await assert.rejects(ca.revoke(a!, "bad" as "superseded"), TypeError);
  await assert.rejects(ca.crl({ days: 0 }), RangeError);
});

Deno.test("a renewal has the same names, kind and length, and a key of its own", async () => {
  const ca = await create({ name: "Lab CA" });
  const old = await ca.issue({
    kind: "peer",
    name: "Node",
    hosts: ["n.lab", "10.0.0.1"],
    emails: ["n@lab.example"],
    uris: ["spiffe://lab/n"],
    keyType: "P-384",
    days: 7,
    urls: {
      ocsp: "http://o.lab/",
      crl: "http://c.lab/",
      issuer: "http://i.lab/",
    },
  });
  const fresh = await ca.renew(old);
  const urls = ({ ocspUrls, crlUrls, issuerUrls }: Certificate) =>
    [ocspUrls, crlUrls, issuerUrls].flat();
  assert.deepEqual(urls(fresh.certificate), urls(old.certificate));
  assert.equal(urls(fresh.certificate).length, 3);
  const moved = await ca.renew(fresh, { urls: { ocsp: "http://new.lab/" } });
  assert.deepEqual(urls(moved.certificate), ["http://new.lab/"]);
  assert.deepEqual(values(fresh.certificate), values(old.certificate));
  assert.equal(`${fresh.certificate.subject}`, "CN=Node");
  assert.deepEqual(fresh.certificate.extendedKeyUsage, [
    "serverAuth",
    "clientAuth",
  ]);
  assert.equal(fresh.privateKey.type, "P-384");
  assert.notEqual(fresh.key, old.key);
  const length = ({ notBefore, notAfter }: Certificate) =>
    notAfter.getTime() - notBefore.getTime();
  assert.equal(length(fresh.certificate), length(old.certificate));
  await assert.rejects(ca.renew(old), { code: "renewed" });
  const { pem } = await authority.request({ hosts: ["r.lab"] });
  const signed = await ca.sign(pem);
  await assert.rejects(ca.renew(signed), { code: "requested" });
  await ca.sign(pem, { renews: signed.serial });
  const [, , , record] = await ca.issued();
  assert.ok(record?.requested && record.renewedBy);
});

Deno.test("the watch tells of what is about to end until it is renewed", async () => {
  const ca = await create({ name: "Lab CA" });
  const late = await ca.issue({ hosts: ["late.lab"], days: 20 });
  const soon = await ca.issue({ hosts: ["soon.lab"], days: 3 });
  await ca.issue({ hosts: ["fine.lab"], days: 90 });
  const gone = await ca.issue({ hosts: ["gone.lab"], days: 1 });
  await ca.revoke(gone);
  const seen: string[] = [];
  const stop = new AbortController();
  for await (const due of ca.renewals({ every: 1, signal: stop.signal })) {
    seen.push(due.record.names[0]!);
    assert.ok(due.daysLeft < 30);
    if (seen.length === 2) await due.renew({ days: 90 });
    if (seen.length === 4) stop.abort();
  }
  // Soonest first; soon.lab, not renewed, comes again and again.
  assert.deepEqual(seen, ["soon.lab", "late.lab", "soon.lab", "soon.lab"]);
  const due = await ca.expiring(5);
  assert.deepEqual(due.map(({ record }) => record.serial), [soon.serial]);
  assert.notEqual((await ca.issued())[0]!.renewedBy, undefined, late.serial);
  await assert.rejects(ca.renewals({ days: -1 }).next(), RangeError);
  await assert.rejects(ca.expiring(NaN), RangeError);
  const stopped = ca.renewals({ signal: AbortSignal.abort() });
  assert.deepEqual(await stopped.next(), { done: true, value: undefined });
});

Deno.test("install() says what to do and does nothing", async () => {
  const ca = await create({ name: "Läb's CA" });
  const all = ca.install({
    stores: [
      "debian",
      "fedora",
      "macos",
      "windows",
      "nss",
      "java",
      "environment",
    ],
  });
  assert.equal(all.file, "la-b-s-ca.pem");
  assert.equal(all.pem, ca.pem);
  assert.equal(all.steps.length, 7);
  assert.deepEqual(all.steps[0]?.commands.at(-1), ["update-ca-certificates"]);
  assert.match(`${all}`, /-n 'Läb'\\''s CA' -i/, "quoted for a shell");
  assert.ok(all.steps.every(({ undo }) => undo.length > 0));
  const here = ca.install();
  assert.ok(
    here.steps.length >= 4,
    "without permission to look, all that may be",
  );
  assert.throws(() => ca.install({ stores: ["x" as "nss"] }), TypeError);
  assert.throws(
    () => ca.install({ stores: "debian" as unknown as ["debian"] }),
    /'stores' must be a list: current value is "debian"/,
  );
});
