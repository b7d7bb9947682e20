import assert from "node:assert/strict";
import { echo } from "../../lib/socket/server.ts";
import { connect as connectTcp } from "../../lib/socket/connect.ts";
import { readKey } from "../../lib/tls/authority/all.ts";
import { listen } from "../../lib/tls/listen.ts";
import { serve } from "../../lib/tls/serve.ts";
import type { NetError } from "../../lib/errors.ts";
import { all, dial, saved, until } from "./parties.ts";

Deno.test("client and server agree, and both tell on what", async () => {
  const { server: identity } = await all();
  await using server = await serve(
    { ...identity, alpn: ["x", "lines"] },
    async (conn) => {
      assert.equal(conn.tls.side, "server");
      assert.equal(conn.tls.peerCertificate, undefined);
      assert.equal(conn.tls.serverName, "localhost");
      for await (const line of conn.lines()) {
        await conn.write(`${line.toUpperCase()} ${conn.tls.alpn}\n`);
      }
    },
  );
  await using conn = await dial(server.address, { alpn: ["lines"] });
  await conn.write("first\nsec");
  assert.equal(await conn.readLine(), "FIRST lines");
  await conn.write("ond\n");
  assert.equal(await conn.readLine(), "SECOND lines");
  const { tls } = conn;
  assert.equal(tls.version, "TLS 1.3");
  assert.match(tls.cipherSuite, /^TLS_/);
  assert.equal(tls.alpn, "lines");
  assert.equal(tls.verified, true);
  assert.equal(tls.reason, "");
  assert.equal(tls.peerCertificate?.subject.commonName, "localhost");
  assert.equal(tls.verdict?.root?.subject.commonName, "Test CA");
  assert.equal(conn.bytesSent, 13);
  assert.equal(conn.bytesReceived, 25);
  await conn.closeWrite();
  assert.equal(await conn.read(), null);
  await until(() => server.open === 0);
  assert.equal(server.bytesReceived, 13);
  assert.deepEqual([...server.errors, ...server.handshakeErrors], []);
});

Deno.test("a million octets go there and back, and the end is no truncation", async () => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity }, echo);
  for (const maxVersion of ["TLS 1.3", "TLS 1.2"] as const) {
    await using conn = await dial(server.address, { maxVersion });
    assert.equal(conn.tls.version, maxVersion);
    const octets = new Uint8Array(1_000_000).map((_, i) => i * 31 >> 3);
    const writing = conn.write(octets).then(() => conn.closeWrite());
    // Read slowly, so that much waits when the end comes.
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(await conn.readAll(), octets);
    await writing;
  }
  assert.deepEqual(server.errors, []);
});

Deno.test("half of a connection can be closed, and the other goes on", async () => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity }, async (conn) => {
    await conn.write("before ");
    await conn.closeWrite();
    const rest = await conn.readAll();
    assert.equal(rest.length, 70_000);
  });
  await using conn = await dial(server.address);
  assert.equal(new TextDecoder().decode(await conn.readAll()), "before ");
  assert.equal(conn.state, "half-closed (remote)");
  await conn.write(new Uint8Array(70_000));
  await conn.close();
  await until(() => server.open === 0);
  assert.deepEqual(server.errors, []);
});

Deno.test("small writes do not wait for each other", async () => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity }, async (conn) => {
    while (await conn.readLine() !== null) {
      await conn.write("a");
      await conn.write("b\n");
    }
  });
  await using conn = await dial(server.address);
  const times: number[] = [];
  for (let i = 0; i < 40; i++) {
    const begun = performance.now();
    await conn.write("1");
    await conn.write("2\n");
    assert.equal(await conn.readLine(), "ab");
    times.push(performance.now() - begun);
  }
  // Nagle's algorithm would hold nearly all back for 40 ms.
  assert.ok(times.sort((a, b) => a - b)[20]! < 35, `${times} ms`);
});

Deno.test("a server shows the certificate that has the client's name", async () => {
  const { authority, server: first } = await all();
  const identities = await Promise.all(
    ["one.lab", "*.two.lab"].map((host) => authority.issue({ hosts: [host] })),
  );
  await using server = await serve({ ...first, identities }, echo);
  const shown = async (serverName: string | false) => {
    await using conn = await dial(server.address, { serverName });
    return conn.tls.peerCertificate?.names[0]?.value;
  };
  assert.equal(await shown("one.lab"), "one.lab");
  assert.equal(await shown("a.two.lab"), "*.two.lab");
  assert.equal(await shown("localhost"), "localhost");
  assert.equal(await shown(false), "localhost", "the target is 127.0.0.1");
  await assert.rejects(shown("three.lab"), {
    name: "AuthError",
    code: "certificate-wrong-host",
    message: /"localhost" is not for three\.lab, but for localhost, 127/,
  });
});

