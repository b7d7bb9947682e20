import assert from "node:assert/strict";
import { connect as connectTcp } from "../../lib/socket/connect.ts";
import type { Connection } from "../../lib/socket/connection.ts";
import { echo, serve as serveTcp } from "../../lib/socket/server.ts";
import { create } from "../../lib/tls/authority/all.ts";
import { readCertificates } from "../../lib/tls/certificate.ts";
import { connect } from "../../lib/tls/connect.ts";
import { expiry } from "../../lib/tls/expiry.ts";
import { inspect } from "../../lib/tls/inspect.ts";
import { verifyChain } from "../../lib/tls/path.ts";
import { accept, serve } from "../../lib/tls/serve.ts";
import { all, dial, saved, until } from "./parties.ts";
import { opensslServer } from "./servers.ts";

const decoder = new TextDecoder();

/** Runs `openssl s_server`, which sends each line back reversed. */
async function withOpenssl(
  folder: string,
  args: readonly string[],
  use: (port: number) => Promise<void>,
): Promise<void> {
  await using server = await opensslServer(
    ["-rev", "-cert", "server.pem", "-key", "server.key", ...args],
    folder,
  );
  await use(server.port);
}

Deno.test("openssl's server is spoken to in both versions, with ALPN and a certificate", async () => {
  const { client } = await all();
  await saved(async (folder) => {
    const args = ["-alpn", "rev", "-Verify", "1", "-CAfile", "ca.pem"];
    await withOpenssl(
      folder,
      [...args, "-verify_return_error"],
      async (port) => {
        for (const version of ["TLS 1.2", "TLS 1.3"] as const) {
          await using conn = await connect({ port }, {
            ca: `${folder}/ca.pem`,
            cert: `${folder}/client.pem`,
            key: `${folder}/client.key`,
            serverName: "localhost",
            alpn: ["other", "rev"],
            minVersion: version,
            maxVersion: version,
          });
          assert.equal(conn.tls.version, version);
          assert.equal(conn.tls.alpn, "rev");
          await conn.write("stressed\n");
          assert.equal(await conn.readLine(), "desserts");
        }
        // Without a certificate openssl says so by an alert, with a wrong one too.
        await assert.rejects(
          dial({ port }).then((conn) =>
            conn.read().finally(() => conn.close())
          ),
          {
            name: "AuthError",
            code: "certificate-required",
            hint: /cert, key/,
          },
        );
        const { stranger } = await all();
        await assert.rejects(
          dial({ port }, { ...stranger })
            .then((conn) => conn.read().finally(() => conn.close())),
          { name: "AuthError", code: "unknown-ca" },
        );
        await using again = await dial({ port }, { ...client });
        assert.ok(again.tls.verified);
      },
    );
  });
});

Deno.test("openssl's client is served, its certificate known", async () => {
  const { ca, server: identity } = await all();
  await using server = await serve(
    { ...identity, clientCa: ca, clientCertificate: "require", alpn: ["x"] },
    async (conn) => {
      await conn.write(
        `${conn.tls.peerCertificate?.subject} ${conn.tls.version}\n`,
      );
    },
  );
  await saved(async (folder) => {
    for (const version of ["tls1_2", "tls1_3"]) {
      const { stdout } = await new Deno.Command("openssl", {
        args: [
          ...["s_client", "-connect", `${server.address}`, `-${version}`],
          ...["-cert", "client.pem", "-key", "client.key", "-alpn", "x"],
          ...["-CAfile", "ca.pem", "-verify_return_error", "-servername"],
          ...[
            "localhost",
            "-verify_hostname",
            "localhost",
            "-brief",
            "-ign_eof",
          ],
        ],
        cwd: folder,
        stdin: "null",
        stderr: "null",
      }).output();
      const shown = version.replace("tls1_", "TLS 1.");
      assert.equal(decoder.decode(stdout), `CN=alice ${shown}\n`);
    }
  });
  assert.deepEqual([...server.errors, ...server.handshakeErrors], []);
});

