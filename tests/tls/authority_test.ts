import assert from "node:assert/strict";
import * as authority from "../../lib/tls/authority/all.ts";
import { signCertificate } from "../../lib/tls/authority/certificate_writer.ts";
import { Certificate } from "../../lib/tls/certificate.ts";
import { testUnless } from "../skip.ts";
import { Bench, missing } from "./authority_openssl.ts";

const { create } = authority;
const noOpenssl = await missing("openssl");
const TYPES = ["P-256", "P-384", "Ed25519", "RSA-2048"] as const;
const PURPOSES = {
  server: "sslserver",
  client: "sslclient",
  peer: "sslserver",
  code: "any",
  ocsp: "ocsphelper",
} as const;

testUnless(
  noOpenssl,
  "openssl verifies all that is issued, strictly, for its purpose",
  async () => {
    await using bench = await Bench.open();
    for (const keyType of TYPES) {
      const root = await create({ name: "Root", keyType });
      const ca = await root.intermediate({
        name: "CA",
        permitted: ["lab.example", "10.0.0.0/8", "fd00::/8", "@lab.example"],
        excluded: ["not.lab.example"],
      });
      await bench.write({ "root.pem": root.pem });
      for (const [kind, purpose] of Object.entries(PURPOSES)) {
        const hosts = kind === "server" || kind === "peer"
          ? ["www.lab.example", "*.a.lab.example", "10.1.2.3", "fd00::1"]
          : [];
        const issued = await ca.issue({
          kind: kind as keyof typeof PURPOSES,
          hosts,
          ...(hosts.length === 0 && { name: "Ada", emails: ["a@lab.example"] }),
          keyType: keyType === "RSA-2048" ? "P-256" : keyType,
        });
        await bench.write({ "leaf.pem": issued.cert });
        const names = hosts.length > 0
          ? ["-verify_hostname", "x.a.lab.example", "-verify_ip", "10.1.2.3"]
          : [];
        const said = await bench.openssl(
          `verify -x509_strict -purpose ${purpose} -CAfile root.pem -untrusted leaf.pem`,
          ...names,
          "leaf.pem",
        );
        assert.equal(said.text, "leaf.pem: OK\n", `${keyType} ${kind}`);
      }
    }
  },
);

testUnless(
  noOpenssl,
  "openssl refuses what goes beyond constraints, as we do",
  async () => {
    await using bench = await Bench.open();
    const root = await create({ name: "Root" });
    const folder = `${bench.folder}/ca`;
    const ca = await root.intermediate({
      name: "CA",
      permitted: ["lab.example"],
      excluded: ["not.lab.example"],
      folder,
    });
    const caKey = await authority.readKey(await bench.read("ca/ca.key"));
    await bench.write({
      "root.pem": root.pem,
      "ca.pem": ca.certificate.toPem(),
    });
    const cases: [host: string, says: RegExp][] = [
      ["www.lab.example", /leaf\.pem: OK/],
      ["www.example.org", /permitted subtree violation/],
      ["x.not.lab.example", /excluded subtree violation/],
      ["192.0.2.1", /excluded subtree violation/],
      ["2001:db8::1", /excluded subtree violation/],
    ];
    for (const [host, says] of cases) {
      const ours = await ca.issue({ hosts: [host] }).catch((error) => error);
      assert.equal(
        ours instanceof RangeError,
        !says.test("leaf.pem: OK"),
        host,
      );
      // Someone with the authority's key who does not ask what it may do.
      const { certificate } = await root.issue({ hosts: [host] });
      const der = await signCertificate({
        ...certificate,
        publicKey: certificate.publicKey,
        subject: certificate.subject.der,
        issuer: ca.certificate.subject.der,
        extensions: certificate.extensions
          .filter(({ name }) => name !== "authorityKeyIdentifier"),
      }, caKey);
      await bench.write({ "leaf.pem": new Certificate(der).toPem() });
      const { text } = await bench.openssl(
        "verify -CAfile root.pem -untrusted ca.pem leaf.pem",
      );
      assert.match(text, says, host);
    }
  },
);

testUnless(
  noOpenssl,
  "openssl reads what stands in a certificate as it was meant",
  async () => {
    await using bench = await Bench.open();
    const ca = await create({
      name: "Läb, CA",
      urls: {
        crl: "http://pki.lab/ca.crl",
        ocsp: "http://ocsp.lab/",
        issuer: "http://pki.lab/ca.crt",
      },
    });
    const { cert, serial } = await ca.issue({
      hosts: ["bücher.lab", "::1"],
      emails: ["a@b.lab"],
      uris: ["spiffe://lab/x"],
      mustStaple: true,
    });
    await bench.write({ "leaf.pem": cert });
    const { text } = await bench.openssl(
      "x509 -in leaf.pem -noout -text -serial -nameopt utf8",
    );
    for (
      const line of [
        `serial=${serial}`,
        "Issuer: CN=Läb, CA",
        "DNS:xn--bcher-kva.lab, IP Address:0:0:0:0:0:0:0:1, email:a@b.lab, URI:spiffe://lab/x",
        "CA:FALSE",
        "URI:http://pki.lab/ca.crl",
        "OCSP - URI:http://ocsp.lab/",
        "CA Issuers - URI:http://pki.lab/ca.crt",
        "TLS Feature: \n                status_request",
      ]
    ) assert.ok(text.includes(line), `${line} in ${text}`);
  },
);

