import assert from "node:assert/strict";
import type { Certificate } from "../../lib/tls/certificate.ts";
import { expiry } from "../../lib/tls/expiry.ts";
import { inspect } from "../../lib/tls/inspect.ts";
import * as net from "../../mod.ts";
import { formatPem } from "../../lib/tls/der/pem.ts";
import { testUnless } from "../skip.ts";
import { tap } from "./wiretap.ts";
import {
  type MadeSpec,
  make,
  makeAnswer,
  type Signer,
} from "../unit/tls/made_certificates.ts";
import { noOpenssl, noServers, Workshop } from "./openssl.ts";

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

testUnless(noServers, "a stapled OCSP answer is judged", async (t) => {
  await using shop = await Workshop.open();
  const end = await leaf();
  await shop.write("s", end);
  await shop.write("inter", inter);
  const current = { thisUpdate: inDays(-1), nextUpdate: inDays(1) };
  const cases: readonly (readonly [
    string,
    Parameters<typeof makeAnswer>[2],
    RegExp,
    readonly string[],
  ])[] = [
    ["good", current, /says good/, []],
    [
      "revoked",
      { ...current, status: "revoked", reason: 1 },
      /revoked since 2026-05-01 \(keyCompromise\)/,
      ["revoked"],
    ],
    [
      "out of date",
      { thisUpdate: inDays(-9), nextUpdate: inDays(-2) },
      /out of date/,
      [],
    ],
  ];
  const pems = [end, inter].map(({ certificate }) => certificate.toPem());
  await Deno.writeTextFile(shop.path("all.pem"), pems.join(""));
  for (const [fact, spec] of cases) {
    const answer = await makeAnswer(end.certificate, inter, spec);
    await Deno.writeFile(shop.path(`${fact[0]}.ocsp`), answer.der);
  }
  const ofNginx = await shop.nginx(
    ...cases.map(([fact]) =>
      `ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate ${
        shop.path("all.pem")
      }; ssl_certificate_key ${
        shop.path("s.key")
      }; ssl_stapling on; ssl_stapling_file ${shop.path(`${fact[0]}.ocsp`)};`
    ),
  );
  for (const [i, [fact, , says, codes]] of cases.entries()) {
    await t.step(fact, async () => {
      const ofOpenssl = await shop.serve(
        ...["-cert", "s.pem", "-key", "s.key", "-cert_chain", "inter.pem"],
        ...["-status", "-status_file", `${fact[0]}.ocsp`],
      );
      for (
        const [port, versions] of [
          [ofOpenssl, [0x0304]],
          [ofOpenssl, [0x0303]],
          [ofNginx[i], [0x0304]],
          [ofNginx[i], [0x0303]],
        ] as const
      ) {
        const { stapled, verdict, notes } = await inspect(`localhost:${port}`, {
          roots: [root.certificate],
          versions,
        });
        assert.match(stapled!.message, says);
        assert.deepEqual(verdict!.problems.map(({ code }) => code), codes);
        assert.equal(
          notes.some((note) => /of no use/.test(note)),
          fact === "out of date",
        );
      }
    });
  }
});

testUnless(
  noOpenssl,
  "what a server does by the name is found out",
  async () => {
    await using shop = await Workshop.open();
    await shop.write("s", await leaf());
    await shop.write(
      "other",
      await leaf({ subject: "other", dns: ["www.lab.example"] }),
    );
    await shop.write("inter", inter);
    const port = await shop.serve(
      ...["-cert", "s.pem", "-key", "s.key", "-cert_chain", "inter.pem"],
      ...[
        "-servername",
        "www.lab.example",
        "-cert2",
        "other.pem",
        "-key2",
        "other.key",
      ],
    );
    const found = await inspect({ hostname: "127.0.0.1", port }, {
      roots: [root.certificate],
      intermediates: [inter.certificate],
      serverName: "www.lab.example",
      tryNames: true,
    });
    assert.equal(found.ok, true, `${found}`);
    assert.equal(found.certificate?.subject.commonName, "other");
    assert.equal(found.serverName?.sent, "www.lab.example");
    assert.equal(found.serverName?.acknowledged, true);
    assert.match(
      found.serverName!.withoutName!,
      /another certificate, localhost/,
    );
    assert.match(
      found.serverName!.withUnknownName!,
      /another certificate, localhost/,
    );
  },
);