Deno.test("Python's ssl serves and is served", async () => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity }, echo);
  const script = `
import socket, ssl, sys
ca, host, port = sys.argv[1], "127.0.0.1", int(sys.argv[2])
context = ssl.create_default_context(cafile=ca)
with context.wrap_socket(socket.create_connection((host, port)), server_hostname="localhost") as s:
    s.sendall(b"x" * 300000)
    got = 0
    while got < 300000: got += len(s.recv(65536))
    print(s.version(), got)
    raw = s.unwrap()
    print(raw.recv(1))
`;
  await saved(async (folder) => {
    const { stdout, stderr } = await new Deno.Command("/usr/bin/python3", {
      args: ["-c", script, `${folder}/ca.pem`, `${server.address.port}`],
    }).output();
    assert.equal(decoder.decode(stderr), "");
    assert.equal(decoder.decode(stdout), "TLSv1.3 300000\nb''\n");
  });
  await until(() => server.open === 0);
  assert.deepEqual(server.errors, []);
});

Deno.test("a server that does not prove who it is is refused, and told why", async () => {
  const { authority, ca, server: identity } = await all();
  const day = 86_400_000;
  const old = await authority.issue({
    hosts: ["localhost"],
    name: "old",
    notBefore: new Date(Date.now() - 20 * day),
    days: 10,
  });
  const early = await authority.issue({
    hosts: ["localhost"],
    name: "early",
    notBefore: new Date(Date.now() + 5 * day),
  });
  const gone = await authority.issue({ hosts: ["localhost"], name: "gone" });
  await authority.revoke(gone);
  const crl = [await authority.crl()];
  const alone = await create({ name: "localhost" });
  const middle = await authority.intermediate({ name: "Middle CA" });
  const below = await middle.issue({ hosts: ["localhost"], name: "below" });
  const client = await authority.issue({
    kind: "client",
    hosts: ["localhost"],
  });
  await using server = await serve({ ...identity }, echo);
  const cases = [
    [old, {}, "expired", /"old" expired 10 days ago/],
    [early, {}, "not-yet-valid", /not valid for another 4 days|5 days/],
    [gone, { crl }, "revoked", /"gone" was revoked/],
    [identity, { ca: alone.pem }, "missing-issuer", /CN=Test CA/],
    [identity, { serverName: "b.lab" }, "wrong-host", /but for localhost/],
    [
      { cert: below.certificate.toPem(), key: below.key },
      {},
      "missing-issuer",
      /Middle CA, whose certificate is neither/,
    ],
    [client, {}, "bad-usage", /not for serverAuth, but for clientAuth/],
  ] as const;
  for (const [party, options, code, message] of cases) {
    await server.reload({ cert: party.cert, key: party.key });
    await assert.rejects(dial(server.address, options), {
      name: "AuthError",
      code: `certificate-${code}`,
      message,
    });
    // By name, and for this call alone, it goes on; and says so.
    await using conn = await dial(server.address, {
      ...options,
      insecure: true,
    });
    assert.equal(conn.tls.verified, false);
    assert.match(conn.tls.reason, /^verification was turned off; /);
    assert.match(conn.tls.reason, message);
    assert.match(Deno.inspect(conn), /NOT VERIFIED \(verification was/);
    assert.match(Deno.inspect(conn.tls), /NOT verified/);
    assert.equal(conn.toJSON().tls.verified, false);
  }
  await server.reload({ cert: below.cert, key: below.key });
  await using whole = await dial(server.address);
  assert.equal(whole.tls.verdict?.chain.length, 3);
  await using beside = await connect(server.address, {
    serverName: "localhost",
    ca: alone.pem,
    extraCa: readCertificates(ca),
  });
  assert.ok(beside.tls.verified);
});

Deno.test("TLS runs over a connection, over TLS, and over any streams", async () => {
  const { server: identity } = await all();
  // What is said within TLS is TLS again, and so on.
  await using server = await serve({ ...identity }, async (outer) => {
    await using inner = await accept(outer, { ...identity, alpn: ["inner"] });
    await echo(inner);
  });
  const talk = async (conn: Connection) => {
    await conn.write(new Uint8Array(200_000).fill(7));
    await conn.closeWrite();
    assert.equal((await conn.readAll()).length, 200_000);
    await conn.close();
  };
  {
    const outer = await dial(server.address);
    const inner = await dial(server.address, { over: outer, alpn: ["inner"] });
    assert.equal(inner.tls.alpn, "inner");
    assert.equal(`${inner.localAddress}`, `${outer.localAddress}`);
    await talk(inner);
    assert.equal(outer.state, "closed");
  }
  await using plain = await serve({ ...identity }, echo);
  {
    const over = await connectTcp(plain.address);
    await talk(await dial(plain.address, { over }));
  }
  {
    const { hostname, port } = plain.address;
    const over = await Deno.connect({ hostname, port });
    await talk(await dial(plain.address, { over }));
  }
  {
    const { connect } = await import("node:net");
    const { hostname, port } = plain.address;
    const over = connect({ host: hostname, port, allowHalfOpen: true });
    await talk(await dial(plain.address, { over }));
  }
  await until(() => server.open === 0 && plain.open === 0);
  assert.deepEqual([...plain.errors, ...server.errors], []);
});

Deno.test("what is spoken that is no TLS is named", async (t) => {
  const cases = [
    ["HTTP/1.1 400 Bad Request\r\n\r\n", /plain HTTP: it said "HTTP\/1.1 400/],
    ["SSH-2.0-OpenSSH_9.2\r\n", /plain SSH: it said "SSH-2.0/],
    ["220 mail.lab ESMTP\r\n", /SMTP or FTP.*starttls: "smtp"/],
    ["* OK IMAP4rev1 ready\r\n", /plain IMAP.*starttls: "imap"/],
    [
      "\x00\x01\x02\x03\x04\x05\x06\x07",
      /does not speak TLS there: it said the octets 0001020/,
    ],
  ] as const;
  for (const [text, message] of cases) {
    await t.step(JSON.stringify(text), async () => {
      await using server = await serveTcp({}, async (conn) => {
        await conn.write(text);
        await conn.read();
      });
      await assert.rejects(connect(server.address), {
        code: "not-tls",
        message,
      });
    });
  }
  await t.step("a client's plain HTTP", async () => {
    const { server: identity } = await all();
    await using server = await serve({ ...identity }, echo);
    await using conn = await connectTcp(server.address);
    await conn.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await conn.readAll().catch(() => {});
    await until(() => server.failedHandshakes === 1);
    assert.match(
      `${server.handshakeErrors[0]}`,
      /the client does not speak TLS there but plain HTTP: it said "GET \/ HTTP\/1.1"/,
    );
  });
});

/** Serves TCP, and spoils it: gives what came, and what to do with it. */
async function broken(
  spoil: (conn: Connection) => Promise<void>,
  expected: { code: string; message?: RegExp },
  timeout = 2000,
): Promise<void> {
  await using server = await serveTcp({}, spoil);
  await assert.rejects(connect(server.address, { timeout }), expected);
}

Deno.test("a handshake that breaks says how", async (t) => {
  await t.step(
    "closed after the first hello",
    () =>
      broken(async (conn) => void await conn.read(), {
        code: "closed",
        message: /the server closed the connection during the handshake/,
      }),
  );
  await t.step("reset", () =>
    broken(async (conn) => {
      await conn.read();
      conn.reset();
    }, { code: "reset" }));
  await t.step(
    "silent",
    () =>
      broken(async (conn) => void await conn.readAll(), {
        code: "timeout",
        message: /no answer within 100 ms/,
      }, 100),
  );
  await t.step("an alert", () =>
    broken(async (conn) => {
      await conn.read();
      await conn.write(Uint8Array.of(21, 3, 3, 0, 2, 2, 70));
      await conn.readAll();
    }, {
      code: "alert",
      message: /protocol_version \(70\): it does not speak/,
    }));
  await t.step(
    "garbage in place of a ServerHello",
    () =>
      broken(async (conn) => {
        await conn.read();
        await conn.write(Uint8Array.of(22, 3, 3, 0, 4, 99, 0, 0, 0));
        await conn.readAll();
      }, { code: "tls", message: /TLS failed/ }),
  );
  await t.step("half of a ServerHello", () =>
    broken(async (conn) => {
      await conn.read();
      await conn.write(Uint8Array.of(22, 3, 3, 0, 90, 2, 0, 0));
    }, { code: "closed" }));
  await t.step("the caller's own abort", async () => {
    await using server = await serveTcp(
      {},
      async (conn) => void await conn.readAll(),
    );
    const reason = new Error("enough");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 30);
    await assert.rejects(
      connect(server.address, { signal: controller.signal }),
      (error) => error === reason,
    );
  });
});

/** A way through which a connection to a server goes, and can be cut. */
async function through(
  target: { hostname: string; port: number },
  cut: (conn: Connection, up: Connection) => Promise<void>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  await using relay = await serveTcp({}, async (conn) => {
    await using up = await connectTcp(target);
    const there = (async () => {
      for await (const chunk of conn) await up.write(chunk);
    })().catch(() => {});
    await cut(conn, up);
    await there;
  });
  await use(relay.address.port);
}

Deno.test("an end without the end of TLS is reported, after what came before it", async (t) => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity }, async (conn) => {
    await conn.write("the first half");
    await conn.readAll();
  });
  for (const maxVersion of ["TLS 1.2", "TLS 1.3"] as const) {
    let read = Promise.withResolvers<void>();
    await t.step(maxVersion, () =>
      through(server.address, async (conn, up) => {
        const handing = (async () => {
          for await (const chunk of up) await conn.write(chunk);
        })().catch(() => {});
        await read.promise;
        await conn.closeWrite();
        up.reset();
        await handing;
      }, async (port) => {
        const half = async (options: Parameters<typeof dial>[1]) => {
          read = Promise.withResolvers();
          const conn = await dial({ port }, { maxVersion, ...options });
          const octets = await conn.readExactly(14);
          assert.equal(decoder.decode(octets), "the first half");
          read.resolve();
          return conn;
        };
        await using conn = await half({});
        await assert.rejects(conn.read(), {
          code: "truncated",
          message:
            /without ending TLS \(no close_notify\), so what came may be/,
        });
        await using lax = await half({ requireCloseNotify: false });
        assert.equal(await lax.read(), null);
      }));
  }
});