testUnless(
  noOpenssl,
  "openssl checks our requests, and we sign those that openssl makes",
  async () => {
    await using bench = await Bench.open();
    const ca = await create({ name: "CA" });
    await bench.write({ "root.pem": ca.pem });
    for (const keyType of TYPES) {
      const { pem } = await authority.request({
        name: "Box",
        hosts: ["box.lab"],
        keyType,
      });
      await bench.write({ "ours.csr": pem });
      const said = await bench.openssl("req -in ours.csr -noout -verify -text");
      assert.match(said.text, /request self-signature verify OK/i);
      assert.match(said.text, /DNS:box\.lab/);
    }
    const none = await authority.request({ name: "Only a name" });
    await bench.write({ "ours.csr": none.pem });
    assert.equal(
      (await bench.openssl("req -in ours.csr -noout -verify")).code,
      0,
    );
    for (
      const key of [
        "rsa:2048",
        "ec -pkeyopt ec_paramgen_curve:P-256",
        "ec -pkeyopt ec_paramgen_curve:P-384 -sha384",
        "ec -pkeyopt ec_paramgen_curve:P-521 -sha512",
        "ed25519",
        "rsa:2048 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
      ]
    ) {
      const made = await bench.openssl(
        `req -new -newkey ${key} -nodes -keyout theirs.key -out theirs.csr -subj /O=Lab/CN=Theirs`,
        "-addext",
        "subjectAltName=DNS:theirs.lab,IP:10.0.0.9",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
      );
      assert.equal(made.code, 0, made.text);
      const { certificate, cert } = await ca.sign(
        await bench.read("theirs.csr"),
      );
      assert.equal(`${certificate.subject}`, "CN=Theirs,O=Lab");
      assert.equal(certificate.ca, false);
      await bench.write({ "leaf.pem": cert });
      const said = await bench.openssl(
        "verify -x509_strict -purpose sslserver -CAfile root.pem -verify_hostname theirs.lab -verify_ip 10.0.0.9 leaf.pem",
      );
      assert.equal(said.text, "leaf.pem: OK\n", key);
    }
    const weak = await bench.openssl(
      "req -new -newkey rsa:2048 -sha1 -nodes -keyout w.key -out w.csr -subj /CN=w",
    );
    assert.equal(weak.code, 0, weak.text);
    const text = await bench.read("w.csr");
    await assert.rejects(
      ca.sign(text, { hosts: ["w.lab"] }),
      /anybody may forge/,
    );
  },
);

testUnless(
  noOpenssl,
  "keys in all of openssl's forms are read, and ours by openssl",
  async () => {
    await using bench = await Bench.open();
    const pass = "pass:öffne dich";
    const passphrase = "öffne dich";
    const forms: [make: string, sealed: boolean][] = [
      ["genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", false],
      ["ecparam -name prime256v1 -genkey", false],
      ["ecparam -name secp384r1 -genkey -noout", false],
      ["genpkey -algorithm ed25519", false],
      ["genrsa -traditional", false],
      ["genrsa", false],
      [
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes-256-cbc",
        true,
      ],
      ["genpkey -algorithm ed25519 -aes-128-cbc", true],
      ["genrsa -traditional -aes256", true],
      ["genrsa -traditional -des3", true],
    ];
    for (const [make, sealed] of forms) {
      const rsa = make.startsWith("genrsa");
      const made = await bench.openssl(
        `${make} -out their.key`,
        ...(sealed ? [rsa ? "-passout" : "-pass", pass] : []),
        ...(rsa ? ["2048"] : []),
      );
      assert.equal(made.code, 0, made.text);
      const text = await bench.read("their.key");
      const key = await authority.readKey(text, sealed ? { passphrase } : {});
      await bench.write({ "ours.key": key.toPem() });
      const pub = (file: string) =>
        bench.openssl(`pkey -in ${file} -pubout`, "-passin", pass);
      assert.equal(
        (await pub("ours.key")).text,
        (await pub("their.key")).text,
        make,
      );
    }
    const key = await authority.generateKey("P-256");
    await bench.write({
      "plain.key": key.toPem(),
      "sealed.key": await key.toEncryptedPem(passphrase),
    });
    const opened = await bench.openssl("pkey -in sealed.key", "-passin", pass);
    assert.equal(opened.text, key.toPem());
    for (
      const how of [
        "-scrypt",
        "-v2 des3",
        "-v2 aes-192-cbc -v2prf hmacWithSHA512",
      ]
    ) {
      const said = await bench.openssl(
        `pkcs8 -topk8 -in plain.key -out again.key ${how}`,
        "-passout",
        pass,
      );
      assert.equal(said.code, 0, said.text);
      const again = await authority.readKey(await bench.read("again.key"), {
        passphrase,
      });
      assert.equal(again.toPem(), key.toPem(), how);
    }
    const { code } = await bench.openssl(
      "pkey -in plain.key -outform DER -out plain.der",
    );
    assert.equal(code, 0);
    const der = await Deno.readFile(`${bench.folder}/plain.der`);
    assert.deepEqual((await authority.readKey(der)).publicKey, key.publicKey);
  },
);

