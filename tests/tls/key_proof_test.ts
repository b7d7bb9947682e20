/** Does a server have the key of the certificate that it shows? */

import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { handshake } from "../../lib/tls/handshake.ts";
import { inspect } from "../../lib/tls/inspect.ts";
import { parseKeyLog } from "../../lib/tls/key_log.ts";
import { join } from "../../lib/tls/probe/key_schedule.ts";
import { nodeCrypto } from "../../lib/tls/probe/node_crypto.ts";
import { testUnless } from "../skip.ts";
import {
  type MadeKey,
  make,
  makeKey,
  type Signer,
} from "../unit/tls/made_certificates.ts";
import { flight1_2, flight1_3, message, readHello } from "./flights.ts";
import { noOpenssl, Workshop } from "./openssl.ts";
import { tap } from "./wiretap.ts";

const DAY = 86_400_000;
const from = { notBefore: new Date(Date.now() - DAY) };
const root = await make({
  subject: "Root",
  ca: true,
  keyUsage: [5, 6],
  ...from,
  notAfter: new Date(Date.now() + 9 * DAY),
});
const roots = [root.certificate];

const u16 = (octets: Uint8Array) =>
  join(Uint8Array.of(octets.length >> 8, octets.length), octets);
const u24 = (octets: Uint8Array) => join(Uint8Array.of(0), u16(octets));
const CONTEXT = new TextEncoder().encode(
  `${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`,
);

/** A server that shows a certificate, and signs with whatever key it has. */
async function showing({ certificate }: Signer, { keys }: MadeKey) {
  const crypto = await nodeCrypto();
  const pkcs8 = await globalThis.crypto.subtle.exportKey(
    "pkcs8",
    keys.privateKey,
  );
  const key = crypto.createPrivateKey({
    key: new Uint8Array(pkcs8) as never,
    format: "der",
    type: "pkcs8",
  });
  const sign = (...parts: Uint8Array[]) =>
    join(
      // ecdsa_secp256r1_sha256
      Uint8Array.of(4, 3),
      u16(crypto.sign("sha256", join(...parts), key)),
    );
  const shown = u24(certificate.der);
  return await net.tcp.serve({}, async (connection) => {
    const hello = await readHello(connection);
    if (hello === undefined) return;
    const is1_3 = hello.toHex().includes("002b0003020304");
    let serverHello = new Uint8Array() as Uint8Array;
    await connection.write(
      is1_3
        ? flight1_3(crypto, hello, {
          clear: ([first]) => [serverHello = first!],
          hidden: ([extensions]) => {
            const certificates = message(
              11,
              Uint8Array.of(0),
              u24(join(shown, Uint8Array.of(0, 0))),
            );
            const so = [hello, serverHello, extensions!, certificates];
            const digest = crypto.createHash("sha256").update(join(...so))
              .digest();
            return [
              extensions!,
              certificates,
              message(15, sign(CONTEXT, digest)),
            ];
          },
        })
        : flight1_2(crypto, hello, {
          clear: ([first, , , exchange]) => {
            // Behind both heads: curve, point; then scheme and signature.
            const keys = exchange!.subarray(4, 4 + 4 + exchange![7]!);
            const randoms = [hello, first!].map((one) => one.subarray(6, 38));
            return [
              first!,
              message(11, u24(shown)),
              message(12, keys, sign(...randoms, keys)),
              message(14),
            ];
          },
        }),
    );
    await connection.read().catch(() => {});
  });
}

Deno.test("who shows a certificate and has another key is found out", async (t) => {
  const site = await make({
    subject: "bank",
    dns: ["bank.example"],
    ...from,
    notAfter: new Date(Date.now() + 5 * DAY),
  }, root);
  for (
    const [who, key] of [["itself", site.key], ["a liar", await makeKey()]]
  ) {
    await using server = await showing(site, key as MadeKey);
    for (const versions of [[0x0304], [0x0303]]) {
      await t.step(
        `${who}, ${versions[0] === 0x0304 ? 1.3 : 1.2}`,
        async () => {
          const found = await inspect(server.address, {
            roots,
            versions,
            serverName: "bank.example",
          });
          const isRight = who === "itself";
          assert.equal(found.agreement?.keyProven, isRight);
          assert.equal(found.ok, isRight, found.verdict?.reason);
          assert.deepEqual(
            found.verdict?.problems.map(({ code, link }) => [code, link]),
            isRight ? [] : [["key-not-proven", 0]],
          );
          if (isRight) return;
          assert.match(`${found}`, /shows "bank" and does not have its key/);
          assert.equal(found.verdict?.root?.subject.commonName, "Root");
        },
      );
    }
  }
});

