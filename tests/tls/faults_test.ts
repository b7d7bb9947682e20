/** Each fault that a server can have, of three kinds of servers. */

import assert from "node:assert/strict";
import { urlExtensions } from "../../lib/tls/authority/leaf.ts";
import { oidName } from "../../lib/tls/der/object_identifiers.ts";
import { inspect, type InspectOptions } from "../../lib/tls/inspect.ts";
import { readOcspRequest } from "../../lib/tls/ocsp.ts";
import { serve } from "../../lib/tls/serve.ts";
import { testUnless } from "../skip.ts";
import {
  extension,
  type MadeKey,
  type MadeSpec,
  make,
  makeAnswer,
  makeList,
  type Signer,
} from "../unit/tls/made_certificates.ts";
import { noServers, Workshop } from "./openssl.ts";

const DAY = 86_400_000;
const inDays = (n: number) => new Date(Date.now() + n * DAY);

const CA: MadeSpec = {
  ca: true,
  keyUsage: [5, 6],
  notBefore: inDays(-10),
  notAfter: inDays(100),
};
const root = await make({ ...CA, subject: "Root" });
const inter = await make({ ...CA, subject: "Inter" }, root);

/** A certificate for the tests' host. */
function leaf(spec: MadeSpec = {}, issuer: Signer = inter): Promise<Signer> {
  return make({
    subject: "localhost",
    dns: ["localhost", "www.lab.example"],
    notBefore: inDays(-10),
    notAfter: inDays(60),
    ...spec,
  }, issuer);
}

/** A key that anybody can break. */
async function weakKey(): Promise<MadeKey> {
  const keys = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 1024,
      publicExponent: Uint8Array.of(1, 0, 1),
    },
    true,
    ["sign", "verify"],
  );
  const spki = await crypto.subtle.exportKey("spki", keys.publicKey);
  return { keys, spki: new Uint8Array(spki) };
}