Deno.test("a client without ALPN in common is refused, and both know why", async () => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity, alpn: ["h2"] }, echo);
  await assert.rejects(dial(server.address, { alpn: ["http/1.1"] }), {
    code: "alert",
    message: /no_application_protocol \(120\): it speaks none of/,
  });
  await until(() => server.failedHandshakes === 1);
  assert.match(`${server.handshakeErrors[0]}`, /none of the protocols/);
  await using none = await dial(server.address);
  assert.equal(none.tls.alpn, undefined);
});

Deno.test("clients prove who they are, and who cannot is refused", async (t) => {
  const { authority, ca, server: identity, client, stranger } = await all();
  const revoked = await authority.issue({ kind: "client", name: "bob" });
  await authority.revoke(revoked, "keyCompromise");
  const old = await authority.issue({
    kind: "client",
    name: "carol",
    notBefore: new Date(Date.now() - 20 * 86_400_000),
    days: 10,
  });
  const wrongUse = await authority.issue({ hosts: ["dave.lab"] });
  const clientCrl = [await authority.crl()];
  const settings = { ...identity, clientCa: ca, clientCrl };
  await using server = await serve(
    { ...settings, clientCertificate: "require" },
    (conn) => conn.write(`hello ${conn.tls.peerCertificate?.subject}\n`),
  );
  const greet = async (party?: { cert: string; key: string }) => {
    await using conn = await dial(server.address, { ...party });
    return await conn.readLine();
  };
  await t.step("the right one is known by its name", async () => {
    assert.equal(await greet(client), "hello CN=alice");
  });
  const cases = [
    ["none", undefined, "certificate-required", /no certificate/],
    ["another authority's", stranger, "certificate-missing-issuer", /Another/],
    [
      "a revoked one",
      revoked,
      "certificate-revoked",
      /"bob" was revoked.*key/i,
    ],
    ["an expired one", old, "certificate-expired", /"carol" expired 10 days/],
    ["a server's", wrongUse, "certificate-bad-usage", /dave/],
  ] as const;
  for (const [what, party, code, message] of cases) {
    await t.step(`${what} is refused`, async () => {
      const before = server.failedHandshakes;
      const error = await greet(party && { ...party }).then(
        (line) => assert.fail(`was let in: ${line}`),
        (error) => error,
      );
      if (party) {
        assert.equal(error.code, "reset");
        assert.match(error.message, /may not accept this client's certificate/);
      } else {
        assert.equal(error.name, "AuthError");
        assert.equal(error.code, "certificate-required");
        assert.match(error.message, /it wants a client certificate/);
      }
      await until(() => server.failedHandshakes > before);
      const reason = server.handshakeErrors.at(-1) as Error & {
        code: string;
      };
      assert.equal(reason.name, "AuthError");
      assert.equal(reason.code, code);
      assert.match(reason.message, message);
    });
  }
  await t.step("in TLS 1.2 the client hears of it at once", async () => {
    await assert.rejects(
      dial(server.address, { ...stranger, maxVersion: "TLS 1.2" })
        .then((conn) => conn.readLine().finally(() => conn.close())),
      /certificate/,
    );
  });
  assert.deepEqual(server.errors, []);
});

Deno.test("where a certificate is only asked for, none will do, but no bad one", async () => {
  const { ca, server: identity, client, stranger } = await all();
  await using server = await serve(
    { ...identity, clientCa: ca, clientCertificate: "request" },
    (conn) =>
      conn.write(`${conn.tls.peerCertificate?.subject} ${conn.tls.verified}\n`),
  );
  const ask = async (party?: { cert: string; key: string }) => {
    await using conn = await dial(server.address, { ...party });
    return await conn.readLine();
  };
  assert.equal(await ask(), "undefined false");
  assert.equal(await ask({ ...client }), "CN=alice true");
  await assert.rejects(ask({ ...stranger }), { code: "reset" });
});

Deno.test("certificates are read anew while connections go on", async () => {
  const { authority, server: identity } = await all();
  await using server = await serve({ ...identity }, echo);
  await using before = await dial(server.address);
  const next = await authority.issue({ name: "next", hosts: ["localhost"] });
  await server.reload({ ...next });
  await using after = await dial(server.address);
  assert.equal(before.tls.peerCertificate?.subject.commonName, "localhost");
  assert.equal(after.tls.peerCertificate?.subject.commonName, "next");
  assert.equal(server.certificates[0]?.subject.commonName, "next");
  for (const conn of [before, after]) {
    await conn.write("still here\n");
    assert.equal(await conn.readLine(), "still here");
  }
  // Another's key: all stays as it was.
  await assert.rejects(
    server.reload({ cert: identity.cert, key: next.key }),
    { code: "mismatch", message: /it does not belong to CN=localhost/ },
  );
  await using still = await dial(server.address);
  assert.equal(still.tls.peerCertificate?.subject.commonName, "next");
});

Deno.test("files that change are read anew if asked, and nonsense in them is not", async () => {
  const { authority } = await all();
  await saved(async (folder) => {
    const reloads: unknown[] = [];
    await using server = await serve({
      cert: `${folder}/server.pem`,
      key: `${folder}/server.key`,
      watch: true,
      onReload: (error) => reloads.push(error),
    }, echo);
    const next = await authority.issue({ name: "next", hosts: ["localhost"] });
    await Deno.writeTextFile(`${folder}/server.pem`, next.cert);
    await until(() => reloads.length === 1);
    assert.match(`${reloads[0]}`, /server\.key: it does not belong to CN=next/);
    // As careful writers do it: a new file in the old one's place.
    await Deno.writeTextFile(`${folder}/new.key`, next.key);
    await Deno.rename(`${folder}/new.key`, `${folder}/server.key`);
    // A slow write may have been read in two.
    await until(() => reloads.at(-1) === undefined);
    await using conn = await dial(server.address);
    assert.equal(conn.tls.peerCertificate?.subject.commonName, "next");
  });
});

Deno.test("files behind links are watched where the links lead, whatever goes on beside them", async () => {
  const { authority } = await all();
  const issue = (name: string) =>
    authority.issue({ name, hosts: ["localhost"] });
  await saved(async (folder) => {
    const [one, two, three] = await Promise.all(["1", "2", "3"].map(issue));
    await one!.save(`${folder}/v1`, { name: "site" });
    await two!.save(`${folder}/v2`, { name: "site" });
    const link = async (to: string) => {
      await Deno.symlink(to, `${folder}/new`);
      await Deno.rename(`${folder}/new`, `${folder}/now`);
    };
    await link("v1");
    const reloads: unknown[] = [];
    await using server = await serve({
      cert: `${folder}/now/site.pem`,
      key: `${folder}/now/site.key`,
      watch: true,
      onReload: (error) => reloads.push(error),
    }, echo);
    const shown = () => server.certificates[0]?.subject.commonName;
    assert.equal(shown(), "1");
    // As deployments do it: the folder is another.
    await link("v2");
    await until(() => shown() === "2");
    // And then in the folder that the link leads to.
    await three!.save(`${folder}/v2`, { name: "site" });
    await until(() => {
      // Somebody who writes without end must not put it off.
      Deno.writeTextFileSync(`${folder}/v2/notes.txt`, "of no matter");
      return shown() === "3";
    });
    assert.equal(reloads.at(-1), undefined);
  });
});

Deno.test("keys are refused with a reason that does not show them", async () => {
  const { server: identity, client } = await all();
  const middle = identity.key.split("\n")[1]!;
  const bare = identity.key.replace(/-----.*-----\n/g, "");
  const cases = [
    [{ ...identity, key: client.key }, "mismatch"],
    [{ ...identity, key: identity.key.replace("\nM", "\nQ") }, "malformed"],
    [{ ...identity, key: identity.cert }, "malformed"],
    [{ ...identity, key: "/nowhere/server.key" }, "not-found"],
    // Without the lines around it, it looks like a path.
    [{ ...identity, key: bare }, "malformed"],
    [{ ...identity, key: bare.replaceAll("\n", "") }, "malformed"],
    [{ ...identity, key: `{"kty":"EC","d":"${middle}"}` }, "malformed"],
    [{ ...identity, cert: identity.key }, "malformed"],
  ] as const;
  for (const [options, code] of cases) {
    const error = await listen(options).then(
      () => assert.fail("it listens"),
      (error) => error,
    );
    assert.equal(error.code, code);
    const text = Deno.inspect(error, { depth: 9 }) + error.stack;
    assert.ok(!text.includes(middle), "the key is in it");
  }
  const object = {} as unknown as string;
  await assert.rejects(listen({ ...identity, key: object }), {
    name: "TypeError",
    message: /'key' must be PEM text or the path of a file: .* type object$/,
  });
});

Deno.test("a key may be encrypted", async () => {
  const { server: identity } = await all();
  const key = await (await readKey(identity.key)).toEncryptedPem("secret");
  const options = { cert: identity.cert, key };
  await assert.rejects(listen(options), { code: "passphrase" });
  await assert.rejects(listen({ ...options, passphrase: "guess" }), {
    code: "passphrase",
  });
  await using server = await serve({ ...options, passphrase: "secret" }, echo);
  await using conn = await dial(server.address);
  assert.ok(conn.tls.verified);
});

Deno.test("clients that stall are let go, and others do not wait for them", async () => {
  const { server: identity } = await all();
  const patient = { ...identity, handshakeTimeout: 600_000, maxHandshakes: 50 };
  await using server = await serve(patient, echo);
  await using brief = await serve(
    { ...patient, handshakeTimeout: 100 },
    echo,
  );
  const stalling = await Promise.all(
    Array.from(
      { length: 40 },
      (_, i) => connectTcp((i % 2 === 0 ? server : brief).address),
    ),
  );
  // Half of a record.
  for (const one of stalling.slice(0, 2)) {
    await one.write(Uint8Array.of(22, 3, 1, 2, 0, 1)).catch(() => {});
  }
  await until(() => server.handshakes === 20);
  await using conn = await dial(server.address);
  await conn.write("hello\n");
  assert.equal(await conn.readLine(), "hello");
  assert.equal(server.handshakes, 20);
  await until(() => brief.failedHandshakes === 20);
  assert.equal(brief.handshakes, 0);
  assert.match(
    `${brief.handshakeErrors[0]}`,
    /Cannot shake hands with 127\.0\.0\.1:\d+: no answer within 100 ms/,
  );
  await Promise.all(stalling.map((one) => one.close()));
});

Deno.test("a flood is held at its limits, and ends with the server", async () => {
  const { server: identity } = await all();
  const server = await serve(
    { ...identity, maxHandshakes: 10, backlog: 15, handshakeTimeout: 5000 },
    echo,
  );
  const flood = await Promise.all(
    Array.from(
      { length: 60 },
      () => connectTcp(server.address).catch(() => undefined),
    ),
  );
  await until(() => server.dropped > 0 && server.handshakes === 10);
  assert.ok(server.waiting <= 26, `${server.waiting} wait`);
  await server.close();
  assert.equal(server.handshakes, 0);
  await Promise.all(flood.map((one) => one?.close()));
});

Deno.test("closing a server lets handlers finish, and drops those that shake hands", async () => {
  const { server: identity } = await all();
  let heard = false;
  let finished = false;
  const server = await serve({ ...identity }, async (conn, { signal }) => {
    heard = await conn.readLine() === "hello";
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await conn.write("bye\n");
    finished = true;
  });
  await using conn = await dial(server.address);
  await conn.write("hello\n");
  await using half = await connectTcp(server.address);
  await until(() => heard && server.handshakes === 1);
  await server.close();
  assert.ok(finished);
  assert.equal(await conn.readLine(), "bye");
  await assert.rejects(half.read(), { code: "reset" });
});

Deno.test("a listener gives out connections one by one, until it is closed", async () => {
  const { server: identity } = await all();
  await using listener = await listen({ ...identity });
  const [client, accepted] = await Promise.all([
    dial(listener.address),
    listener.accept(),
  ]);
  assert.equal(`${accepted.remoteAddress}`, `${client.localAddress}`);
  assert.match(Deno.inspect(listener), /^TLS 127.* listening, 1 accepted$/);
  await assert.rejects(listener.accept({ timeout: 20 }), { code: "timeout" });
  await Promise.all([client.close(), accepted.close()]);
  const waiting = listener.accept();
  await listener.close();
  await assert.rejects(waiting, { code: "closed" });
});

Deno.test("an idle connection is reset", async () => {
  const { server: identity } = await all();
  await using server = await serve({ ...identity, idleTimeout: 100 }, echo);
  // The server may have begun to wait before this side has shaken hands.
  const begun = performance.now();
  await using conn = await dial(server.address);
  await assert.rejects(conn.read(), { code: "reset" });
  assert.ok(performance.now() - begun > 80);
  await until(() => server.failed === 1);
  assert.match(`${server.errors[0]}`, /idle for 100 ms/);
});

Deno.test("a client that ends in the middle of the handshake is not waited for", async () => {
  const { server: identity } = await all();
  const failed = Promise.withResolvers<NetError>();
  await using server = await serve({
    ...identity,
    handshakeTimeout: 60_000,
    onHandshakeError: (error) => failed.resolve(error as NetError),
  }, () => {});
  const { port } = server.address;
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  // The head of a record, and no record.
  await client.write(Uint8Array.of(22, 3, 1, 2, 0, 1));
  await client.closeWrite();
  assert.equal((await failed.promise).code, "closed");
});
