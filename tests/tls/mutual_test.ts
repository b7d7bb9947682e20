/** Certificates of clients: three kinds of servers, three kinds of clients. */

import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import { formatPem } from "../../lib/tls/der/pem.ts";
import { serve, type TlsServeOptions } from "../../lib/tls/serve.ts";
import { NO_CURL } from "../loopback/curl.ts";
import { testUnless } from "../skip.ts";
import { noServers, Workshop } from "./openssl.ts";
import { all, dial, until } from "./parties.ts";

const DAY = 86_400_000;
const QUESTION = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";

/** The server of ours that says hello to whom it lets in. */
function greeting(shop: Workshop, options: Partial<TlsServeOptions> = {}) {
  return serve({
    cert: shop.path("server.pem"),
    key: shop.path("server.key"),
    clientCertificate: "require",
    clientCa: shop.path("ca.pem"),
    ...options,
  }, async (conn) => {
    while (await conn.readLine() !== "");
    await conn.write("HTTP/1.0 200 OK\r\n\r\nhello\n");
  });
}

/** The status of an answer; 0 for none. */
function statusOf(answer: string): number {
  return Number(/^HTTP\/\S+ (\d+)/m.exec(answer)?.[1] ?? 0);
}

/** Asks for a page; `name` is that of the files with certificate and key. */
type Client = (
  shop: Workshop,
  port: number,
  name: string | undefined,
) => Promise<number>;

const CLIENTS: Readonly<Record<string, Client>> = {
  "our client": async (shop, port, name) => {
    try {
      await using conn = await dial({ port }, {
        ...name !== undefined && {
          cert: shop.path(`${name}.pem`),
          key: shop.path(`${name}.key`),
        },
      });
      await conn.write(QUESTION);
      return statusOf(new TextDecoder().decode(await conn.readAll()));
    } catch (error) {
      // Refused by an alert, or by a reset of the connection.
      assert.ok(error instanceof NetError);
      return 0;
    }
  },
  "curl": async (shop, port, name) => {
    const own = name === undefined
      ? ""
      : `--cert ${name}.pem --key ${name}.key`;
    const { text } = await shop.run(
      `curl -s -o /dev/null -w '%{http_code}' --max-time 20 --cacert ca.pem ${own} https://localhost:${port}/`,
    );
    return Number(text);
  },
  "openssl s_client": async (shop, port, name) =>
    statusOf(
      await sClient(
        shop,
        port,
        name === undefined ? "" : `-cert ${name}.pem -key ${name}.key`,
      ),
    ),
};

/** What openssl's client is answered. */
async function sClient(shop: Workshop, port: number, more: string) {
  const question = QUESTION.replaceAll("\r\n", "\\r\\n");
  const { text } = await shop.run(
    `printf '${question}' | openssl s_client -connect 127.0.0.1:${port} -CAfile ca.pem -verify_return_error -quiet ${more}`,
  );
  return text;
}

