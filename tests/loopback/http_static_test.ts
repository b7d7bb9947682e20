import assert from "node:assert/strict";
import { precondition } from "../../lib/http/serve/conditions.ts";
import { files } from "../../lib/http/serve/files.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { testUnless } from "../skip.ts";
import { curl, NO_CURL } from "./curl.ts";
import { text } from "./pair.ts";

/** Why no folder can be made, or nothing. */
const NO_FOLDER =
  (["read", "write"] as const).some((name) =>
      Deno.permissions.querySync({ name }).state !== "granted"
    )
    ? "run with --allow-read --allow-write"
    : undefined;

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** A folder with files inside and a secret beside, and a server of the first. */
async function site() {
  const stack = new AsyncDisposableStack();
  const top = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(top, { recursive: true }));
  const root = `${top}/public`;
  await Deno.mkdir(`${root}/sub dir`, { recursive: true });
  await Deno.mkdir(`${top}/public-too`);
  const write = (path: string, text: string) =>
    Deno.writeTextFile(`${top}/${path}`, text);
  await write("public/letters.txt", LETTERS);
  await write("public/index.html", "<h1>home</h1>");
  await write("public/sub dir/index.html", "<h1>sub</h1>");
  await write("public/.env", "secret");
  await write("public-too/x.txt", "secret");
  await write("secret.txt", "secret");
  await write("public/empty", "");
  const big = new Uint8Array(1_000_000).map((_, i) => i % 251);
  await Deno.writeFile(`${root}/big.bin`, big);
  await Deno.symlink("../secret.txt", `${root}/way-out`);
  await Deno.symlink("letters.txt", `${root}/way-in`);
  await Deno.symlink("loop", `${root}/loop`);
  const server = stack.use(
    await serve({}, {
      "GET /static/*": files(root),
      "GET /no-star": files(root),
    }),
  );
  return {
    root,
    big,
    server,
    url: `${server.url}/static`,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function ask(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
) {
  const response = await fetch(url, { method, headers, redirect: "manual" });
  const octets = await response.bytes();
  return {
    status: response.status,
    headers: response.headers,
    octets,
    text: new TextDecoder("latin1").decode(octets),
  };
}

testUnless(
  NO_FOLDER,
  "files are served with their type, and folders by their index",
  async () => {
    await using web = await site();
    const table: [
      path: string,
      status: number,
      type: string | null,
      body: string,
    ][] = [
      ["/letters.txt", 200, "text/plain;charset=UTF-8", LETTERS],
      ["/", 200, "text/html;charset=UTF-8", "<h1>home</h1>"],
      ["/sub%20dir/", 200, "text/html;charset=UTF-8", "<h1>sub</h1>"],
      ["/way-in", 200, "text/plain;charset=UTF-8", LETTERS],
      ["/empty", 200, "application/octet-stream", ""],
    ];
    for (const [path, status, type, body] of table) {
      const answer = await ask(web.url + path);
      assert.deepEqual(
        [answer.status, answer.headers.get("content-type"), answer.text],
        [status, type, body],
        path,
      );
      assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      const head = await ask(web.url + path, {}, "HEAD");
      assert.deepEqual([head.status, head.octets.length], [200, 0]);
      assert.equal(head.headers.get("content-length"), String(body.length));
    }
    const folder = await ask(`${web.url}/sub%20dir?x=1`);
    assert.equal(folder.status, 308);
    assert.equal(
      new URL(folder.headers.get("location")!, `${web.url}/sub%20dir`).pathname,
      "/static/sub%20dir/",
    );
    assert.deepEqual((await ask(`${web.url}/big.bin`)).octets, web.big);
    assert.equal((await ask(`${web.server.url}/no-star`)).status, 500);
  },
);

testUnless(NO_FOLDER, "nothing outside the folder can be had", async () => {
  await using web = await site();
  const paths = [
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/sub dir/../../secret.txt".replace(" ", "%20"),
    "/..\\secret.txt",
    "/%5c..%5csecret.txt",
    "/../public-too/x.txt",
    "/%2e%2e/public-too/x.txt",
    "/way-out",
    "/.env",
    "/./letters.txt",
    "//etc/passwd",
    "/%2fetc/passwd",
    "/letters.txt%00.html",
    "/letters.txt/",
    "/loop",
    `/${"a".repeat(300)}`,
    "/none",
  ];
  for (const path of paths) {
    await using conn = await tcp.connect(web.server.address);
    await conn.write(
      `GET /static${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    const answer = text(await conn.readAll({ timeout: 5000 }))!;
    assert.match(answer, /^HTTP\/1.1 40[04] /, path);
    assert.ok(
      !/secret\n|root:|^secret/m.test(answer.split("\r\n\r\n")[1]!),
      path,
    );
  }
  assert.deepEqual(web.server.errors, []);
});

testUnless(NO_FOLDER, "ranges give the parts that are asked for", async () => {
  await using web = await site();
  const table: [
    range: string,
    status: number,
    field: string | null,
    body: string,
  ][] = [
    ["bytes=0-4", 206, "bytes 0-4/26", "abcde"],
    ["bytes=23-", 206, "bytes 23-25/26", "xyz"],
    ["bytes=-3", 206, "bytes 23-25/26", "xyz"],
    ["bytes=-100", 206, "bytes 0-25/26", LETTERS],
    ["bytes=20-99", 206, "bytes 20-25/26", "uvwxyz"],
    ["bytes=5-5", 206, "bytes 5-5/26", "f"],
    ["bytes=26-", 416, "bytes */26", ""],
    ["bytes=-0", 416, "bytes */26", ""],
    ["bytes=5-4", 200, null, LETTERS],
    ["bytes=abc", 200, null, LETTERS],
    ["lines=1-2", 200, null, LETTERS],
    ["bytes=0-25,0-25", 200, null, LETTERS],
    [`bytes=${"1-1,".repeat(500)}2-2`, 200, null, LETTERS],
  ];
  for (const [range, status, field, body] of table) {
    const answer = await ask(`${web.url}/letters.txt`, { range });
    assert.deepEqual(
      [answer.status, answer.headers.get("content-range")],
      [status, field],
      range,
    );
    if (status !== 416) assert.equal(answer.text, body, range);
  }
  const two = await ask(`${web.url}/letters.txt`, { range: "bytes=0-1, 24-" });
  const [, boundary] = /^multipart\/byteranges; boundary=(.+)$/.exec(
    two.headers.get("content-type")!,
  )!;
  assert.equal(
    two.text,
    [
      "",
      `--${boundary}`,
      "Content-Type: text/plain;charset=UTF-8",
      "Content-Range: bytes 0-1/26",
      "",
      "ab",
      `--${boundary}`,
      "Content-Type: text/plain;charset=UTF-8",
      "Content-Range: bytes 24-25/26",
      "",
      "yz",
      `--${boundary}--`,
      "",
    ].join("\r\n"),
  );
  const far = await ask(`${web.url}/big.bin`, { range: "bytes=300000-899999" });
  assert.equal(far.status, 206);
  assert.deepEqual(far.octets, web.big.subarray(300_000, 900_000));
});

testUnless(NO_FOLDER, "what a client has is not sent again", async () => {
  await using web = await site();
  const url = `${web.url}/letters.txt`;
  const first = await ask(url);
  const etag = first.headers.get("etag")!;
  const date = first.headers.get("last-modified")!;
  const later = new Date(Date.parse(date) + 60_000).toUTCString();
  const before = new Date(Date.parse(date) - 60_000).toUTCString();
  const table: [headers: Record<string, string>, status: number][] = [
    [{ "if-none-match": etag }, 304],
    [{ "if-none-match": `"x", W/${etag}` }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"x"' }, 200],
    [{ "if-modified-since": date }, 304],
    [{ "if-modified-since": before }, 200],
    [{ "if-modified-since": "yesterday" }, 200],
    [{ "if-none-match": '"x"', "if-modified-since": later }, 200],
    [{ "if-match": etag }, 200],
    [{ "if-match": '"x"' }, 412],
    [{ "if-unmodified-since": before }, 412],
    [{ "if-unmodified-since": later }, 200],
    [{ range: "bytes=0-0", "if-range": etag }, 206],
    [{ range: "bytes=0-0", "if-range": '"x"' }, 200],
    [{ range: "bytes=0-0", "if-range": `W/${etag}` }, 200],
    [{ range: "bytes=0-0", "if-range": date }, 206],
    [{ range: "bytes=0-0", "if-range": later }, 200],
  ];
  for (const [headers, status] of table) {
    assert.equal(
      (await ask(url, headers)).status,
      status,
      JSON.stringify(headers),
    );
  }
  await Deno.writeTextFile(
    `${web.root}/letters.txt`,
    LETTERS.toUpperCase() + "!",
  );
  assert.equal((await ask(url, { "if-none-match": etag })).status, 200);
});

Deno.test("precondition() asks in the order of RFC 9110", () => {
  const by = (headers: Record<string, string>, method = "PUT") =>
    precondition(new Request("http://x/", { method, headers }), {
      etag: '"a"',
      modified: new Date("2024-01-01T00:00:00.900Z"),
    });
  assert.equal(by({ "if-none-match": "*" }), 412);
  assert.equal(by({ "if-match": 'W/"a"' }), 412);
  assert.equal(by({ "if-match": '"b", "a"' }), undefined);
  const gone = new Request("http://x/", {
    method: "PUT",
    headers: { "if-match": "*" },
  });
  assert.equal(precondition(gone, {}), 412);
  // Parts of a second do not travel.
  assert.equal(
    by({ "if-modified-since": "Mon, 01 Jan 2024 00:00:00 GMT" }, "GET"),
    304,
  );
});

testUnless(
  NO_CURL ?? NO_FOLDER,
  "curl gets ranges, resumes, and asks only for what is new",
  async () => {
    await using web = await site();
    const target = `${web.root}/../copy`;
    const part = await curl("-r", "0-9", `${web.url}/letters.txt`);
    assert.deepEqual([part.status, part.body], [206, "abcdefghij"]);
    const seen = await curl(`${web.url}/letters.txt`);
    const again = await curl(
      "-H",
      `If-None-Match: ${seen.fields["etag"]}`,
      `${web.url}/letters.txt`,
    );
    assert.deepEqual([again.status, again.body], [304, ""]);
    await Deno.writeFile(target, web.big.subarray(0, 400_000));
    const { success } = await new Deno.Command("curl", {
      args: ["-sS", "-C", "-", "-o", target, `${web.url}/big.bin`],
    }).output();
    assert.ok(success);
    assert.deepEqual(await Deno.readFile(target), web.big);
    const head = await curl("-I", `${web.url}/big.bin`);
    assert.equal(head.fields["content-length"], "1000000");
  },
);
