#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 23
// title: REST: resources, and what one may do with them
// goal: Serve a collection whose every answer follows the rules of HTTP, and use it with a client that relies on these rules.
// needs: loopback
// minutes: 30
// ---
import * as net from "netrepl";

// %% What a device is, said once
// A REST service has things, and gives each one a URL. First we say what one
// looks like. Checks, documentation and the TypeScript type all come from it.
// Python: class Device(pydantic.BaseModel): name: str; address: IPv4Address; ...
const device = net.http.shape({
  name: { type: "string", pattern: "^[a-z][a-z0-9-]*$", maxLength: 30 },
  address: "ipv4",
  role: { type: "string", enum: ["router", "switch", "firewall"] },
  "vlan?": { type: "integer", minimum: 1, maximum: 4094 },
});
const r1 = { name: "r1", address: "192.0.2.1", role: "router" };
const check = net.http.checkOf(device);
console.log(check(r1));
console.log(check({ ...r1, vlan: 5000 }));

// %% A collection and its members
// resource() makes six routes of it: two for the collection, four for a member.
// /notes is a second one, whose members get their names from the server.
// Python: @app.get("/devices/{name}") and so on, one by one (FastAPI, aiohttp)
await using server = await net.http.serve(
  { openapi: { title: "Inventory", version: "1.0.0" } },
  {
    ...net.http.resource("/devices", { schema: device, key: "name" }),
    ...net.http.resource("/notes", {
      schema: net.http.shape({ text: "string" }),
    }),
  },
);
for (const { key } of server.routes) console.log(key);

// %% Add one
// POST asks the collection to take something in. 201 says that it is there now,
// Location says where.
// Python: requests.post(url, json={...}); response.headers["Location"]
using api = net.http.client({ baseUrl: server.url, timeout: 5000 });
const made = await api.post("devices", { json: r1 });
console.log(made.status, made.statusText, made.headers.get("location"));
const got = await api.get(made.headers.get("location")!);
console.log(got.status, got.json());

// %% What the methods promise
// GET is safe: it changes nothing. PUT and DELETE are idempotent: twice is as
// good as once. POST promises nothing. We do each one twice, and look whether
// the second time has changed anything.
const state = async () =>
  (await api.get("devices")).text() + (await api.get("notes")).text();
async function twice(method: string, path: string, json?: unknown) {
  const first = await api.request(method, path, { json });
  const between = await state();
  const second = await api.request(method, path, { json });
  const harmless = await state() === between;
  const statuses = [first.status, second.status];
  return { method, path, statuses, again: harmless ? "no change" : "changed" };
}

// %% Once and twice
// Who gets no answer cannot know whether the request arrived. What is idempotent
// may simply be sent again: that is why a session repeats PUT, and not POST.
// Python: Retry(allowed_methods={"GET", "PUT", "DELETE"}), which is the default
const sw1 = { name: "sw1", address: "192.0.2.11", role: "switch" };
const rows = [
  await twice("GET", "devices/r1"),
  await twice("PUT", "devices/sw1", sw1),
  await twice("DELETE", "devices/r1"),
  await twice("POST", "notes", { text: "buy cables" }),
];
const plain = net.inspect.canvas({ width: 80 });
console.log(net.inspect.table(rows, { canvas: plain }));

// %% What is wrong is said so that programs understand
// problem+json has a status, a title, a detail, and here a list of all that is
// wrong, each with a pointer into what we sent. A form can show it at the right
// field.
// Python: FastAPI's 422 with a list "detail", which is like it and not the same
const wrong = await api.post("devices", {
  json: { name: "R 1", address: "192.0.2.256", role: "toaster", colour: "red" },
});
console.log(wrong.headers.get("content-type"));
console.log(wrong.problem);

// %% A status for each way to fail
// 4xx: ask differently. 5xx: ask later, or somebody else. Clients act on the
// number, people read the detail.
async function why(method: string, path: string, options = {}) {
  const { status, problem } = await api.request(method, path, options);
  return { request: `${method} /${path}`, status, detail: problem?.detail };
}
const text = { body: "{", headers: { "Content-Type": "text/plain" } };
const half = { body: "{", headers: { "Content-Type": "application/json" } };
const failures = [
  await why("POST", "devices", half),
  await why("GET", "devices?colour=red"),
  await why("GET", "devices/r9"),
  await why("DELETE", "devices"),
  await why("POST", "devices", { json: sw1 }),
  await why("POST", "devices", text),
];
console.log(net.inspect.table(failures, { canvas: plain }));

// %% Problems of your own
// A kind of problem that clients are to tell from others gets a URI as its type.
// What else a handler throws becomes a 500 without a word about why: the inside
// of a server is nobody's business. The server keeps the error for you.
await using rack = await net.http.serve({}, {
  "POST /power-off": () => {
    throw new net.http.HttpProblem(409, "sw1 still has 12 users", {
      type: "https://inventory.example/in-use",
      extensions: { users: 12 },
    });
  },
  "GET /fans": () => {
    throw new Error("password of the fan controller: 1234");
  },
});
console.log((await net.http.post(`${rack.url}/power-off`)).problem);
console.log((await net.http.get(`${rack.url}/fans`)).problem);
console.log(`${rack.errors[0]}`);