testUnless(
  noOpenssl,
  "openssl takes our revocation lists at their word",
  async () => {
    await using bench = await Bench.open();
    for (const keyType of ["P-384", "Ed25519"] as const) {
      const root = await create({ name: "Root", keyType });
      const ca = await root.intermediate({ name: "CA" });
      const good = await ca.issue({ hosts: ["good.lab"] });
      const bad = await ca.issue({ hosts: ["bad.lab"] });
      await ca.revoke(bad, "keyCompromise");
      await bench.write({
        "root.pem": root.pem,
        "ca.pem": ca.certificate.toPem(),
        "good.pem": good.cert,
        "bad.pem": bad.cert,
        "lists.pem": (await ca.crl()).pem + (await root.crl()).pem,
        "ca.crl": (await ca.crl()).pem,
      });
      const read = await bench.openssl(
        "crl -in ca.crl -CAfile ca.pem -noout -text",
      );
      assert.match(read.text, /verify OK/);
      assert.match(read.text, /X509v3 CRL Number: \n\s+2/);
      assert.match(read.text, /Reason Code: \n\s+Key Compromise/);
      const check = (file: string) =>
        bench.openssl(
          `verify -x509_strict -crl_check_all -CAfile root.pem -untrusted ca.pem -CRLfile lists.pem ${file}`,
        );
      assert.equal((await check("good.pem")).text, "good.pem: OK\n");
      assert.match(
        (await check("bad.pem")).text,
        /error 23 .*certificate revoked/,
      );
    }
  },
);

testUnless(
  noOpenssl,
  "openssl opens our PKCS#12, for every kind of key and both ways",
  async () => {
    await using bench = await Bench.open();
    const root = await create({ name: "Root" });
    const ca = await root.intermediate({ name: "CA" });
    for (const keyType of ["P-256", "Ed25519", "RSA-2048"] as const) {
      const issued = await ca.issue({ kind: "client", name: "Ada", keyType });
      for (const legacy of keyType === "P-256" ? [false, true] : [false]) {
        const password = "pässwörd";
        const octets = await ca.pkcs12(issued, {
          password,
          legacy,
          name: "Ada's",
        });
        await bench.write({ "ada.p12": octets });
        const pass = ["-passin", `pass:${password}`];
        const info = await bench.openssl(
          "pkcs12 -in ada.p12 -noout -info",
          ...pass,
        );
        assert.match(info.text, legacy ? /3-KeyTripleDES/ : /AES-256-CBC/);
        assert.match(info.text, legacy ? /MAC: sha1/ : /MAC: sha256/);
        const key = await bench.openssl(
          "pkcs12 -in ada.p12 -nocerts -nodes",
          ...pass,
        );
        assert.ok(key.text.includes(issued.key.trim()), keyType);
        assert.match(key.text, /friendlyName: Ada's/);
        const leaf = await bench.openssl(
          "pkcs12 -in ada.p12 -clcerts -nokeys",
          ...pass,
        );
        assert.ok(leaf.text.includes(issued.certificate.toPem().trim()));
        const above = await bench.openssl(
          "pkcs12 -in ada.p12 -cacerts -nokeys",
          ...pass,
        );
        assert.equal(above.text.match(/BEGIN CERTIFICATE/g)?.length, 2);
        const wrong = await bench.openssl(
          "pkcs12 -in ada.p12 -noout -passin pass:x",
        );
        assert.notEqual(wrong.code, 0);
      }
    }
    const issued = await ca.issue({ hosts: ["a.lab"] });
    await assert.rejects(ca.pkcs12(issued, { password: "" }), TypeError);
  },
);

Deno.test("one who is saved is on the disk whole, its key for its owner alone", async () => {
  await using bench = await Bench.open();
  const ca = await create({ name: "CA" });
  const site = await ca.issue({ hosts: ["*.lab.example"] });
  const folder = `${bench.folder}/new`;
  const files = await site.save(folder);
  assert.deepEqual(files, {
    cert: `${folder}/_wildcard.lab.example.pem`,
    key: `${folder}/_wildcard.lab.example.key`,
  });
  const mode = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
  assert.equal(await mode(folder), 0o700);
  assert.equal(await mode(files.key!), 0o600);
  assert.equal(await Deno.readTextFile(files.key!), site.key);
  const sealed = await site.save(folder, { name: "sealed", passphrase: "x" });
  assert.match(
    await Deno.readTextFile(sealed.key!),
    /BEGIN ENCRYPTED PRIVATE KEY/,
  );
  const fresh = await ca.renew(site);
  await fresh.save(folder);
  assert.equal(await Deno.readTextFile(files.key!), fresh.key, "replaced");
  assert.equal([...Deno.readDirSync(folder)].length, 4, "nothing is left over");
  await assert.rejects(site.save(folder, { name: "../x" }), TypeError);
});