testUnless(noOpenssl, "notes tell what breaks nothing", async () => {
  await using shop = await Workshop.open();
  await shop.write("s", await leaf({ notAfter: inDays(5.5) }));
  const stranger = await make({ ...CA, subject: "Stranger" });
  const pems = [root, inter, stranger].map(({ certificate }) =>
    certificate.toPem()
  );
  await Deno.writeTextFile(shop.path("chain.pem"), pems.join(""));
  const port = await shop.serve(
    "-cert",
    "s.pem",
    "-key",
    "s.key",
    "-cert_chain",
    "chain.pem",
  );
  const found = await inspect(`localhost:${port}`, {
    roots: [root.certificate],
  });
  assert.equal(found.ok, true);
  assert.deepEqual(found.notes, [
    '"Stranger" is sent too, and not needed for the chain',
    'the root "Root" is sent too, which nobody needs',
    "the certificate expires in 5 days",
  ]);
  assert.match(`${found}`, /Chain as sent\nlocalhost {2}by CN=Inter\n├─ Root/);
});

Deno.test("files and texts of certificates are looked at as servers are", async () => {
  const end = await leaf();
  const folder = await Deno.makeTempDir();
  try {
    const pem = end.certificate.toPem() + inter.certificate.toPem();
    await Deno.writeTextFile(`${folder}/chain.pem`, pem);
    await Deno.writeFile(`${folder}/leaf.der`, end.certificate.der);
    const roots: Certificate[] = [root.certificate];
    // The roots may be in a file, as certificates may.
    await Deno.writeTextFile(`${folder}/root.pem`, root.certificate.toPem());
    assert.equal(
      (await inspect(pem, { roots: `${folder}/root.pem` })).ok,
      true,
    );
    for (
      const from of [
        `${folder}/chain.pem`,
        new URL(`file://${folder}/chain.pem`),
        pem,
        new TextEncoder().encode(pem),
      ]
    ) {
      const found = await inspect(from, { roots, host: "www.lab.example" });
      assert.equal(found.ok, true);
      assert.equal(found.certificates.length, 2);
      assert.equal(found.agreement, undefined);
    }
    const alone = await inspect(`${folder}/leaf.der`, { roots });
    assert.deepEqual(alone.verdict?.problems.map(({ code }) => code), [
      "missing-issuer",
    ]);
    assert.equal(
      (await inspect(end.certificate.der, {
        roots,
        intermediates: [inter.certificate],
      })).ok,
      true,
    );
    await assert.rejects(inspect(`${folder}/none.pem`), { code: "not-found" });
    await Deno.writeTextFile(
      `${folder}/empty.pem`,
      "-----BEGIN X-----\n-----END X-----\n",
    );
    await assert.rejects(inspect(`${folder}/empty.pem`), { code: "empty" });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("connect(), handshake() and scan() take the servers that inspect() takes", async () => {
  const ca = await net.tls.authority.create({ name: "Lab CA" });
  const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
  await using web = await net.tls.serve({ ...site }, net.tcp.echo);
  await using mail = await net.tcp.serve({}, async (conn) => {
    await conn.write("220 mail ESMTP\r\n");
    await conn.readLine();
    await conn.write("250-mail\r\n250 STARTTLS\r\n");
    await conn.readLine();
    await conn.write("220 go on\r\n");
    // Who only looks goes in the midst of it.
    await net.tls.accept(conn, site).then((tls) => tls.close(), () => {});
  });
  for (
    const from of [
      `https://localhost:${web.address.port}/a?b`,
      `smtp://127.0.0.1:${mail.address.port}`,
    ] as const
  ) {
    await using conn = await net.tls.connect(from, { ca: ca.pem });
    assert.equal(conn.tls.peerCertificate?.serial, site.serial);
    const { facts, server } = await net.tls.handshake(from);
    // Whose name is none must not be believed for any.
    for (const named of [{ host: "a b" }, { serverName: "a b" }]) {
      await assert.rejects(inspect(from, { roots: ca.pem, ...named }), {
        name: "RangeError",
        message: /as '(host|serverName)' must be a name or an address: .* a b$/,
      });
    }
    assert.equal(facts.versionName, "TLS 1.3");
    assert.equal(server, new URL(from).host);
    const { certificates: [shown] } = await net.tls.scan(new URL(from));
    assert.equal(shown?.chain[0]?.serial, site.serial);
  }
});

testUnless(
  noOpenssl,
  "many servers are asked at once, and told by when they expire",
  async () => {
    await using shop = await Workshop.open();
    const ends = [20, 3, -2];
    const ports = await Promise.all(ends.map(async (days, i) => {
      await shop.write(
        `s${i}`,
        await leaf({ notAfter: inDays(days + 0.5) }, root),
      );
      return await shop.serve("-cert", `s${i}.pem`, "-key", `s${i}.key`);
    }));
    const run = expiry(
      [...ports.map((port) => `localhost:${port}`), "127.0.0.1:1"],
      { roots: [root.certificate], concurrency: 2 },
    );
    const seen: string[] = [];
    for await (const { target } of run) seen.push(target);
    const report = await run;
    assert.equal(seen.length, 4);
    assert.deepEqual(report.rows.map(({ days }) => days), [
      undefined,
      -2,
      3,
      20,
    ]);
    assert.deepEqual(report.rows.map(({ ok }) => ok), [
      false,
      false,
      true,
      true,
    ]);
    assert.match(report.rows[0]!.problem!, /refused/);
    assert.match(report.rows[1]!.problem!, /expired 36 hours ago/);
    assert.equal(report.within(7).length, 3);
    assert.match(`${report}`, /target +days +until +issuer +problem/);
    assert.throws(() => expiry([], { concurrency: 0 }), RangeError);
    assert.throws(() => expiry("a.lab" as unknown as string[]), {
      name: "TypeError",
      message: /'targets' must be a list, \["a\.lab"\]/,
    });
    const away = { hostname: "::1", port: 1 };
    const { rows } = await expiry([away], { roots: [] });
    assert.equal(rows[0]?.target, "[::1]:1");
  },
);

testUnless(
  noOpenssl,
  "timestamps of the handshake are read, of TLS 1.2 and 1.3",
  async () => {
    await using shop = await Workshop.open();
    await shop.write("s", await leaf({}, root));
    const stamp = Uint8Array.fromHex(
      `00${"ab".repeat(32)}0000018bcfe56800000004030008300602010102 0101`
        .replace(" ", ""),
    );
    const u16 = (n: number) => [n >> 8, n & 255];
    const body = [...u16(stamp.length + 2), ...u16(stamp.length), ...stamp];
    // In which messages it may stand: ClientHello, ServerHello, Certificate.
    const info = [0, 0, 0x11, 0x80, ...u16(18), ...u16(body.length), ...body];
    await Deno.writeTextFile(
      shop.path("info.pem"),
      formatPem("SERVERINFOV2 FOR STAMPS", Uint8Array.from(info)),
    );
    const port = await shop.serve(
      "-cert",
      "s.pem",
      "-key",
      "s.key",
      "-serverinfo",
      "info.pem",
    );
    for (const versions of [[0x0303], [0x0304]]) {
      const { timestamps, notes } = await inspect(`localhost:${port}`, {
        roots: [root.certificate],
        versions,
      });
      assert.deepEqual(notes, []);
      assert.equal(timestamps[0]?.logId, "ab".repeat(32));
      assert.equal(
        timestamps[0]?.time.toISOString(),
        "2023-11-14T22:13:20.000Z",
      );
    }
  },
);

testUnless(
  noOpenssl,
  "certificates that went by in a capture are judged too",
  async () => {
    await using shop = await Workshop.open();
    await shop.write("s", await leaf({ notAfter: inDays(-2) }));
    await shop.write("inter", inter);
    const port = await shop.serve(
      "-cert",
      "s.pem",
      "-key",
      "s.key",
      "-cert_chain",
      "inter.pem",
    );
    await using wire = tap(port);
    for (const versions of [[0x0303], [0x0304]]) {
      await inspect(`localhost:${wire.port}`, {
        roots: [root.certificate],
        versions,
      });
    }
    const path = shop.path("went.pcap") as `${string}.pcap`;
    {
      await using file = await net.pcap.create(path, { linkType: 101 });
      for (const packet of wire.packets) await file.write(packet);
    }
    const found = await inspect(path, { roots: [root.certificate] });
    // Of TLS 1.3 nobody reads the certificates without the secrets.
    assert.equal(found.length, 1);
    const [one] = found;
    assert.equal(one!.agreement?.version, "TLS 1.2");
    assert.equal(one!.serverName?.sent, "localhost");
    assert.equal(one!.certificates.length, 2);
    assert.deepEqual(one!.verdict?.problems.map(({ code }) => code), [
      "expired",
    ]);
  },
);

Deno.test("a file that has neither certificates nor a capture is told of as that", async () => {
  for (const text of ["", "MIIBIjANBgkq", "certificate\n"]) {
    await assert.rejects(inspect(new TextEncoder().encode(text)), {
      name: "NetError",
      message: /neither certificates nor a capture.*BEGIN CERTIFICATE/,
    });
  }
});