/** Where it can be asked whether certificates were revoked: all of them were. */
function authority() {
  const current = { thisUpdate: inDays(-1), nextUpdate: inDays(1) };
  let issued: Signer[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (request.method === "GET") {
        const revoked = issued.map(({ certificate: { serial } }) => ({
          serial,
          reason: 1,
        }));
        const { der } = await makeList(inter, { ...current, revoked });
        return new Response(der as BodyInit);
      }
      const { ids: [id] } = readOcspRequest(await request.bytes());
      const { certificate } = issued.find(({ certificate }) =>
        certificate.serial === id?.serial
      )!;
      const { der } = await makeAnswer(certificate, inter, {
        ...current,
        status: "revoked",
        reason: 4,
      });
      return new Response(der as BodyInit);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return {
    /** Issues a certificate that says where to ask. */
    leaf: async (how: "crl" | "ocsp") => {
      const one = await leaf({
        extensions: urlExtensions({ [how]: url }).map(({ oid, value }) =>
          extension(oidName(oid), value)
        ),
      });
      issued = [...issued, one];
      return one;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What servers show, how they are looked at, and what is wrong. */
interface Fault {
  readonly made: (
    authority: { leaf(how: "crl" | "ocsp"): Promise<Signer> },
  ) => Promise<Signer>;
  /** What is sent behind it. */
  readonly chain?: readonly Signer[];
  readonly options?: InspectOptions;
  readonly codes: readonly string[];
  readonly says: RegExp;
  /** What openssl's and nginx's server are told besides. */
  readonly openssl?: readonly string[];
  readonly nginx?: string;
  /** Why this runtime's server does not have the fault. */
  readonly notOurs?: string;
  readonly version?: string;
}

const WEAK = {
  openssl: ["-cipher", "DEFAULT@SECLEVEL=0"],
  nginx: "ssl_protocols TLSv1.3; ssl_ciphers DEFAULT:@SECLEVEL=0;",
};

const FAULTS: Readonly<Record<string, Fault>> = {
  "nothing": { made: () => leaf(), codes: [], says: /^$/ },
  "expired": {
    made: () => leaf({ notAfter: inDays(-4.5) }),
    codes: ["expired 0"],
    says: /"localhost" expired 4 days ago/,
  },
  "not yet valid": {
    made: () => leaf({ notBefore: inDays(5.5) }),
    codes: ["not-yet-valid 0"],
    says: /not valid for another 5 days/,
  },
  "wrong host": {
    made: () => leaf(),
    options: { host: "other.example" },
    codes: ["wrong-host 0"],
    says: /not for other\.example, but for localhost, www\.lab\.example/,
  },
  "missing intermediate": {
    made: () => leaf(),
    chain: [],
    codes: ["missing-issuer 0"],
    says: /signed by CN=Inter, whose certificate is neither/,
  },
  "self-signed": {
    made: () =>
      make({
        subject: "alone",
        dns: ["localhost"],
        notBefore: inDays(-1),
        notAfter: inDays(9),
      }),
    chain: [],
    codes: ["self-signed 0"],
    says: /"alone" is signed by itself/,
  },
  "unknown root": {
    made: () => leaf(),
    chain: [inter, root],
    options: { roots: [] },
    codes: ["unknown-root 2"],
    says: /ends at "Root", an authority that is not trusted/,
  },
  "a weak key": {
    made: async () => leaf({ key: await weakKey() }),
    codes: ["weak-key 0"],
    says: /is weak: RSA 1024 bits, where 2048 bits are the least/,
    notOurs: "the runtime refuses such a key",
    ...WEAK,
  },
  "a weak signature": {
    made: () => leaf({ hash: "SHA-1" }),
    codes: ["weak-signature 0"],
    says: /signed with ecdsa-with-SHA1, and SHA-1 can be forged/,
    ...WEAK,
  },
  "revoked, as a list says": {
    made: ({ leaf }) => leaf("crl"),
    options: { revocation: true },
    codes: ["revoked 0"],
    says: /revoked: .*list says revoked since .* \(keyCompromise\)/,
  },
  "revoked, as its responder says": {
    made: ({ leaf }) => leaf("ocsp"),
    options: { revocation: true },
    codes: ["revoked 0"],
    says: /revoked: the OCSP responder says revoked since .* \(superseded\)/,
  },
  "for clients": {
    made: () => leaf({ extendedKeyUsage: ["clientAuth"] }),
    codes: ["bad-usage 0"],
    says: /not for serverAuth, but for clientAuth/,
  },
  "an old protocol": {
    made: () => leaf(),
    codes: [],
    says: /^$/,
    openssl: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
    nginx: "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;",
    notOurs: "the runtime has none",
    version: "TLS 1.1",
  },
};

testUnless(
  noServers,
  "each fault of openssl's, nginx's and our own server is found and told in plain words",
  async (t) => {
    await using shop = await Workshop.open();
    await using revoking = authority();
    const faults = Object.values(FAULTS);
    await Promise.all(faults.map(async ({ made, chain = [inter] }, i) => {
      const own = await made(revoking);
      await shop.write(`${i}`, own);
      const pem = (all: readonly Signer[]) =>
        all.map(({ certificate }) => certificate.toPem()).join("");
      await Deno.writeTextFile(shop.path(`rest${i}.pem`), pem(chain));
      await Deno.writeTextFile(shop.path(`all${i}.pem`), pem([own, ...chain]));
    }));
    await using ends = new AsyncDisposableStack();
    const [openssl, nginx, ours] = await Promise.all([
      Promise.all(faults.map(({ openssl = [], chain }, i) => {
        const rest = chain?.length === 0 ? [] : ["-cert_chain", `rest${i}.pem`];
        const own = ["-cert", `${i}.pem`, "-key", `${i}.key`];
        return shop.serve(...own, ...rest, ...openssl);
      })),
      shop.nginx(
        ...faults.map(({ nginx = "ssl_protocols TLSv1.3;" }, i) =>
          `ssl_certificate ${shop.path(`all${i}.pem`)};
ssl_certificate_key ${shop.path(`${i}.key`)}; ${nginx}`
        ),
      ),
      Promise.all(faults.map(async ({ notOurs }, i) => {
        if (notOurs !== undefined) return undefined;
        const server = await serve({
          cert: shop.path(`all${i}.pem`),
          key: shop.path(`${i}.key`),
        }, () => {});
        ends.use(server);
        return server.address.port;
      })),
    ]);
    const weak = Object.keys(FAULTS).indexOf("a weak key");
    await assert.rejects(
      serve(
        { cert: shop.path(`${weak}.pem`), key: shop.path(`${weak}.key`) },
        () => {},
      ),
      { name: "NetError", code: "refused", message: /refuses .*too small/ },
    );
    for (const [i, [fact, fault]] of Object.entries(FAULTS).entries()) {
      const ports = { openssl: openssl[i], nginx: nginx[i], ours: ours[i] };
      await t.step(fact, async () => {
        for (const [server, port] of Object.entries(ports)) {
          if (port !== undefined) await looksSo(fault, port, server);
        }
      });
    }
  },
);

/** Makes sure that a server is seen as it is. */
async function looksSo(fault: Fault, port: number, server: string) {
  const { codes, says, options, version = "TLS 1.3" } = fault;
  const found = await inspect(`localhost:${port}`, {
    roots: [root.certificate],
    ...options,
  });
  const { verdict, notes, agreement } = found;
  assert.deepEqual(
    verdict!.problems.map(({ code, link }) => `${code} ${link}`),
    codes,
    server,
  );
  assert.match(verdict!.reason, says, server);
  assert.equal(found.ok, codes.length === 0, server);
  const report = Deno.inspect(found).replace(/\s+/g, " ");
  for (const { message, hint } of verdict!.problems) {
    assert.ok(report.includes(message), server);
    assert.ok(hint !== undefined, server);
  }
  assert.equal(agreement?.version, version, server);
  assert.equal(agreement.keyProven, true, server);
  assert.equal(
    notes.some((note) => note.includes("TLS 1.1 is out of use")),
    version === "TLS 1.1",
    server,
  );
  if (codes.some((code) => code.startsWith("weak"))) {
    const lenient = await inspect(`localhost:${port}`, {
      roots: [root.certificate],
      allowWeak: true,
    });
    assert.equal(lenient.ok, true, server);
  }
}
