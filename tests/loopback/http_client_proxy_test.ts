/** Sessions through proxies: HTTP for http, CONNECT for https, SOCKS5. */
import assert from "node:assert/strict";
import * as http from "../../lib/http/client.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { CA, SERVER_CERT, SERVER_KEY } from "./http_client_pki.ts";

/** Copies both ways until both ends have said all. */
async function join(a: tcp.Connection, b: tcp.Connection): Promise<void> {
  const copy = async (from: tcp.Connection, to: tcp.Connection) => {
    let chunk: Uint8Array | null;
    while ((chunk = await from.read())) await to.write(chunk);
    await to.closeWrite();
  };
  await Promise.allSettled([copy(a, b), copy(b, a)]);
}

/** A proxy of RFC 9110 §9.3.6 and RFC 9112 §3.2.2, which notes what it was told. */
function httpProxy(notes: string[]): Promise<tcp.Server> {
  return tcp.serve({}, async (conn) => {
    const lines: string[] = [];
    for await (const line of conn.lines()) {
      if (line === "") break;
      lines.push(line);
    }
    const [method, target = ""] = lines[0]!.split(" ");
    const proof = lines.find((line) => /^proxy-authorization:/i.test(line));
    notes.push(`${method} ${proof?.split(": ")[1]}`);
    if (method === "CONNECT") {
      await using far = await tcp.connect(target);
      await conn.write("HTTP/1.1 200 OK\r\n\r\n");
      await join(conn, far);
      return;
    }
    const url = new URL(target);
    await using far = await tcp.connect(url.host);
    const head = [
      `${method} ${url.pathname} HTTP/1.1`,
      ...lines.slice(1).filter((line) => !/^proxy-/i.test(line)),
      "connection: close",
    ];
    await far.write(`${head.join("\r\n")}\r\n\r\n`);
    await conn.write(await far.readAll());
  });
}

/** A proxy of RFC 1928 and RFC 1929. */
function socksProxy(notes: string[]): Promise<tcp.Server> {
  return tcp.serve({}, async (conn) => {
    const [, count = 0] = await conn.readExactly(2);
    const methods = await conn.readExactly(count);
    if (methods.includes(2)) {
      await conn.write(Uint8Array.of(5, 2));
      const [, nameLength = 0] = await conn.readExactly(2);
      const name = new TextDecoder().decode(await conn.readExactly(nameLength));
      const [wordLength = 0] = await conn.readExactly(1);
      await conn.readExactly(wordLength);
      await conn.write(Uint8Array.of(1, 0));
      notes.push(name);
    } else await conn.write(Uint8Array.of(5, 0));
    const [, command, , kind] = await conn.readExactly(4);
    assert.equal(command, 1);
    const host = kind === 1
      ? (await conn.readExactly(4)).join(".")
      : new TextDecoder().decode(
        await conn.readExactly((await conn.readExactly(1))[0]!),
      );
    const [high = 0, low = 0] = await conn.readExactly(2);
    notes.push(host);
    await using far = await tcp.connect({
      hostname: host,
      port: high * 256 + low,
    });
    await conn.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    await join(conn, far);
  });
}

/** The two servers behind the proxies. */
function behind() {
  const plain = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("plain"),
  );
  const safe = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      cert: SERVER_CERT,
      key: SERVER_KEY,
      onListen: () => {},
    },
    () => new Response("safe"),
  );
  return {
    plain: `http://127.0.0.1:${plain.addr.port}/`,
    safe: `https://127.0.0.1:${safe.addr.port}/`,
    [Symbol.asyncDispose]: async () => {
      await plain.shutdown();
      await safe.shutdown();
    },
  };
}

Deno.test("requests go through an HTTP proxy, https by CONNECT", async () => {
  const notes: string[] = [];
  await using servers = await behind();
  await using proxy = await httpProxy(notes);
  using session = http.client({
    proxy: `http://u:p@${proxy.address}`,
    ca: CA,
  });
  assert.equal((await session.get(servers.plain)).text(), "plain");
  assert.equal((await session.get(servers.safe)).text(), "safe");
  assert.deepEqual(notes, ["GET Basic dTpw", "CONNECT Basic dTpw"]);
});

Deno.test("requests go through a SOCKS5 proxy, with a name or without", async () => {
  const notes: string[] = [];
  await using servers = await behind();
  await using proxy = await socksProxy(notes);
  for (const login of ["", "user:word@"]) {
    using session = http.client({
      proxy: `socks5://${login}${proxy.address}`,
      ca: CA,
    });
    assert.equal((await session.get(servers.plain)).text(), "plain");
    assert.equal((await session.get(servers.safe)).text(), "safe");
  }
  assert.deepEqual(notes.filter((note) => note === "user").length, 2);
  assert.equal(notes.filter((note) => note === "127.0.0.1").length, 4);
});

Deno.test("a proxy that is not there is named, and what is none is refused", async () => {
  const listener = await tcp.listen();
  const { port } = listener.address;
  await listener.close();
  using session = http.client({ proxy: `http://u:secret@127.0.0.1:${port}` });
  await assert.rejects(
    session.get("http://127.0.0.1:8080/"),
    (error: Error) => {
      assert.match(
        error.message,
        new RegExp(`through the proxy http://127.0.0.1:${port}`),
      );
      assert.doesNotMatch(error.message, /secret/);
      return true;
    },
  );
  assert.throws(
    () => http.client({ proxy: "ftp://x" }),
    /'proxy' must be a URL/,
  );
});