Deno.test("octets changed on their way break the connection", async () => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity }, async (conn) => {
    await conn.write("a ticket, and then this\n");
    await conn.readLine();
    await conn.write("a secret that nobody may change\n");
    await conn.readAll();
  });
  let isSecond = false;
  await through(server.address, async (conn, up) => {
    for await (const chunk of up) {
      if (isSecond) chunk[chunk.length - 3]! ^= 1;
      await conn.write(chunk);
    }
  }, async (port) => {
    await using conn = await dial({ port });
    await conn.readLine();
    isSecond = true;
    await conn.write("\n");
    await assert.rejects(conn.read(), { code: "tls" });
  });
});

Deno.test("what makes no sense is refused before anything is opened", async () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ cert: "x.pem" }, /'cert' and 'key' must come together/],
    [{ minVersion: "TLS 1.1" }, /'minVersion' must be one of TLS 1.2, TLS 1.3/],
    [{ minVersion: "TLS 1.3", maxVersion: "TLS 1.2" }, /must not be above/],
    [{ alpn: [""] }, /'alpn' must be names/],
    [{ alpn: "h2" }, /'alpn' must be a list of names/],
    [{ serverName: "a b" }, /'serverName' must be a name/],
    [{ serverName: 5 }, /'serverName' must be a name/],
    [{ ca: 5 }, /must be PEM text, .* or certificates: .* the kind Number/],
    [{ crl: {} }, /must be PEM text, .* or revocation lists: .* Object/],
    [{ starttls: "gopher" }, /must be one of smtp, imap/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(connect("127.0.0.1:1", options), {
      name: "TypeError",
      message,
    });
  }
  await assert.rejects(connect("127.0.0.1:1", { ca: "/nowhere/ca.pem" }), {
    code: "not-found",
  });
});

