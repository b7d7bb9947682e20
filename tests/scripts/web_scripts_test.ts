/** The whole scripts for HTTP, WebSocket and DNS, asked by real clients. */
import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { becomesTrue } from "../lab/lab_place.ts";
import { curl, NO_CURL } from "../loopback/curl.ts";
import { testUnless } from "../skip.ts";
import { command, start } from "./serving.ts";

/** Why a program cannot be a peer, or nothing. */
function without(program: string, flag: string): string | undefined {
  try {
    new Deno.Command(program, { args: [flag], stdout: "null", stderr: "null" })
      .outputSync();
    return undefined;
  } catch (error) {
    return `${program} does not start: ${(error as Error).message}`;
  }
}

const json = { "content-type": "application/json" };

testUnless(
  NO_CURL,
  "the REST service keeps devices in a file, and says no in time",
  async () => {
    const file = await Deno.makeTempFile({ dir: "/tmp", suffix: ".json" });
    const r1 = { name: "r1", address: "192.0.2.1", role: "router" };
    await Deno.writeTextFile(file, JSON.stringify([r1]));
    await using script = await start("rest_server.ts", "--file", file);
    const url = await script.address(/on (\S+), 1 devices$/);

    const page = await curl(`${url}/`);
    assert.match(page.fields["content-security-policy"]!, /default-src 'none'/);
    assert.match(page.body, /<title>Inventory<\/title>/);
    assert.match((await curl(`${url}/docs`)).body, /openapi\.json/);
    const document = await (await fetch(`${url}/openapi.json`)).json();
    assert.deepEqual(Object.keys(document.paths), [
      "/devices",
      "/devices/{id}",
    ]);

    const events = (await fetch(`${url}/changes`)).body!
      .pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await events.read()).value!, /^data: /);

    const post = async (body: unknown, ...fields: string[]) =>
      await curl(
        ...["-d", JSON.stringify(body), "-H", "content-type: application/json"],
        ...[...fields, `${url}/devices`],
      );
    const made = await post({ ...r1, name: "r2" });
    assert.deepEqual([made.status, made.fields["location"]], [
      201,
      "/devices/r2",
    ]);
    assert.match((await events.read()).value!, /^data: /);
    await events.cancel();
    assert.equal((await post({ ...r1, name: "r2" })).status, 409);
    const wrong = await post({ ...r1, name: "R 2", vlan: 0 });
    assert.equal(wrong.status, 422);
    assert.deepEqual(
      JSON.parse(wrong.body).errors.map((e: { pointer: string }) => e.pointer),
      ["#/name", "#/vlan"],
    );
    const elsewhere = await post(r1, "-H", "origin: https://evil.example");
    assert.equal(elsewhere.status, 403);
    const misled = await curl("-H", "host: evil.example", `${url}/devices`);
    assert.equal(misled.status, 421);

    const change = (headers: HeadersInit) =>
      fetch(`${url}/devices/r1`, {
        method: "PATCH",
        headers: { ...json, ...headers },
        body: '{"site":"Bonn"}',
      });
    const etag = (await curl(`${url}/devices/r1`)).fields["etag"]!;
    const statuses: number[] = [];
    for (const match of [{}, { "if-match": etag }, { "if-match": etag }]) {
      const response = await change(match);
      await response.body?.cancel();
      statuses.push(response.status);
    }
    assert.deepEqual(statuses, [428, 200, 412]);

    const { code, err, out } = await script.end();
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /POST \/devices: 422, .*\n/);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(file)), [
      { ...r1, site: "Bonn" },
      { ...r1, name: "r2" },
    ]);
    await Deno.remove(file);
  },
);

