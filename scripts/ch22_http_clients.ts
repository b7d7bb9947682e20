#!/usr/bin/env -S deno run --allow-net=127.0.0.1 --allow-read=/tmp --allow-write=/tmp
// ---
// chapter: 22
// title: HTTP clients, from the octets to a session
// goal: Read a request and its answer as they go over the wire, and let a session take care of cookies, proofs, retries, redirections and files.
// needs: loopback
// minutes: 30
// ---
import * as net from "netrepl";

// %% A server to ask
// The web's own Request and Response make a small one. Each path below shows one
// thing that clients have to deal with. The fixed Date keeps what we print the
// same from run to run.
type Page = (request: Request) => Response | Promise<Response>;
const pages: Record<string, Page> = {
  "/hello": () =>
    new Response("Hello, HTTP!\n", {
      headers: { Date: "Thu, 01 Jan 2026 00:00:00 GMT" },
    }),
};
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  (request) =>
    pages[new URL(request.url).pathname]?.(request) ??
      new Response("no such page\n", { status: 404 }),
);
const base = `http://127.0.0.1:${server.addr.port}`;

// %% One GET, octet by octet
// HTTP/1.1 is text: a line that asks, fields, an empty line. The reply is built
// the same way, and then its body, as long as Content-Length says. Host is the
// one field that a request must have.
// Python: socket.create_connection(address), sendall(b"GET / HTTP/1.1\r\n...")
const reply = await net.http.raw(
  `127.0.0.1:${server.addr.port}`,
  "GET /hello HTTP/1.1\nHost: shop.example\nConnection: close",
);
console.log(reply);
console.log(reply.status, reply.field("content-type"), reply.framing);

// %% One call for all that
// get() connects, asks, reads to the end of the body and undoes compression.
// Python: response = requests.get(url, timeout=30); httpx.get(url)
const response = await net.http.get(`${base}/hello`);
console.log(response.status, response.ok, response.text().trim());
console.log(response.headers.get("content-length"), "octets");
console.log(`head after ${net.inspect.duration(response.firstByte)}`);

// %% No is an answer too
// The server was reached and said 404: that is a result. Who would rather have an
// exception says so with expectOk(), or throwOn for a whole session.
// Python: response.raise_for_status()
const missing = await net.http.get(`${base}/nowhere`);
console.log(missing.status, missing.ok, missing.text().trim());
try {
  missing.expectOk();
} catch (error) {
  if (!(error instanceof net.http.HttpStatusError)) throw error;
  console.log(error.code, error.status);
}

// %% No answer is an error
// Nobody listening, and nobody answering in time, are not results. Programs look
// at the code, people at the message.
// Python: requests.ConnectionError, requests.Timeout
pages["/slow"] = () =>
  new Promise((done) => setTimeout(() => done(new Response("late")), 500));
async function codeOf(url: string): Promise<string> {
  try {
    return `${(await net.http.get(url, { timeout: 200 })).status}`;
  } catch (error) {
    if (error instanceof net.NetError) return error.code;
    throw error;
  }
}
console.log(await codeOf("http://127.0.0.1:2/"));
console.log(await codeOf(`${base}/slow`));
console.log(await codeOf(`${base}/hello`));

// %% A session: said once, kept from one request to the next
// Base URL, header fields and limits are for all of its requests, and its
// connections stay open in between, which saves a handshake each.
// Python: requests.Session(); httpx.Client(base_url=base, headers=...)
using session = net.http.client({
  baseUrl: base,
  headers: { "User-Agent": "lesson/22" },
  timeout: 5000,
});
pages["/agent"] = (request) =>
  new Response(`${request.headers.get("user-agent")}`);
console.log((await session.get("agent")).text());

// %% JSON both ways, and a query
// json is encoded and gets its Content-Type; query is escaped. What comes back is
// of type unknown: a server's word is no proof of its shape.
// Python: session.post(url, json={...}, params={...}).json()
pages["/hosts"] = async (request) => {
  const { searchParams } = new URL(request.url);
  const host = await request.json();
  return Response.json(
    { ...host, site: searchParams.get("site") },
    { status: 201 },
  );
};
const made = await session.post("hosts", {
  json: { name: "r1", mtu: 1500 },
  query: { site: "Köln & Bonn" },
});
console.log(made.status, made.url.replace(base, ""));
console.log(made.json());