/** Kinds of keys by what openssl calls them, and in which versions they serve. */
const KEYS: readonly (readonly [name: string, make: string, oldest: number])[] =
  [
    ["rsa", "rsa:2048", 0x0301],
    ["pss", "rsa-pss -pkeyopt rsa_keygen_bits:2048", 0x0303],
    ["p256", "ec -pkeyopt ec_paramgen_curve:P-256", 0x0301],
    ["p521", "ec -pkeyopt ec_paramgen_curve:P-521", 0x0301],
    ["ed25519", "ed25519", 0x0303],
    ["ed448", "ed448", 0x0303],
  ];

testUnless(
  noOpenssl,
  "openssl's servers prove their keys, of every kind and version",
  async (t) => {
    await using shop = await Workshop.open();
    await shop.make(
      KEYS.map(([name, make]) =>
        `openssl req -x509 -newkey ${make} -nodes -keyout ${name}.key -out ${name}.pem -subj /CN=${name} -days 9 2>/dev/null & `
      ).join("\n") + "\nwait",
    );
    const ports = await Promise.all(
      KEYS.map(([name]) =>
        shop.serve(
          ...["-cert", `${name}.pem`, "-key", `${name}.key`],
          ...["-cipher", "ALL:@SECLEVEL=0", "-groups", "P-384"],
        )
      ),
    );
    for (const [i, [name, , oldest]] of KEYS.entries()) {
      await t.step(name, async () => {
        for (const version of [0x0304, 0x0303, 0x0302, 0x0301]) {
          if (version < oldest) continue;
          const { agreement } = await inspect(`localhost:${ports[i]}`, {
            roots: [],
            versions: [version],
          });
          assert.equal(agreement?.keyProven, true, agreement?.version);
          // The first guess at a group was wrong.
          assert.equal(agreement.helloRetry, version === 0x0304);
        }
      });
    }
    await t.step(
      "with an exchange of keys by RSA nothing is signed",
      async () => {
        const { agreement } = await inspect(`localhost:${ports[0]}`, {
          roots: [],
          versions: [0x0303],
          hello: { cipherSuites: [0x009c] },
        });
        assert.equal(agreement?.keyProven, undefined);
      },
    );
  },
);

testUnless(
  noOpenssl,
  "a conversation of one's own can be decrypted, if its secrets were asked for",
  async (t) => {
    await using shop = await Workshop.open();
    const site = await make({ dns: ["localhost"], ...from }, root);
    await shop.write("s", site);
    const port = await shop.serve("-cert", "s.pem", "-key", "s.key", "-www");
    for (const version of [0x0304, 0x0303]) {
      await t.step(version === 0x0304 ? "TLS 1.3" : "TLS 1.2", async () => {
        await using wire = tap(port);
        const found = await handshake(`localhost:${wire.port}`, {
          versions: [version],
          keepSecrets: true,
        });
        const log = parseKeyLog(found.keyLog!);
        assert.deepEqual(
          Object.keys(log.labels).sort(),
          version === 0x0303 ? ["CLIENT_RANDOM"] : [
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_TRAFFIC_SECRET_0",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_TRAFFIC_SECRET_0",
          ],
        );
        await wire.ended();
        const packets = [...wire.packets];
        const names = async (keyLog?: net.tls.KeyLog) => {
          const { list: [one] } = await handshake(packets, { keyLog });
          return one!.steps.map(({ name }) => name);
        };
        const opened = await names(log);
        assert.deepEqual(opened, found.steps.map(({ name }) => name));
        assert.ok((await names()).length < opened.length);
        // In a capture the key is put to the proof too.
        const path = shop.path(`own-${version}.pcap`) as `${string}.pcap`;
        {
          await using file = await net.pcap.create(path, { linkType: 101 });
          for (const packet of packets) await file.write(packet);
        }
        const [seen] = await inspect(path, { roots, keyLog: log });
        assert.equal(seen?.agreement?.keyProven, true);
        const secret = found.keyLog!.trim().split(" ").at(-1)!;
        const shown = JSON.stringify(found) +
          Deno.inspect(found, { depth: 9 }) +
          JSON.stringify({ ...found });
        assert.ok(!shown.includes(secret) && !shown.includes("keyLog"));
      });
    }
    const { keyLog } = await handshake(`localhost:${port}`);
    assert.equal(keyLog, undefined);
  },
);
