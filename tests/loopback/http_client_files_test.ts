/** Downloads into files, uploads out of them, and a socket that is a file. */
import assert from "node:assert/strict";
import * as http from "../../lib/http/client.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { testUnless } from "../skip.ts";

/** Why no files can be written, or nothing. */
const NO_FILES = ((): string | undefined => {
  for (const name of ["read", "write"] as const) {
    const { state } = Deno.permissions.querySync({ name, path: "/tmp" });
    if (state !== "granted") return `run with --allow-${name}=/tmp`;
  }
  return undefined;
})();

/** A folder for one test. */
async function folder() {
  const path = await Deno.makeTempDir({ dir: "/tmp", prefix: "netrepl-http-" });
  return {
    path,
    list: () =>
      [...Deno.readDirSync(path)].map(({ name }) => name).sort().join(" "),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const FILE = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7 + (i >> 8));

/** A server of one file that hangs up after some octets, and tells what it was asked. */
async function shaky(options: {
  breaks: number;
  etag?: () => string;
  each?: number;
}) {
  const { etag, each = 100_000 } = options;
  let { breaks } = options;
  const ranges: (string | undefined)[] = [];
  let sent = 0;
  const server = await tcp.serve({}, async (conn) => {
    const fields = new Map<string, string>();
    let path = "";
    for await (const line of conn.lines()) {
      if (line === "") break;
      const [name = "", value = ""] = line.split(": ");
      fields.set(name.toLowerCase(), value);
      path ||= line.split(" ")[1]!;
    }
    if (path === "/none") {
      return await conn.write(
        "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno",
      );
    }
    const range = fields.get("range");
    ranges.push(range);
    const tag = etag?.();
    const same = fields.get("if-range") === tag;
    const start = range !== undefined && same
      ? Number(/bytes=(\d+)-/.exec(range)?.[1])
      : 0;
    if (start >= FILE.length) {
      return await conn.write(
        `HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */${FILE.length}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      );
    }
    const rest = FILE.subarray(start);
    await conn.write(
      [
        start > 0 ? "HTTP/1.1 206 Partial Content" : "HTTP/1.1 200 OK",
        `Content-Length: ${rest.length}`,
        ...(start > 0
          ? [`Content-Range: bytes ${start}-${FILE.length - 1}/${FILE.length}`]
          : []),
        ...(tag ? [`ETag: ${tag}`] : []),
        "Connection: close",
        "\r\n",
      ].join("\r\n"),
    );
    const now = breaks-- > 0 ? rest.subarray(0, each) : rest;
    sent += now.length;
    await conn.write(now);
  });
  return {
    url: `http://${server.address}/image.bin`,
    ranges,
    sent: () => sent,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

testUnless(
  NO_FILES,
  "download() goes on by itself where the connection broke",
  async () => {
    await using dir = await folder();
    await using server = await shaky({ breaks: 2, etag: () => '"v1"' });
    using session = http.client();
    const told: http.Progress[] = [];
    const path = `${dir.path}/image.bin`;
    const done = await session.download(server.url, path, {
      onProgress: (progress) => told.push(progress),
    });
    assert.deepEqual(await Deno.readFile(path), FILE);
    assert.deepEqual(server.ranges, [
      undefined,
      "bytes=100000-",
      "bytes=200000-",
    ]);
    assert.deepEqual([done.size, done.breaks, done.resumedAt], [300_000, 2, 0]);
    assert.equal(server.sent(), 300_000, "no octet twice");
    assert.ok(told.every(({ done }, i) => done >= (told[i - 1]?.done ?? 0)));
    assert.deepEqual(told.at(-1), { done: 300_000, total: 300_000 });
    assert.equal(dir.list(), "image.bin");
    assert.match(
      Deno.inspect(done),
      /^Download .*image\.bin\n.*\n {2}size +293 KiB\n {2}breaks +2\n/,
    );
  },
);

testUnless(
  NO_FILES,
  "a later call goes on where an earlier one was cut off",
  async () => {
    await using dir = await folder();
    await using server = await shaky({ breaks: 1, etag: () => '"v1"' });
    using session = http.client();
    const path = `${dir.path}/image.bin`;
    await assert.rejects(session.download(server.url, path, { attempts: 0 }), {
      code: "closed",
    });
    assert.equal(dir.list(), "image.bin.part image.bin.part.json");
    const done = await session.download(server.url, path);
    assert.deepEqual([done.resumedAt, done.breaks], [100_000, 0]);
    assert.deepEqual(await Deno.readFile(path), FILE);
    await Deno.rename(path, `${path}.part`);
    await Deno.writeTextFile(`${path}.part.json`, '{"validator":"\\"v1\\""}');
    const again = await session.download(server.url, path);
    assert.deepEqual([again.size, again.resumedAt], [300_000, 300_000]);
    assert.deepEqual(await Deno.readFile(path), FILE, "416: nothing was left");
    const fresh = await session.download(server.url, path, { resume: false });
    assert.equal(fresh.resumedAt, 0);
  },
);

testUnless(
  NO_FILES,
  "what has changed meanwhile, or has no name for its version, starts anew",
  async () => {
    await using dir = await folder();
    let version = 0;
    const path = `${dir.path}/image.bin`;
    using session = http.client();
    {
      await using server = await shaky({
        breaks: 1,
        etag: () => `"v${++version}"`,
      });
      const done = await session.download(server.url, path);
      assert.deepEqual(server.ranges, [undefined, "bytes=100000-"]);
      assert.equal(done.size, 300_000);
      assert.deepEqual(await Deno.readFile(path), FILE);
    }
    for (const etag of [undefined, () => 'W/"weak"']) {
      await using server = await shaky({ breaks: 1, ...(etag && { etag }) });
      await assert.rejects(session.download(server.url, path), {
        code: "closed",
      });
      const done = await session.download(server.url, path);
      assert.deepEqual(server.ranges, [undefined, undefined]);
      assert.equal(done.resumedAt, 0);
    }
  },
);

testUnless(NO_FILES, "a no leaves no file behind", async () => {
  await using dir = await folder();
  await using server = await shaky({ breaks: 0 });
  using session = http.client();
  const url = new URL("/none", server.url);
  await assert.rejects(session.download(url, `${dir.path}/x`), {
    name: "HttpStatusError",
    message: /404 Not Found: no$/,
  });
  assert.equal(dir.list(), "");
  await assert.rejects(
    session.download(server.url, `${dir.path}/none/x`),
    { code: "not-found" },
  );
});

testUnless(NO_FILES, "a form sends files by their paths", async () => {
  await using dir = await folder();
  const path = `${dir.path}/config.txt`;
  await Deno.writeFile(path, FILE);
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const file = (await request.formData()).get("config") as File;
      return Response.json([file.name, file.type, file.size]);
    },
  );
  using session = http.client();
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const response = await session.post(url, {
    multipart: { config: { path, type: "text/x-config" } },
  });
  assert.deepEqual(response.json(), ["config.txt", "text/x-config", 300_000]);
  await assert.rejects(
    session.post(url, { multipart: { config: { path: `${path}.no` } } }),
    { code: "not-found" },
  );
});

/** The one path that the permissions name for sockets. */
const SOCKET = "/tmp/netrepl_test.sock";

const NO_SOCKET = NO_FILES ??
  (Deno.permissions.querySync({ name: "net", host: `unix:${SOCKET}` }).state ===
      "granted"
    ? undefined
    : `run with --allow-net=unix:${SOCKET}`);

testUnless(NO_SOCKET, "requests go to a Unix socket", async () => {
  await using server = Deno.serve(
    { path: SOCKET, onListen: () => {} },
    (request) => new Response(new URL(request.url).pathname),
  );
  assert.equal(server.addr.transport, "unix");
  using session = http.client({
    unix: SOCKET,
    baseUrl: "http://localhost/v1",
  });
  assert.equal((await session.get("containers")).text(), "/v1/containers");
});

testUnless(
  NO_FILES,
  "a download to where no file can be asks nobody, and leaves nothing",
  async () => {
    await using place = await folder();
    await using server = await shaky({ breaks: 0 });
    using session = http.client();
    await assert.rejects(session.download(server.url, place.path), {
      code: "folder",
      message: /it is a folder, and no file\. Try: .*\/NAME$/,
    });
    for (const path of ["", undefined]) {
      await assert.rejects(
        session.download(server.url, path as string),
        /'path' must be the path of a file/,
      );
    }
    assert.deepEqual([server.ranges, place.list()], [[], ""]);
  },
);
