import assert from "node:assert/strict";
import { create } from "../../lib/tls/authority/all.ts";
import { readCertificates } from "../../lib/tls/certificate.ts";
import { certificates } from "../../lib/tls/certificates.ts";
import { readRevocationLists } from "../../lib/tls/crl.ts";
import { verifyChain } from "../../lib/tls/path.ts";
import { systemRoots } from "../../lib/tls/path/path_roots.ts";
import { verifySignature } from "../../lib/tls/certificates/signature.ts";
import { testUnless } from "../skip.ts";
import { noOpenssl, Workshop } from "./openssl.ts";

/** What openssl makes keys of, what we call them, and how many bits they have. */
const KEYS: readonly (readonly [args: string, key: string, bits: number])[] = [
  ["-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "RSA", 2048],
  ["-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "RSA-PSS", 2048],
  ["-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "EC P-256", 256],
  ["-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "EC P-384", 384],
  ["-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "EC P-521", 521],
  ["-algorithm EC -pkeyopt ec_paramgen_curve:P-224", "EC P-224", 224],
  [
    "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
    "EC explicit",
    256,
  ],
  ["-algorithm ED25519", "Ed25519", 256],
  ["-algorithm ED448", "Ed448", 456],
];

/** Extensions, as openssl's configuration writes them. */
const EXTENSIONS = [
  "",
  "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign",
  "subjectAltName=DNS:*.lab.example,IP:192.0.2.7,IP:2001:db8::7,email:a@b.example,URI:http://x/\nextendedKeyUsage=serverAuth,1.2.3",
  "nameConstraints=critical,permitted;DNS:.lab.example,excluded;IP:10.0.0.0/255.0.0.0\nbasicConstraints=CA:TRUE",
  "authorityInfoAccess=OCSP;URI:http://o/,caIssuers;URI:http://i/\ncrlDistributionPoints=URI:http://c/,URI:http://d/\ncertificatePolicies=1.2.3,2.5.29.32.0",
  "tlsfeature=status_request\nsubjectKeyIdentifier=hash\nnsComment=odd\n1.2.3.4=critical,ASN1:NULL",
];

testUnless(
  noOpenssl,
  "every kind of key is read as openssl made it, and its signature verified",
  async (t) => {
    await using shop = await Workshop.open();
    const lines = KEYS.map(([args], i) =>
      `openssl genpkey ${args} -out k${i}.key 2>/dev/null && printf '${
        EXTENSIONS[i % EXTENSIONS.length]
      }\n' > e${i}.ext && openssl req -new -key k${i}.key -subj "/C=CH/O=Lab \\"quoted\\", Inc./OU=a+OU=b/CN=k${i}.lab.example" -multivalue-rdn -out k${i}.csr 2>/dev/null && openssl x509 -req -in k${i}.csr -signkey k${i}.key -days ${
        10 + i
      } -set_serial 0x${
        "f".repeat(i + 1)
      } -extfile e${i}.ext -out k${i}.pem 2>/dev/null && openssl x509 -in k${i}.pem -noout -text -certopt ext_parse -subject -issuer -serial -startdate -enddate -dateopt iso_8601 -nameopt RFC2253,utf8,-esc_msb -fingerprint -sha256 > k${i}.txt && openssl x509 -in k${i}.pem -noout -fingerprint -sha1 >> k${i}.txt`
    );
    await shop.make(
      `set -e\n${lines.map((line) => `(${line}) &`).join("\n")}\nwait`,
    );
    for (const [i, [, key, bits]] of KEYS.entries()) {
      await t.step(key, async () => {
        const text = await Deno.readTextFile(shop.path(`k${i}.txt`));
        const [certificate] = await certificates(shop.path(`k${i}.pem`));
        const said = (name: string) =>
          new RegExp(`^${name}=\\s*(.*)$`, "mi").exec(text)?.[1];
        const { algorithm, curve } = certificate!.key;
        assert.equal(curve ? `${algorithm} ${curve}` : algorithm, key);
        assert.equal(certificate!.key.bits, bits);
        assert.ok(text.includes(`(${bits} bit)`) || /^Ed/.test(key), text);
        assert.equal(certificate!.serial, said("serial"));
        assert.equal(`${certificate!.subject}`, turned(said("subject")));
        assert.equal(`${certificate!.issuer}`, turned(said("issuer")));
        const iso = (date: Date) =>
          date.toISOString().replace("T", " ").replace(".000", "");
        assert.equal(iso(certificate!.notBefore), said("notBefore"));
        assert.equal(iso(certificate!.notAfter), said("notAfter"));
        assert.equal(certificate!.fingerprint(), said("sha256 fingerprint"));
        assert.equal(
          certificate!.fingerprint("SHA-1"),
          said("sha1 fingerprint"),
        );
        assertExtensions(certificate!, text);
        const verdict = await verifyChain(certificate!, {
          roots: [certificate!],
          purpose: "any",
          allowWeak: true,
        });
        assert.equal(
          await verifySignature(certificate!, certificate!),
          key === "EC explicit" ? "unsupported" : "good",
        );
        const codes = verdict.problems.map(({ code }) => code);
        assert.deepEqual(
          codes,
          text.includes("1.2.3.4: critical") ? ["unknown-extension"] : [],
        );
      });
    }
  },
);

/** The facts that belong together, which openssl writes backwards too. */
function turned(name: string | undefined): string | undefined {
  return name?.replace("OU=b+OU=a", "OU=a+OU=b");
}

/** Each extension that openssl prints is there, and says the same. */
function assertExtensions(
  certificate: ReturnType<typeof readCertificates>[number],
  text: string,
): void {
  const printed = text.match(/^ {12}\S.*: (?:critical)?\s*$/gm) ?? [];
  assert.equal(certificate.extensions.length, printed.length, text);
  assert.equal(
    certificate.extensions.filter(({ critical }) => critical).length,
    printed.filter((line) => line.includes("critical")).length,
  );
  for (const { type, value } of certificate.names) {
    const shown = {
      dns: "DNS",
      ip: "IP Address",
      email: "email",
      uri: "URI",
    }[type as "dns"];
    const plain = value === "2001:db8::7" ? "2001:DB8:0:0:0:0:0:7" : value;
    assert.ok(text.includes(`${shown}:${plain}`), `${type} ${value}`);
  }
  assert.equal(certificate.ca, text.includes("CA:TRUE"));
  assert.equal(
    certificate.pathLength,
    text.includes("pathlen:0") ? 0 : undefined,
  );
  for (
    const url of [
      ...certificate.ocspUrls,
      ...certificate.issuerUrls,
      ...certificate.crlUrls,
    ]
  ) {
    assert.ok(text.includes(`URI:${url}`), url);
  }
  assert.equal(
    certificate.crlUrls.length,
    text.includes("CRL Distribution") ? 2 : 0,
  );
  assert.equal(certificate.mustStaple, text.includes("status_request"));
  assert.equal(
    certificate.subjectKeyId?.toUpperCase(),
    /Subject Key Identifier: \n\s*(\S+)/.exec(text)?.[1]?.replaceAll(":", ""),
  );
  const usages: readonly (readonly [string, string])[] = [
    ["keyCertSign", "Certificate Sign"],
    ["cRLSign", "CRL Sign"],
  ];
  for (const [usage, shown] of usages) {
    assert.equal(
      certificate.keyUsage?.includes(usage as "cRLSign") ?? false,
      text.includes(shown),
    );
  }
}

testUnless(
  noOpenssl,
  "openssl verify and we agree on chains of openssl's making",
  async (t) => {
    await using shop = await Workshop.open();
    await shop.make(`set -e
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $1.key 2>/dev/null; }
root() { key $1; openssl req -x509 -new -key $1.key -subj "/CN=$1" -days 100 -addext "$2" -addext keyUsage=critical,keyCertSign,cRLSign -out $1.pem 2>/dev/null; }
sign() { key $1; printf "$4" > $1.ext; openssl req -new -key $1.key -subj "/CN=$1" -out $1.csr 2>/dev/null; openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -days $3 -extfile $1.ext -set_serial $RANDOM -out $1.pem 2>/dev/null; }
CA="basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign"
SAN="subjectAltName=DNS:www.lab.example,DNS:*.wild.lab.example,IP:127.0.0.1"
root R1 basicConstraints=critical,CA:TRUE
root R2 basicConstraints=critical,CA:TRUE,pathlen:0
sign inter R1 50 "$CA"
sign short R2 50 "$CA"
sign limited R1 50 "$CA\\nnameConstraints=critical,permitted;DNS:lab.example,excluded;IP:127.0.0.0/255.0.0.0"
sign clients R1 50 "$CA\\nextendedKeyUsage=clientAuth"
sign plain R1 50 "basicConstraints=CA:FALSE"
sign good inter 20 "$SAN"
sign direct R1 20 "$SAN"
sign late inter -1 "$SAN"
sign forClients inter 20 "$SAN\\nextendedKeyUsage=clientAuth"
sign forServers inter 20 "$SAN\\nextendedKeyUsage=serverAuth"
sign underShort short 20 "$SAN"
sign underLimited limited 20 "$SAN"
sign inLimits limited 20 "subjectAltName=DNS:www.lab.example"
sign underClients clients 20 "$SAN"
sign underPlain plain 20 "$SAN"
sign critical inter 20 "$SAN\\n1.2.3.4=critical,ASN1:NULL"
sign nobody inter 20 "subjectAltName=email:a@b.example"
cat inter.pem short.pem limited.pem clients.pem plain.pem > untrusted.pem
cat R1.pem R2.pem > roots.pem`);
    const roots = await certificates(shop.path("roots.pem"));
    const untrusted = await certificates(shop.path("untrusted.pem"));
    const leaves =
      "good direct late forClients forServers underShort underLimited inLimits underClients underPlain critical nobody"
        .split(" ");
    const hosts = [
      "www.lab.example",
      "a.wild.lab.example",
      "a.b.wild.lab.example",
      "127.0.0.1",
      "lab.example",
    ];
    const given: readonly (readonly [string, readonly string[]])[] = [
      ["with intermediates", ["-untrusted", "untrusted.pem"]],
      ["without", []],
    ];
    const script: string[] = [];
    for (const leaf of leaves) {
      for (const host of hosts) {
        const flag = /^\d/.test(host) ? "-verify_ip" : "-verify_hostname";
        for (const [, args] of given) {
          script.push(
            `openssl verify -CAfile roots.pem ${
              args.join(" ")
            } -purpose sslserver ${flag} ${host} ${leaf}.pem >/dev/null 2>&1 && echo yes || echo no`,
          );
        }
      }
    }
    const answers = (await shop.make(script.join("\n"))).trim().split("\n");
    let at = 0;
    let good = 0;
    for (const leaf of leaves) {
      await t.step(leaf, async () => {
        const [certificate] = await certificates(shop.path(`${leaf}.pem`));
        for (const host of hosts) {
          for (const [how] of given) {
            const { ok, reason } = await verifyChain(certificate!, {
              roots,
              intermediates: how === "without" ? [] : untrusted,
              host,
            });
            assert.equal(
              ok ? "yes" : "no",
              answers[at++],
              `${leaf} for ${host} ${how}: ${reason}`,
            );
            if (ok) good++;
          }
        }
      });
    }
    assert.ok(good > 5, `${good}`);
  },
);

testUnless(
  noOpenssl,
  "a revocation list is read as openssl made it",
  async () => {
    await using shop = await Workshop.open();
    await shop.make(`set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -subj /CN=CA -days 50 -out ca.pem 2>/dev/null
printf 'R\\t300101000000Z\\t260101000000Z,keyCompromise\\t01\\tunknown\\t/CN=a\\nR\\t300101000000Z\\t260102000000Z\\t0A2F\\tunknown\\t/CN=b\\nV\\t300101000000Z\\t\\t03\\tunknown\\t/CN=c\\n' > index.txt
echo 1000 > number
printf '[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index.txt\\ncrlnumber=number\\ndefault_md=sha256\\ncrl_extensions=x\\n[x]\\nauthorityKeyIdentifier=keyid\\n' > ca.cnf
openssl ca -config ca.cnf -gencrl -crldays 7 -cert ca.pem -keyfile ca.key -out ca.crl 2>/dev/null`);
    const [list] = readRevocationLists(
      await Deno.readFile(shop.path("ca.crl")),
    );
    assert.equal(`${list!.issuer}`, "CN=CA");
    assert.equal(list!.size, 2);
    assert.equal(list!.number, 0x1000n);
    assert.equal(list!.find("01")?.reason, "keyCompromise");
    assert.equal(
      list!.find("0A2F")?.date.toISOString(),
      "2026-01-02T00:00:00.000Z",
    );
    assert.equal(list!.find("03"), undefined);
  },
);

testUnless(
  noOpenssl,
  "the system's bundle is read whole, each root as openssl reads it",
  async () => {
    const roots = [...await systemRoots().then((store) => store)];
    const { source } = await systemRoots();
    const text = await Deno.readTextFile(source);
    const all = readCertificates(text);
    assert.equal(
      all.length,
      text.split("-----BEGIN CERTIFICATE-----").length - 1,
    );
    assert.ok(roots.length > 20);
    const { stdout } = await new Deno.Command("openssl", {
      args: ["storeutl", "-noout", "-text", "-certs", source],
    }).output();
    const printed = new TextDecoder().decode(stdout);
    const ends = printed.match(/Not After : .*/g)!.map((line) =>
      new Date(line.slice(12)).getTime()
    );
    assert.deepEqual(all.map(({ notAfter }) => notAfter.getTime()), ends);
    const bits = printed.match(/Public-Key: \((\d+) bit\)/g)!.map((line) =>
      Number(/\d+/.exec(line)![0])
    );
    assert.deepEqual(all.map(({ key }) => key.bits), bits);
    const names = printed.match(/Subject: .*/g)!;
    all.forEach(({ subject }, i) => {
      const { commonName } = subject;
      if (commonName !== undefined && /^[ -~]*$/.test(commonName)) {
        assert.ok(names[i]!.includes(commonName), names[i]);
      }
    });
    for (
      const root of all.filter(({ signatureAlgorithm }) =>
        signatureAlgorithm.hash !== "SHA-1"
      )
    ) {
      const at = new Date(
        Math.max(root.notBefore.getTime(), root.notAfter.getTime() - 1000),
      );
      const verdict = await verifyChain(root, {
        at,
        purpose: "any",
        roots: all,
      });
      assert.deepEqual(
        verdict.problems.map(({ code }) => code),
        [],
        `${root.subject}`,
      );
    }
  },
);

testUnless(
  noOpenssl,
  "a chain is verified from files as openssl verify does it: roots, what is between, and revocation lists",
  async () => {
    await using shop = await Workshop.open();
    const root = await create({ name: "Root" });
    const between = await root.intermediate({ name: "CA" });
    const good = await between.issue({ hosts: ["good.lab"] });
    const bad = await between.issue({ hosts: ["bad.lab"] });
    await between.revoke(bad, "superseded");
    const texts = {
      "root.pem": root.pem,
      "ca.pem": between.certificate.toPem(),
      "good.pem": good.certificate.toPem(),
      "bad.pem": bad.certificate.toPem(),
      "crl.pem": (await between.crl()).pem,
    };
    for (const [name, text] of Object.entries(texts)) {
      await Deno.writeTextFile(shop.path(name), text);
    }
    const ways: [leaf: string, options: object, args: string][] = [
      ["good.pem", { intermediates: shop.path("ca.pem") }, "-untrusted ca.pem"],
      ["good.pem", {}, ""],
      ["bad.pem", { intermediates: shop.path("ca.pem") }, "-untrusted ca.pem"],
      ...["good.pem", "bad.pem"].map((leaf) =>
        [
          leaf,
          { intermediates: shop.path("ca.pem"), lists: shop.path("crl.pem") },
          "-untrusted ca.pem -crl_check -CRLfile crl.pem",
        ] as [string, object, string]
      ),
    ];
    const verdicts: boolean[] = [];
    for (const [leaf, options, args] of ways) {
      const { ok } = await verifyChain(shop.path(leaf), {
        roots: shop.path("root.pem"),
        ...options,
      });
      const { success, text } = await shop.run(
        `openssl verify -CAfile root.pem ${args} ${leaf}`,
      );
      assert.equal(ok, success, `${leaf} ${args}: ${text}`);
      verdicts.push(ok);
    }
    assert.deepEqual(verdicts, [true, false, true, true, false]);
    await assert.rejects(verifyChain(shop.path("none.pem")), {
      code: "not-found",
    });
  },
);

testUnless(
  noOpenssl,
  "signatures of RSA keys that the runtime finds too long are verified, of both kinds, and wrong ones are not",
  async () => {
    await using shop = await Workshop.open();
    const ways = ["", "-sigopt rsa_padding_mode:pss -sha384"];
    // No multiple of eight: the first octets are not full.
    for (const bits of [4099, 5120]) {
      await shop.make(
        `set -e; openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:${bits} -out ${bits}.key 2>/dev/null\n` +
          ways.map((args, i) =>
            `openssl req -x509 -key ${bits}.key ${args} -subj /CN=Long -days 3 -out ${bits}.${i}.pem`
          ).join("\n"),
      );
      for (const i of ways.keys()) {
        const [own] = await certificates(shop.path(`${bits}.${i}.pem`));
        assert.equal(await verifySignature(own!, own!), "good", `${bits} ${i}`);
        for (const at of [0, own!.signature.length - 1]) {
          const signature = own!.signature.slice();
          signature[at]! ^= 1;
          const { signatureAlgorithm, signed } = own!;
          const thing = { signatureAlgorithm, signed, signature };
          assert.equal(await verifySignature(thing, own!), "bad");
        }
        const { signatureAlgorithm, signature } = own!;
        const signed = own!.signed.slice(1);
        const thing = { signatureAlgorithm, signed, signature };
        assert.equal(await verifySignature(thing, own!), "bad");
      }
    }
    const asked = await shop.make(
      "openssl req -new -key 5120.key -subj /CN=a -addext subjectAltName=DNS:a.lab",
    );
    const ca = await create({ name: "Lab CA" });
    assert.equal((await ca.sign(asked)).certificate.key.bits, 5120);
  },
);