// %% Fill it
// PUT sets what a URL holds, and so can make it: the client chooses the name.
// With If-None-Match: * it only makes, and never overwrites.
for (let i = 1; i <= 7; i++) {
  const name = `sw${i}`;
  const json = { ...sw1, name, address: `192.0.2.${10 + i}`, vlan: i % 3 + 1 };
  const headers = { "If-None-Match": "*" };
  const { status } = await api.put(`devices/${name}`, { json, headers });
  console.log(name, status);
}

// %% Page by page
// A collection may be large, so it comes in pages. The answer itself says where
// the next one is (Link): a client follows, and builds no URLs of its own.
// Python: while url: r = session.get(url); url = r.links.get("next", {}).get("url")
interface Device {
  readonly name: string;
}
let next: string | undefined = "devices?limit=3";
while (next !== undefined) {
  const page: net.http.HttpResponse = await api.get(next);
  const names = (page.json() as Device[]).map(({ name }) => name);
  const link = page.headers.get("link") ?? "";
  next = /<([^>]+)>; rel="next"/.exec(link)?.[1];
  console.log(names.join(" "), "then", next ?? "no more");
}

// %% Only some of them
// Any member is a filter. One that the service does not know is an error, and
// not "all of them": who misspells a filter should hear of it.
// Python: requests.get(url, params={"vlan": 2})
const some = await api.get("devices", { query: { vlan: 2, role: "switch" } });
console.log((some.json() as Device[]).map(({ name }) => name));
const typo = await api.get("devices", { query: { vlna: 2 } });
console.log(typo.status, typo.problem?.["errors"]);

// %% Have I got this already?
// An ETag names a state. A client that shows the one it has is told 304 and no
// body, if nothing has changed. A session with a cache does that by itself.
// Python: requests_cache.CachedSession(); or the two fields by hand
const etag = got.headers.get("etag")!;
const seen = (await api.get("devices/sw1")).headers.get("etag")!;
console.log("both named, differently:", etag !== seen);
const ask = { headers: { "If-None-Match": seen } };
const same = await api.get("devices/sw1", ask);
console.log(same.status, same.statusText, same.bytes.length, "octets");
await api.patch("devices/sw1", { json: { vlan: 7 } });
console.log((await api.get("devices/sw1", ask)).status);

// %% Change a part of it
// PATCH merges the members that it names; null takes one out. What comes out of
// it has to fit the schema, as with PUT.
const merged = await api.patch("devices/sw1", { json: { role: "router" } });
console.log(merged.json());
const without = await api.patch("devices/sw1", { json: { vlan: null } });
console.log(without.json());
const broken = await api.patch("devices/sw1", { json: { address: null } });
console.log(broken.status, broken.problem?.["errors"]);

// %% Two people, one device
// Anna and Ben read the same state, and both change it. Without a condition the
// second one wins, and nobody notices. If-Match says: only if it is still what I
// have read. Ben hears 412, and has to look again.
// Try this: make the resource with requireMatch: true, and leave the field out.
const read = await api.get("devices/sw2");
const match = { "If-Match": read.headers.get("etag")! };
const change = (vlan: number) =>
  api.patch("devices/sw2", { json: { vlan }, headers: match });
const anna = await change(100);
const ben = await change(200);
console.log("Anna:", anna.status, "Ben:", ben.status, ben.problem?.title);
console.log((await api.get("devices/sw2")).json());

// %% The service describes itself
// /openapi.json tells programs what there is; /docs is a page made of it, on
// which people can try each route. Tools make clients and tests out of it.
// Python: FastAPI has both, at the same places
interface Operation {
  readonly summary: string;
  readonly responses: Record<string, unknown>;
}
const { paths } = (await api.get("openapi.json")).json() as {
  paths: Record<string, Record<string, Operation>>;
};
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { summary, responses }]) => {
    const answers = Object.keys(responses).join(" ");
    return { method, path, summary, answers };
  })
);
console.log(net.inspect.table(routes, { canvas: plain }));

// %% Who may
// What holds for all routes stands before them. 401 says: prove who you are,
// and WWW-Authenticate says how; 403 would be: I know you, and you may not.
// Python: @web.middleware (aiohttp), Depends(HTTPBearer()) (FastAPI)
const guard: net.http.Middleware = ({ method, headers }, next) => {
  const proven = headers.get("authorization") === "Bearer s3cret";
  if (method === "GET" || proven) return next();
  throw new net.http.HttpProblem(401, "changes need a token", {
    headers: { "WWW-Authenticate": "Bearer" },
  });
};
await using guarded = await net.http.serve(
  { use: [guard] },
  net.http.resource("/devices", { schema: device, key: "name" }),
);

// %% The proof is the session's affair
// Said once, it goes with every request to this server, and to no other one.
const auth = { scheme: "bearer", token: "s3cret" } as const;
using stranger = net.http.client({ baseUrl: guarded.url });
using friend = net.http.client({ baseUrl: guarded.url, auth });
console.log((await stranger.get("devices")).status);
console.log((await stranger.post("devices", { json: r1 })).problem?.detail);
console.log((await friend.post("devices", { json: r1 })).status);

// %% Takeaways
// - A thing has a URL; the method says what to do with it, the status how it went.
// - Safe and idempotent methods may be repeated: build retries on that, not on hope.
// - Check all that comes, and say all that is wrong with it, as problem+json.
// - An ETag saves sending what is known, and keeps changes from being lost.
// - Follow the links of an answer, and take the rest from the service's document.