testUnless(
  NO_CURL,
  "the reverse proxy passes on what is for the other side, and both ways as it comes",
  async () => {
    const gone = Promise.withResolvers<void>();
    async function* endless() {
      try {
        while (true) {
          yield "tick\n";
          await new Promise((done) => setTimeout(done, 5));
        }
      } finally {
        gone.resolve();
      }
    }
    const big = Uint8Array.from({ length: 3_000_000 }, (_, i) => i * 7 >> 3);
    await using behind = await net.http.serve({ limits: { body: 1e7 } }, {
      "GET /v2/big": () => big,
      "GET /v2/away": () =>
        new Response(null, { status: 302, headers: { location: "/v2/x?y#z" } }),
      "GET /v2/endless": () => net.http.reply(endless()),
      "POST /v2/echo": ({ request }) => request.body,
      "* /*": ({ method, path, url, headers }) =>
        Response.json(
          { method, path, query: url.search, ...Object.fromEntries(headers) },
          { headers: { connection: "x-hop", "x-hop": "1", "x-end": "2" } },
        ),
    });
    await using script = await start(
      "reverse_proxy.ts",
      ...[
        `/=${behind.url}`,
        `/api=${behind.url}/v2`,
        "/dead=http://127.0.0.1:2",
      ],
    );
    const url = await script.address(/on (\S+)$/);
    const host = url.slice("http://".length);

    const seen = await curl(
      ...["-H", "connection: close, x-hop", "-H", "x-hop: 1", "-H", "x-end: 2"],
      ...["-H", "proxy-authorization: Basic eDp5", "-H", "te: trailers"],
      ...["-H", "forwarded: for=6.6.6.6", "-H", "x-forwarded-for: 6.6.6.6"],
      `${url}/a%2Fb?c=d`,
    );
    const told = JSON.parse(seen.body);
    assert.deepEqual([told.path, told.query], ["/a%2Fb", "?c=d"]);
    assert.equal(told.forwarded, `for=127.0.0.1;host="${host}";proto=http`);
    assert.equal(told["x-forwarded-for"], "127.0.0.1");
    assert.equal(told["x-forwarded-host"], host);
    assert.equal(told.host, `${behind.address}`);
    assert.equal(told["x-end"], "2");
    for (const name of ["x-hop", "proxy-authorization", "te"]) {
      assert.equal(told[name], undefined, name);
    }
    const { fields } = seen;
    assert.deepEqual([fields["x-end"], fields["x-hop"]], ["2", undefined]);
    assert.match(fields["via"]!, /^1\.1 netrepl-/);
    const again = await curl("-H", `via: ${fields["via"]}`, url);
    assert.equal(again.status, 508);

    const away = await curl(`${url}/api/away`);
    assert.equal(away.fields["location"], "/api/x?y#z");
    const out = await curl("--path-as-is", `${url}/api/%2e%2e/secret`);
    assert.equal(out.status, 400);
    const dead = await curl(`${url}/dead/x`);
    assert.equal(dead.status, 502);
    assert.equal(dead.fields["content-type"], "application/problem+json");
    assert.equal(
      JSON.parse(dead.body).detail,
      "the server for /dead/ fails: refused",
    );

    const down = await (await fetch(`${url}/api/big`)).bytes();
    assert.deepEqual(down, big);
    const body = new Blob([big]).stream();
    const up = await fetch(`${url}/api/echo`, { method: "POST", body });
    assert.deepEqual(await up.bytes(), big);
    const reader = (await fetch(`${url}/api/endless`)).body!.getReader();
    assert.equal(
      new TextDecoder().decode((await reader.read()).value),
      "tick\n",
    );
    await reader.cancel();
    await gone.promise;

    const { code, err, out: said } = await script.end();
    assert.equal(code, 0);
    assert.match(err, /^Cannot get http:\/\/127\.0\.0\.1:2\/dead\/x: .*\n$/);
    assert.match(said, /GET \/a%2Fb: 200, .*\n/);
  },
);

