/** Our HTTP client against nginx and Python's server, and beside curl. */
import assert from "node:assert/strict";
import * as http from "../../lib/http/client.ts";
import { raw } from "../../lib/http/raw.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { freePort } from "../free_port.ts";
import { testUnless } from "../skip.ts";
import { NO_PYTHON, sleep } from "./conditions.ts";

/** Why a program cannot be a peer, or nothing. */
function without(command: string, flag: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "run", command });
  if (state !== "granted") return `run with --allow-run=${command}`;
  try {
    new Deno.Command(command, { args: [flag], stdout: "null", stderr: "null" })
      .outputSync();
    return undefined;
  } catch (error) {
    return `${command} does not start: ${(error as Error).message}`;
  }
}

const NO_CURL = without("curl", "-V");
const NO_FILES = Deno.permissions.querySync({ name: "write", path: "/tmp" })
    .state === "granted"
  ? undefined
  : "run with --allow-read=/tmp --allow-write=/tmp";
const NO_NGINX = NO_FILES ?? without("nginx", "-v");

/** A program that serves, until the end of the block. */
async function serving(command: string, args: string[], port: number) {
  const child = new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const end = performance.now() + 30_000;
  while (performance.now() < end) {
    const conn = await tcp.connect({ port }).catch(() => undefined);
    await conn?.close();
    if (conn) break;
    await sleep(10);
  }
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

/** nginx on a folder of its own. */
async function nginx() {
  const dir = await Deno.makeTempDir({ dir: "/tmp", prefix: "netrepl-nginx-" });
  const port = freePort();
  // As root its workers are nobody, who may not look into our folder.
  await Deno.chmod(dir, 0o755);
  await Deno.writeTextFile(
    `${dir}/nginx.conf`,
    `daemon off; master_process off; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log;
events {}
http {
  access_log off; default_type application/octet-stream; types { text/plain txt; }
  client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
  gzip on; gzip_min_length 100; gzip_types text/plain;
  server {
    listen 127.0.0.1:${port}; root ${dir}/www;
    location /secret/ { auth_basic "cave"; auth_basic_user_file ${dir}/users; }
    location /away/ { return 302 /page.txt; }
    location /echo/ { return 200 "$request_method $http_x_a $content_type"; default_type text/plain; }
    location /check/ { add_header Cache-Control "no-cache"; alias ${dir}/www/; }
    location /fresh/ { add_header Cache-Control "max-age=60"; alias ${dir}/www/; }
  }
}
`,
  );
  await Deno.mkdir(`${dir}/www/secret`, { recursive: true });
  await Deno.writeTextFile(`${dir}/users`, "ali:{PLAIN}open sesame\n");
  await Deno.writeTextFile(`${dir}/www/page.txt`, "a page\n".repeat(200));
  await Deno.writeTextFile(`${dir}/www/secret/gold.txt`, "gold");
  const big = Uint8Array.from({ length: 1_000_000 }, (_, i) => i ^ (i >> 8));
  await Deno.writeFile(`${dir}/www/big.bin`, big);
  // A file that has just changed has no certain date yet.
  for (const name of ["big.bin", "page.txt"]) {
    await Deno.utime(`${dir}/www/${name}`, 1e9, 1e9);
  }
  const server = await serving("nginx", [
    "-p",
    dir,
    "-c",
    `${dir}/nginx.conf`,
    "-e",
    `${dir}/error.log`,
  ], port);
  return {
    dir,
    big,
    url: `http://127.0.0.1:${port}/`,
    port,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
}

testUnless(
  NO_NGINX,
  "nginx: pages, gzip, redirection, Basic, ranges, conditions",
  async () => {
    await using server = await nginx();
    using session = http.client({ baseUrl: server.url, cache: true });
    const page = await session.get("page.txt");
    assert.deepEqual([page.status, page.headers.get("content-encoding")], [
      200,
      "gzip",
    ]);
    assert.equal(page.text(), "a page\n".repeat(200));
    assert.equal(
      (await session.get("page.txt")).cached,
      "hit",
      "fresh by its age",
    );
    const moved = await session.get("away/");
    assert.deepEqual([moved.status, moved.history.length], [200, 1]);
    assert.equal((await session.get("secret/gold.txt")).status, 401);
    const auth: http.HttpAuth = {
      scheme: "basic",
      username: "ali",
      password: "open sesame",
    };
    assert.equal(
      (await session.get("secret/gold.txt", { auth })).text(),
      "gold",
    );
    assert.equal((await session.get("nothing")).status, 404);
    assert.equal(
      (await session.head("big.bin")).headers.get("content-length"),
      "1000000",
    );
    const part = await session.get("big.bin", {
      headers: { Range: "bytes=10-19" },
    });
    assert.deepEqual([part.status, part.body], [206, server.big.slice(10, 20)]);
    const echo = await session.request("DELETE", "echo/", {
      headers: { "X-A": "b" },
      json: {},
    });
    assert.equal(echo.text(), "DELETE b application/json");
    assert.deepEqual((await session.get("fresh/big.bin")).cached, "miss");
    assert.deepEqual((await session.get("fresh/big.bin")).body, server.big);
    assert.equal((await session.get("fresh/big.bin")).cached, "hit");
    await session.get("check/page.txt");
    const checked = await session.get("check/page.txt");
    assert.deepEqual([checked.cached, checked.body.length], [
      "revalidated",
      1400,
    ]);
  },
);

testUnless(
  NO_NGINX,
  "nginx: a download goes on where it was cut off",
  async () => {
    await using server = await nginx();
    using session = http.client({ baseUrl: server.url });
    const path = `${server.dir}/got.bin`;
    const controller = new AbortController();
    const reason = new Error("cut");
    await assert.rejects(
      session.download("big.bin", path, {
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done > 100_000) controller.abort(reason);
        },
      }),
      reason,
    );
    const have = (await Deno.stat(`${path}.part`)).size;
    assert.ok(have > 0 && have <= 1_000_000, `${have}`);
    const done = await session.download("big.bin", path);
    assert.equal(done.resumedAt, have);
    assert.deepEqual(await Deno.readFile(path), server.big);
  },
);