// %% Cookies: how a server knows you again
// HTTP remembers nothing. The server hands out a note (Set-Cookie), and the jar
// of the session shows it at each later request to which it applies.
// Python: session.cookies
pages["/basket"] = (request) => {
  const seen = /visits=(\d+)/.exec(request.headers.get("cookie") ?? "")?.[1];
  const visits = Number(seen ?? 0) + 1;
  const headers = { "Set-Cookie": `visits=${visits}; Path=/; HttpOnly` };
  return new Response(`visit ${visits}`, { headers });
};
for (let i = 0; i < 3; i++) {
  console.log((await session.get("basket")).text());
}
console.log(session.cookies?.get("visits")?.value);

// %% Redirections are followed, and noted
// 302 says where else to look. history tells the way. A POST goes on as a GET
// (after 307 it stays one); a proof of identity does not go on to another server.
// Python: response.history
const away = (to: string) => () =>
  new Response(null, { status: 302, headers: { Location: to } });
pages["/old"] = away("/newer");
pages["/newer"] = away("/hello");
const found = await session.get("old");
for (const { reason, status, url } of found.history) {
  console.log(reason, status, new URL(url).pathname);
}
console.log(found.status, new URL(found.url).pathname);
const stay = await session.get("old", { redirect: "manual" });
console.log(stay.status, stay.headers.get("location"));

// %% Who asks: Basic
// 401 with WWW-Authenticate asks who you are. Basic sends the name and the
// password as Base64, which hides nothing: only over TLS, or as here on loopback.
// Python: session.get(url, auth=("anna", "s3cret")); HTTPDigestAuth for Digest
const expected = `Basic ${btoa("anna:s3cret")}`;
pages["/private"] = (request) =>
  request.headers.get("authorization") === expected
    ? new Response("Welcome, Anna!")
    : new Response("Who are you?", {
      status: 401,
      headers: { "WWW-Authenticate": 'Basic realm="lesson"' },
    });
const auth = { scheme: "basic", username: "anna", password: "s3cret" } as const;
console.log((await session.get("private")).status);
console.log((await session.get("private", { auth })).text());

// %% Try again, but slower each time
// 503 and a broken connection may be better soon. The wait doubles, and half of
// it is by chance, so that a thousand clients do not come back in one moment. Only
// what may be done twice is asked twice: GET and PUT, not POST.
// Try this: let the server send "Retry-After: 1" with its 503, and look at elapsed.
// Python: HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.02, ...))
let busy = 2;
pages["/busy"] = () =>
  busy-- > 0
    ? new Response("come back later", { status: 503 })
    : new Response("at last");
const retries = { times: 3, delay: 20 };
const atLast = await session.get("busy", { retries });
console.log(atLast.history.map(({ reason, status }) => `${reason} ${status}`));
console.log(atLast.text(), "after", net.inspect.duration(atLast.elapsed));
console.log(`waited at least 10 and 20 milliseconds: ${atLast.elapsed >= 30}`);

// %% A body as it comes
// stream() gives the head at once and the body piece by piece: for what is long,
// or never ends. What we do not read makes the server wait.
// Python: session.get(url, stream=True).iter_lines(); httpx's client.stream()
pages["/log"] = () =>
  new Response(ReadableStream.from((async function* () {
    for (const line of ["link up\n", "link down\n", "link up\n"]) {
      yield new TextEncoder().encode(line);
      await new Promise((done) => setTimeout(done, 10));
    }
  })()));
await using log = await session.stream("log");
for await (const line of log.lines()) console.log(log.status, line);

// %% A file, with progress
// It is written to disk as it comes, and gets its name when it is whole. If the
// connection breaks, the download goes on where it was (Range, If-Range).
// Python: for chunk in response.iter_content(65536): file.write(chunk)
pages["/image"] = () => new Response(new Uint8Array(4 * 1024 * 1024));
const folder = await Deno.makeTempDir({ dir: "/tmp" });
let quarters = 0;
const file = await session.download("image", `${folder}/image.bin`, {
  onProgress: ({ done, total = Infinity }) => {
    while (done / total >= (quarters + 1) / 4) {
      quarters++;
      console.log("█".repeat(quarters * 5).padEnd(20, "░"), quarters * 25, "%");
    }
  },
});
console.log(net.inspect.bytes(file.size), "and", file.breaks, "breaks");
await Deno.remove(folder, { recursive: true });

// %% Takeaways
// - HTTP/1.1 is lines of text, an empty line, and a body whose end is told.
// - A status is an answer, even 500; an error means that there was none.
// - A session keeps connections and cookies, and says once what all have in common.
// - Give every request a time limit, and ask again only what may be done twice.
// - Look at history: an answer may come from elsewhere, or at the third try.