testUnless(
  NO_CURL ?? without("nginx", "-v"),
  "the reverse proxy stands in front of nginx and of a WebSocket server, behind a proxy that it trusts",
  async () => {
    const dir = await Deno.makeTempDir({ dir: "/tmp", prefix: "nginx-" });
    // As root its workers are nobody, who may not look into our folder.
    await Deno.chmod(dir, 0o755);
    const own = await ownAddress();
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${dir};`).join(" ");
    await Deno.writeTextFile(
      `${dir}/nginx.conf`,
      `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/log;
events {}
http { access_log off; ${temporary} gzip on; gzip_min_length 1; gzip_types text/plain; types { text/plain txt; }
  server { listen ${own}; root ${dir};
    location /who { default_type text/plain; return 200 "$http_forwarded $http_x_forwarded_proto $host"; } } }
`,
    );
    await Deno.writeTextFile(`${dir}/page.txt`, "a page\n".repeat(99));
    const nginx = new Deno.Command("nginx", {
      args: ["-p", dir, "-c", `${dir}/nginx.conf`, "-e", `${dir}/log`],
      ...{ stdin: "null", stdout: "null", stderr: "null" },
    }).spawn();
    try {
      await using chat = await net.ws.serve(
        { protocols: ["chat"] },
        async (socket, { request }) => {
          await socket.send(`${request.headers.get("forwarded")}`);
          for await (const message of socket) {
            if (message === "bye") return await socket.close(1008, "enough");
            await socket.send(message);
          }
        },
      );
      await using script = await start(
        "reverse_proxy.ts",
        ...["--trust", "127.0.0.0/8", "--keep-host", "--compress", "--quiet"],
        ...[`/=http://${own}`, `/chat=http://${chat.address}`],
      );
      const url = await script.address(/on (\S+)$/);
      assert.ok(await becomesTrue(() => listens(own)));
      const who = await curl(
        ...["-H", "forwarded: for=192.0.2.7;proto=https"],
        ...["-H", "x-forwarded-proto: https", "-H", "host: shop.example"],
        `${url}/who`,
      );
      assert.equal(
        who.body,
        'for=192.0.2.7;proto=https, for=127.0.0.1;host="shop.example";proto=http https shop.example',
      );
      const page = await curl("--compressed", `${url}/page.txt`);
      assert.match(page.fields["content-encoding"]!, /^(br|gzip)$/);
      assert.equal(page.body, "a page\n".repeat(99));
      const part = await curl("-r", "7-12", `${url}/page.txt`);
      assert.deepEqual([part.status, part.body], [206, "a page"]);
      const etag = page.fields["etag"]!;
      const same = await curl(
        "-H",
        `if-none-match: ${etag}`,
        `${url}/page.txt`,
      );
      assert.equal(same.status, 304);

      const socket = new WebSocket(`${url}/chat/room`, ["chat"]);
      socket.binaryType = "arraybuffer";
      const heard: unknown[] = [];
      const ended = Promise.withResolvers<CloseEvent>();
      socket.onclose = ended.resolve;
      socket.onmessage = ({ data }) => {
        heard.push(typeof data === "string" ? data : new Uint8Array(data));
        if (heard.length === 3) socket.send("bye");
      };
      await new Promise((done) => socket.onopen = done);
      socket.send("hello");
      socket.send(Uint8Array.of(1, 2, 3));
      const { code, reason } = await ended.promise;
      assert.deepEqual(heard.slice(1), ["hello", Uint8Array.of(1, 2, 3)]);
      assert.match(`${heard[0]}`, /^for=127\.0\.0\.1;/);
      assert.deepEqual([socket.protocol, code, reason], [
        "chat",
        1008,
        "enough",
      ]);
      const end = await script.end();
      assert.deepEqual([end.code, end.err], [0, ""]);
    } finally {
      nginx.kill("SIGTERM");
      await nginx.status;
      await Deno.remove(dir, { recursive: true });
    }
  },
);

/**
 * Where a program can listen that takes no port 0: at a port that was free a
 * moment ago, on an address of this machine that nobody else uses.
 */
async function ownAddress(): Promise<string> {
  await using listener = await net.tcp.listen();
  const [a, b] = crypto.getRandomValues(new Uint8Array(2));
  return `127.77.${a}.${b}:${listener.address.port}`;
}

/** Whether something listens there. */
async function listens(address: string): Promise<boolean> {
  const conn = await net.tcp.connect(address).catch(() => undefined);
  await conn?.close();
  return conn !== undefined;
}

/** Somebody in the chat: the next event of a kind. */
async function talker(url: string, room: string, name: string) {
  const query = new URLSearchParams({ room, name });
  const socket = await net.ws.connect(`${url}/chat?${query}`);
  return {
    socket,
    hear: async () =>
      JSON.parse(`${await socket.receive({ timeout: 60_000 })}`) as {
        kind: string;
        name: string;
        text: string;
        people: string[];
        history: { name: string; text: string }[];
      },
  };
}

Deno.test("the chat over WebSocket has rooms, names, a memory and limits", async () => {
  await using script = await start("chat_websocket.ts", "--history", "2");
  const url = await script.address(/^Chat on (\S+)$/);
  const page = await fetch(`${url.replace("ws", "http")}/`);
  assert.match(await page.text(), /<title>Chat<\/title>/);

  const anna = await talker(url, "lobby", "anna");
  assert.deepEqual((await anna.hear()).people, ["anna"]);
  for (const text of ["one", "two", " three "]) await anna.socket.send(text);
  for (const text of ["one", "two", "three"]) {
    const { kind, name, text: said } = await anna.hear();
    assert.deepEqual([kind, name, said], ["said", "anna", text]);
  }
  const ben = await talker(url, "lobby", "Ben");
  const { people, history } = await ben.hear();
  assert.deepEqual(people, ["anna", "Ben"]);
  assert.deepEqual(history.map(({ text }) => text), ["two", "three"]);
  assert.deepEqual((await anna.hear()).kind, "came");
  const carl = await talker(url, "attic", "anna");
  assert.deepEqual((await carl.hear()).people, ["anna"]);
  await ben.socket.send("<b>hi</b>");
  assert.equal((await anna.hear()).text, "<b>hi</b>");
  assert.equal((await ben.hear()).text, "<b>hi</b>");

  const closed = async (
    room: string,
    name: string,
    say?: string | Uint8Array,
  ) => {
    const { socket } = await talker(url, room, name);
    if (say !== undefined) await socket.send(say);
    for (let i = 0; say === "" && i < 20; i++) await socket.send("flood");
    return (await socket.closed).code;
  };
  assert.equal(await closed("lobby", "BEN"), 4001);
  assert.equal(await closed("lobby", "b e n"), 4000);
  assert.equal(await closed("cellar", "a", Uint8Array.of(1)), 1003);
  assert.equal(await closed("cellar", "b", "x".repeat(2001)), 1009);
  assert.equal(await closed("cellar", "c", ""), 1008);
  const headers = { origin: "https://evil.example" };
  await assert.rejects(
    net.ws.connect(`${url}/chat?name=eve`, { headers }),
    /403/,
  );
  await assert.rejects(net.ws.connect(`${url}/other?name=eve`), /404/);

  ben.socket.abort();
  assert.deepEqual(await anna.hear(), {
    kind: "left",
    name: "Ben",
    people: ["anna"],
  });
  const ending = script.end();
  assert.equal((await anna.socket.closed).code, 1001);
  await carl.socket.closed;
  const { code, err, out } = await ending;
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^Ben left lobby \(1006, no close frame\)$/m);
});