testUnless(
  NO_NGINX,
  "nginx: raw requests, right, chunked and wrong",
  async () => {
    await using server = await nginx();
    await using conn = await tcp.connect({ port: server.port });
    const page = await raw(conn, "GET /page.txt HTTP/1.1\nHost: a");
    assert.deepEqual([page.status, page.framing, page.body.length], [
      200,
      "content-length",
      1400,
    ]);
    const packed = await raw(conn, {
      target: "/page.txt",
      fields: [["Accept-Encoding", "gzip"]],
    });
    assert.deepEqual([packed.framing, packed.field("content-encoding")], [
      "chunked",
      "gzip",
    ]);
    const head = await raw(conn, { method: "HEAD", target: "/big.bin" });
    assert.deepEqual([head.framing, head.field("Content-Length")], [
      "none",
      "1000000",
    ]);
    const wrong = await raw(
      conn,
      "GET / HTTP/1.1\nContent-Length: 1\nContent-Length: 2",
    );
    assert.deepEqual([wrong.status, wrong.framing], [400, "content-length"]);
    const old = await raw({ port: server.port }, "GET /page.txt HTTP/1.0");
    assert.deepEqual([old.status, old.field("connection")], [200, "close"]);
  },
);

testUnless(
  NO_PYTHON ?? NO_FILES,
  "Python's http.server: HTTP/1.0 pages, lists and its refusals",
  async () => {
    const dir = await Deno.makeTempDir({
      dir: "/tmp",
      prefix: "netrepl-http-",
    });
    await Deno.writeTextFile(`${dir}/a.txt`, "from Python");
    const port = freePort();
    try {
      await using _python = await serving("python3", [
        "-m",
        "http.server",
        "-b",
        "127.0.0.1",
        "-d",
        dir,
        `${port}`,
      ], port);
      using session = http.client({ baseUrl: `http://127.0.0.1:${port}/` });
      assert.equal((await session.get("a.txt")).text(), "from Python");
      assert.match((await session.get("")).text(), /a\.txt/);
      assert.equal((await session.post("a.txt", { body: "x" })).status, 501);
      const reply = await raw({ port }, "GET /a.txt HTTP/1.0");
      assert.deepEqual([reply.version, reply.framing, reply.text()], [
        "1.0",
        "content-length",
        "from Python",
      ]);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

/** A request as a server saw it. */
interface Seen {
  readonly line: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server that keeps what it was asked, and wants a Digest. */
async function keeping(seen: Seen[], challenge?: string) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      seen.push({
        line: `${request.method} ${pathname}${search}`,
        fields: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      return challenge && !request.headers.has("authorization")
        ? new Response("", {
          status: 401,
          headers: { "www-authenticate": challenge },
        })
        : new Response("ok", { headers: { "set-cookie": "id=7; Path=/" } });
    },
  );
  await Promise.resolve();
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function curl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("curl", {
    args: ["-sS", "-o", "/dev/null", ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

testUnless(
  NO_CURL,
  "what goes out is what curl sends for the same request",
  async () => {
    const seen: Seen[] = [];
    await using server = await keeping(seen);
    using session = http.client({ cookies: false });
    const url = `${server.url}a/b?x=1&y=%20z`;
    const pairs:
      readonly (readonly [string[], () => Promise<unknown>, string[]])[] = [
        [["-u", "us:pä ss", url], () =>
          session.get(url, {
            auth: { scheme: "basic", username: "us", password: "pä ss" },
          }), ["authorization"]],
        [
          ["-d", "a=1&b=x+y", url],
          () => session.post(url, { form: { a: 1, b: "x y" } }),
          ["content-length"],
        ],
        [
          [
            "-X",
            "PUT",
            "-H",
            "Content-Type: application/json",
            "-d",
            '{"a":1}',
            url,
          ],
          () => session.put(url, { json: { a: 1 } }),
          [
            "content-type",
            "content-length",
          ],
        ],
        [
          ["--oauth2-bearer", "tok", url],
          () => session.get(url, { auth: { scheme: "bearer", token: "tok" } }),
          [
            "authorization",
          ],
        ],
        [["-b", "a=1; b=2", "-r", "0-9", url], () =>
          session.get(url, {
            headers: { Cookie: "a=1; b=2", Range: "bytes=0-9" },
          }), ["cookie", "range"]],
      ];
    for (const [args, ours, fields] of pairs) {
      seen.length = 0;
      await curl(...args);
      await ours();
      const [theirs, own] = seen.map(({ line, fields: all, body }) => ({
        line,
        body,
        fields: fields.map((name) => all[name]),
      }));
      assert.deepEqual(own, theirs);
      assert.equal(seen.length, 2);
    }
  },
);

testUnless(NO_CURL, "our Digest is curl's, given its random text", async () => {
  for (const algorithm of ["MD5", "SHA-256"]) {
    const seen: Seen[] = [];
    await using server = await keeping(
      seen,
      `Digest realm="ca\\"ve", nonce="abc", opaque="xyz", algorithm=${algorithm}, qop="auth"`,
    );
    await curl("--digest", "-u", "ali:open sesame", `${server.url}gold?x=1`);
    const theirs = seen.at(-1)!.fields["authorization"]!;
    const get = (field: string, name: string) =>
      new RegExp(`\\b${name}="?([^",]*)`).exec(field)?.[1];
    const { digest, digestChallenge } = await import("../../lib/http/auth.ts");
    const { field } = digest({
      challenge: digestChallenge(
        `Digest realm="ca\\"ve", nonce="abc", opaque="xyz", algorithm=${algorithm}, qop="auth"`,
      )!,
      username: "ali",
      password: "open sesame",
      method: "GET",
      uri: "/gold?x=1",
      cnonce: get(theirs, "cnonce")!,
      count: 1,
    });
    for (const name of ["response", "uri", "nc", "qop", "opaque", "nonce"]) {
      assert.equal(get(field, name), get(theirs, name), `${algorithm} ${name}`);
    }
  }
});