testUnless(
  noServers ?? NO_CURL,
  "a client with a wrong, missing, revoked or expired certificate is let in nowhere",
  async (t) => {
    await using shop = await Workshop.open();
    const { authority, ca, server, client, stranger } = await all();
    const bob = await authority.issue({ kind: "client", name: "bob" });
    await authority.revoke(bob, "keyCompromise");
    const carol = await authority.issue({
      kind: "client",
      name: "carol",
      notBefore: new Date(Date.now() - 20 * DAY),
      days: 10,
    });
    const wrongUse = await authority.issue({ hosts: ["dave.lab"] });
    const parties = { server, client, stranger, bob, carol, wrongUse };
    await Promise.all([
      Deno.writeTextFile(shop.path("ca.pem"), ca),
      authority.crl().then(({ der }) =>
        Deno.writeTextFile(shop.path("crl.pem"), formatPem("X509 CRL", der))
      ),
      ...Object.entries(parties).flatMap(([name, { cert, key }]) => [
        Deno.writeTextFile(shop.path(`${name}.pem`), cert),
        Deno.writeTextFile(shop.path(`${name}.key`), key, { mode: 0o600 }),
      ]),
    ]);
    await using ours = await greeting(shop, {
      clientCrl: shop.path("crl.pem"),
    });
    const [openssl, [nginx]] = await Promise.all([
      shop.serve(
        ...["-cert", "server.pem", "-key", "server.key", "-www"],
        ...["-Verify", "2", "-verify_return_error", "-CAfile", "ca.pem"],
        ...["-CRL", "crl.pem", "-crl_check"],
      ),
      shop.nginx(
        `ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate ${
          shop.path("server.pem")
        }; ssl_certificate_key ${shop.path("server.key")};
ssl_verify_client on; ssl_client_certificate ${shop.path("ca.pem")};
ssl_crl ${shop.path("crl.pem")}; return 200 "hello";`,
      ),
    ]);
    // nginx shakes hands with everybody, and then says no in HTTP.
    const servers = [
      ["our server", ours.address.port, 0],
      ["nginx", nginx!, 400],
      ["openssl s_server", openssl, 0],
    ] as const;
    const certificates = [
      ["the right one", "client"],
      ["none", undefined],
      ["another authority's", "stranger"],
      ["a revoked one", "bob"],
      ["an expired one", "carol"],
      ["a server's", "wrongUse"],
    ] as const;
    for (const [server, port, refused] of servers) {
      await t.step(server, async () => {
        for (const [client, ask] of Object.entries(CLIENTS)) {
          const found = await Promise.all(
            certificates.map(async ([what, name]) =>
              [what, await ask(shop, port, name)] as const
            ),
          );
          assert.deepEqual(
            Object.fromEntries(found),
            Object.fromEntries(
              certificates.map(([what, name]) =>
                [what, name === "client" ? 200 : refused] as const
              ),
            ),
            client,
          );
        }
      });
    }
    assert.deepEqual(ours.errors, []);
    const clients = Object.keys(CLIENTS).length;
    await until(() => ours.failedHandshakes === 5 * clients);
    const codes = ours.handshakeErrors.map((error) =>
      (error as { code: string }).code
    );
    assert.deepEqual(
      Object.entries(Object.groupBy(codes, (code) => code))
        .map(([code, all]) => [code, all!.length]).sort(),
      [
        ["certificate-bad-usage", clients],
        ["certificate-expired", clients],
        ["certificate-missing-issuer", clients],
        ["certificate-required", clients],
        ["certificate-revoked", clients],
      ],
    );
  },
);

testUnless(
  noServers,
  "who resumes a session and was revoked since is not let in",
  async () => {
    await using shop = await Workshop.open();
    const { ca, authority, server } = await all();
    const eve = await authority.issue({ kind: "client", name: "eve" });
    for (const [name, { cert, key }] of Object.entries({ server, eve })) {
      await Deno.writeTextFile(shop.path(`${name}.pem`), cert);
      await Deno.writeTextFile(shop.path(`${name}.key`), key, { mode: 0o600 });
    }
    await Deno.writeTextFile(shop.path("ca.pem"), ca);
    await using ours = await greeting(shop);
    const { port } = ours.address;
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const ask = async (more: string) =>
        statusOf(await sClient(shop, port, `${version} ${more}`));
      const own = "-cert eve.pem -key eve.key";
      assert.equal(await ask(`${own} -sess_out ${version}`), 200);
      // The session stands for the certificate.
      assert.equal(await ask(`-sess_in ${version}`), 200);
    }
    await authority.revoke(eve);
    await ours.reload({ clientCrl: [await authority.crl()] });
    const before = ours.failedHandshakes;
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const said = await sClient(shop, port, `${version} -sess_in ${version}`);
      assert.equal(statusOf(said), 0, version);
    }
    await until(() => ours.failedHandshakes === before + 2);
  },
);