testUnless(
  without("dig", "-v"),
  "the name server answers dig, and takes a new zone while it runs",
  async () => {
    const dir = await Deno.makeTempDir({ dir: "/tmp", prefix: "zone-" });
    const write = (serial: number, address: string) =>
      Deno.writeTextFile(
        `${dir}/example.zone`,
        `$ORIGIN example.\n$TTL 300\n@ SOA ns admin ${serial} 2h 15m 2w 5m\n@ NS ns\nns A 192.0.2.53\nwww A ${address}\n$INCLUDE more\n`,
      );
    await write(1, "192.0.2.80");
    await Deno.writeTextFile(`${dir}/more`, "mail AAAA 2001:db8::25\n");
    await using elsewhere = await net.dns.serve(
      "$ORIGIN test.\n@ 60 SOA ns admin 1 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n",
    );
    await using script = await start(
      "dns_server.ts",
      ...[`${dir}/example.zone`, "--transfer", "127.0.0.1"],
      ...["--forward", `${elsewhere.address}`],
    );
    const address = await script.address(/^name server (\S+)$/);
    const port = address.split(":")[1]!;
    const dig = async (...args: string[]) => {
      const { stdout } = await new Deno.Command("dig", {
        args: ["@127.0.0.1", "-p", port, "+tries=1", "+time=30", ...args],
      }).output();
      return new TextDecoder().decode(stdout).trim();
    };
    assert.equal(await dig("www.example", "+short"), "192.0.2.80");
    assert.equal(
      await dig("mail.example", "AAAA", "+tcp", "+short"),
      "2001:db8::25",
    );
    assert.match(await dig("no.example"), /status: NXDOMAIN.*\n.* qr aa rd/);
    assert.equal(await dig("ns.test", "+short"), "192.0.2.1");
    const whole = (await dig("example", "AXFR", "+short")).split("\n");
    assert.equal(whole.length, 6);

    await write(2, "192.0.2.81");
    script.signal("SIGHUP");
    const said: string[] = [];
    do said.push(await script.line()); while (
      !/^name server/.test(said.at(-1)!)
    );
    assert.match(said.join("\n"), /by tcp: mail\.example AAAA: NOERROR, /);
    assert.equal(await dig("www.example", "+short"), "192.0.2.81");
    const { code, err } = await script.end();
    assert.deepEqual([code, err], [0, ""]);
    await Deno.remove(dir, { recursive: true });
  },
);

Deno.test("the scripts say what is wrong: 2 for the command line, 1 for the network", async () => {
  await using taken = await net.tcp.serve({}, net.tcp.echo);
  const port = `${taken.address.port}`;
  const wrong: [string, string[], number, RegExp][] = [
    ["rest_server.ts", ["--port", "x"], 2, /^--port must .* x\nUsage: /],
    ["rest_server.ts", ["--port", port], 1, /^Cannot listen on .*\n$/],
    ["reverse_proxy.ts", ["api=x"], 2, /^An upstream .* api=x\nUsage: /],
    ["reverse_proxy.ts", ["/=http://a", "--trust", "x"], 2, /\nUsage: /],
    ["chat_websocket.ts", ["--max", "0"], 2, /^--max must be 1 .*\nUsage: /],
    ["dns_server.ts", [], 2, /^A ZONE-FILE or --forward is needed\nUsage: /],
  ];
  await Promise.all(wrong.map(async ([name, args, expected, message]) => {
    const { code, stdout, stderr } = await (await command(name, args)).output();
    const text = new TextDecoder().decode(stderr);
    assert.deepEqual([code, stdout.length], [expected, 0], text);
    assert.match(text, message);
  }));
});