Deno.test("options by the names of other programs are refused, with the name here", async () => {
  const { server: identity } = await all();
  await using server = await serve(identity, echo);
  const given: [Promise<unknown>, string][] = [
    ...["roots", "caCerts", "cafile"].map((name) =>
      [connect(server.address, { [name]: [] }), "ca"] as [
        Promise<unknown>,
        string,
      ]
    ),
    [
      connect(server.address, { rejectUnauthorized: false } as object),
      "insecure",
    ],
    [
      connect(server.address, { servername: "localhost" } as object),
      "serverName",
    ],
    [inspect(server.address, { ca: [] } as object), "roots"],
    [verifyChain(identity.cert, { caCerts: [] } as object), "roots"],
    [serve({ ...identity, ...{ ca: [] } }, echo), "clientCa"],
  ];
  for (const [refused, name] of given) {
    await assert.rejects(refused, {
      name: "TypeError",
      message: new RegExp(`is no option\\. Try: ${name}$`),
    });
  }
  assert.throws(
    () => expiry([], { ca: [] } as object),
    /"ca" is no option\. Try: roots/,
  );
});

Deno.test("a key that is another's is told of with the name of the certificate, if it has no subject", async () => {
  const ca = await create({ name: "Lab CA" });
  const site = await ca.issue({ hosts: ["site.lab"] });
  const other = await ca.issue({ hosts: ["other.lab"] });
  await assert.rejects(serve({ cert: site.cert, key: other.key }, echo), {
    code: "mismatch",
    message: /it does not belong to site\.lab$/,
  });
});
