#!/usr/bin/env -S deno run --allow-net --allow-read --allow-write
/**
 * An inventory of devices as a REST service, with a page to work with it and a
 * page on which its routes can be tried.
 * @module
 */

import { parseArgs } from "node:util";
import * as net from "netrepl";

const USAGE = `Usage: rest_server.ts [--port N] [--listen ADDRESS] [--file PATH]
                      [--samples] [--quiet]
  --port N          where to listen; 0 takes a free one  (8000 if not said)
  --listen ADDRESS  on which address  (127.0.0.1, this machine alone)
  --file PATH       keeps the devices in this file, as JSON; made if it is not there
  --samples         begins with some devices, if there are none
  --quiet           say nothing of single requests
Nobody has to prove who they are. SIGINT and SIGTERM end it.
  curl -d '{"name":"r1","address":"192.0.2.1","role":"router"}' \\
       -H 'Content-Type: application/json' http://127.0.0.1:8000/devices`;

/** What a device is. Forms, columns, checks and documentation follow from it. */
const DEVICE = net.http.shape({
  name: {
    type: "string",
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
    maxLength: 63,
    description: "small letters, digits and hyphens",
    examples: ["sw-north-1"],
  },
  address: {
    type: "string",
    format: "ip",
    description: "IPv4 or IPv6",
    examples: ["192.0.2.10"],
  },
  role: { type: "string", enum: ["router", "switch", "firewall", "server"] },
  "site?": { type: "string", maxLength: 40, examples: ["Bonn"] },
  "vlan?": {
    type: "integer",
    minimum: 1,
    maximum: 4094,
    description: "for management, 1 to 4094",
  },
});
type Device = net.http.Infer<typeof DEVICE>;

const SAMPLES: readonly Device[] = [
  { name: "r1", address: "192.0.2.1", role: "router", site: "Bonn" },
  { name: "r2", address: "2001:db8::2", role: "router", site: "Oslo" },
  { name: "sw1", address: "192.0.2.11", role: "switch", site: "Bonn", vlan: 7 },
  { name: "sw2", address: "192.0.2.12", role: "switch", site: "Oslo", vlan: 7 },
  { name: "edge", address: "192.0.2.254", role: "firewall", site: "Bonn" },
];

/** Devices in memory and, if there is a file, in the file too. */
class Inventory implements net.http.Store<Device> {
  readonly #memory = new net.http.MemoryStore<Device>({ maxEntries: 10_000 });
  readonly #file: string | undefined;
  readonly get = (id: string) => this.#memory.get(id);
  readonly list = (after: number) => this.#memory.list(after);
  readonly nextId = () => this.#memory.nextId();
  #saving: Promise<void> | undefined;
  #news = Promise.withResolvers<void>();

  constructor(file: string | undefined) {
    this.#file = file;
  }

  get size(): number {
    return this.#memory.size;
  }

  get revision(): string {
    return this.#memory.revision;
  }

  /** Resolves with the next change. */
  get changed(): Promise<void> {
    return this.#news.promise;
  }

  /** Reads the file; a file that is not there is an empty one. */
  async load(): Promise<void> {
    if (this.#file === undefined) return;
    let text: string;
    try {
      text = await Deno.readTextFile(this.#file);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
    const devices: unknown = JSON.parse(text);
    const check = net.http.checkOf({ type: "array", items: DEVICE });
    for (const { pointer, detail } of check(devices)) {
      throw new SyntaxError(`${this.#file}${pointer} ${detail}`);
    }
    for (const device of devices as Device[]) {
      this.#memory.set(device.name, device, null);
    }
  }

  async set(
    id: string,
    value: Device,
    revision: string | null | undefined,
  ): Promise<net.http.Entry<Device> | undefined> {
    const entry = this.#memory.set(id, value, revision);
    if (entry !== undefined) await this.#tell();
    return entry;
  }

  async delete(id: string, revision: string | undefined): Promise<boolean> {
    const isGone = this.#memory.delete(id, revision);
    if (isGone) await this.#tell();
    return isGone;
  }

  async #tell(): Promise<void> {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
    if (this.#file === undefined) return;
    // Changes that come while the file is written go out together after it.
    const before = this.#saving;
    if (before !== undefined) {
      await before.catch(() => {});
      if (this.#saving !== before) return await this.#saving;
    }
    await (this.#saving = this.#save(this.#file));
  }

  async #save(file: string): Promise<void> {
    const devices = Array.from(this.#memory.list(), ({ value }) => value);
    // Whoever reads the file finds the old one or the new one, and both whole.
    await Deno.writeTextFile(`${file}.new`, `${JSON.stringify(devices)}\n`);
    await Deno.rename(`${file}.new`, file);
  }
}

/** Tells open pages that something has changed. */
async function* changes(inventory: Inventory) {
  while (true) {
    yield inventory.revision;
    await inventory.changed;
  }
}

/** A page of elsewhere may not change anything with its visitor's browser. */
const ownPagesOnly: net.http.Middleware = ({ method, headers, url }, next) => {
  const origin = headers.get("origin");
  const isElsewhere = origin !== null && origin !== url.origin;
  if (isElsewhere && method !== "GET" && method !== "HEAD") {
    return new net.http.HttpProblem(403, "this is another page's business")
      .toResponse();
  }
  return next();
};

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Inventory</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: #8884; --accent: #2a7fd4; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
header { display: flex; align-items: baseline; gap: 1rem; flex-wrap: wrap; }
h1 { margin: 0; flex: 1; }
#live::before { content: "●"; color: #c58a10; margin-right: .3rem; }
#live.on::before { color: #2e9d57; }
a { color: var(--accent); }
#bar { display: flex; gap: .6rem; margin: 1.2rem 0 .6rem; align-items: center; flex-wrap: wrap; }
#count { flex: 1; text-align: right; opacity: .7; }
#wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .45rem .7rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; opacity: .7; text-transform: capitalize; }
td:first-child { font-weight: 600; }
td:last-child { text-align: right; white-space: nowrap; }
tbody tr:hover { background: #8881; }
button, input, select { font: inherit; padding: .25rem .7rem; border: 1px solid var(--line); border-radius: .35rem; background: Field; color: FieldText; }
button { cursor: pointer; }
button.main { background: var(--accent); border-color: var(--accent); color: #fff; }
td button { border: none; background: none; color: var(--accent); padding: 0 .3rem; }
dialog { box-sizing: border-box; border: 1px solid var(--line); border-radius: .6rem; padding: 1.2rem 1.4rem; width: min(28rem, 90vw); }
dialog::backdrop { background: #0007; }
dialog h2 { margin: 0 0 .8rem; }
label { display: grid; gap: .1rem; margin: .6rem 0; text-transform: capitalize; }
label small { text-transform: none; opacity: .7; }
label small.bad, #why, #trouble { color: #d0433b; opacity: 1; }
menu { display: flex; gap: .6rem; justify-content: end; padding: 0; margin: 1rem 0 0; }
#why:empty, #trouble:empty { display: none; }
</style>
<header><h1>Inventory</h1><span id="live">connecting</span><a href="docs">Routes</a><a href="openapi.json">OpenAPI</a></header>
<div id="bar"><button id="add" class="main">Add a device</button><select id="role"><option value="">all roles</option></select><span id="count"></span></div>
<p id="trouble" role="alert"></p>
<div id="wide"><table><thead><tr></tr></thead><tbody></tbody></table></div>
<p><button id="more" hidden>More</button></p>
<dialog><form method="dialog"><h2></h2><div id="fields"></div><p id="why" role="alert"></p><menu><button type="button" id="cancel">Cancel</button><button class="main">Save</button></menu></form></dialog>
<script>
const $ = (selector) => document.querySelector(selector);
const el = (tag, props, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const ask = async (method, url, { body, match } = {}) => {
  const headers = { ...(body && { "content-type": "application/json" }), ...(match && { "if-match": match }) };
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body) });
  const value = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw Object.assign(new Error(value.detail ?? value.title), { problem: value });
  return { value, etag: response.headers.get("etag"), next: /<([^>]+)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1] };
};
const place = (device) => "devices/" + encodeURIComponent(device.name);
const said = (error) => $("#trouble").textContent = error ? error.message : "";
let schema, shown = 0, next;

const row = (device) => el("tr", {},
  ...Object.keys(schema.properties).map((name) => el("td", { textContent: device[name] ?? "" })),
  el("td", {}, el("button", { textContent: "Edit", onclick: () => edit(device).catch(said) }), el("button", { textContent: "Remove", onclick: () => remove(device).catch(said) })));

const load = async (url) => {
  const page = await ask("GET", url);
  next = page.next;
  return page.value.map(row);
};
const list = async () => {
  const role = $("#role").value;
  const rows = await load("devices?limit=" + Math.max(50, shown) + (role && "&role=" + role));
  $("tbody").replaceChildren(...rows);
  show();
};
const show = () => {
  shown = $("tbody").children.length;
  $("#more").hidden = !next;
  $("#count").textContent = shown + (next ? " and more" : shown === 1 ? " device" : " devices");
};

const input = (name, member, value) => {
  const props = { name, value: value ?? "", required: schema.required.includes(name) };
  if (member.enum) return el("select", props, ...member.enum.map((word) => el("option", { textContent: word, selected: word === value })));
  if (member.type === "integer") return el("input", { ...props, type: "number", min: member.minimum, max: member.maximum });
  return el("input", { ...props, placeholder: member.examples?.[0] ?? "", pattern: member.pattern ?? ".*", autocomplete: "off" });
};
const form = (title, device, send) => {
  const dialog = $("dialog"), notes = {};
  $("dialog h2").textContent = title;
  $("#why").textContent = "";
  $("#fields").replaceChildren(...Object.entries(schema.properties).map(([name, member]) => {
    notes[name] = el("small", { textContent: member.description ?? "" });
    const field = input(name, member, device?.[name]);
    if (device && name === "name") field.readOnly = true;
    return el("label", {}, name, field, notes[name]);
  }));
  $("form").onsubmit = async (event) => {
    event.preventDefault();
    const texts = Object.fromEntries(new FormData(event.target));
    const values = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== "")
      .map(([name, text]) => [name, schema.properties[name].type === "integer" ? Number(text) : text]));
    try {
      await send(values);
      dialog.close();
      said();
      await list();
    } catch ({ message, problem }) {
      $("#why").textContent = problem?.status === 412 ? "Somebody else has changed it meanwhile. Close this, and look again." : message;
      for (const { pointer, detail } of problem?.errors ?? []) {
        const note = notes[pointer.slice(2)];
        if (note) Object.assign(note, { textContent: detail, className: "bad" });
      }
    }
  };
  dialog.showModal();
};
const edit = async (device) => {
  // The ETag says which state is being changed.
  const { value, etag } = await ask("GET", place(device));
  form("Edit " + value.name, value, (body) => ask("PUT", place(value), { body, match: etag }));
};
const remove = async (device) => {
  const { etag } = await ask("GET", place(device));
  if (confirm("Remove " + device.name + "?")) await ask("DELETE", place(device), { match: etag });
  said();
  await list();
};

const begin = async () => {
  const { paths } = (await ask("GET", "openapi.json")).value;
  schema = paths["/devices"].post.requestBody.content["application/json"].schema;
  $("thead tr").replaceChildren(...Object.keys(schema.properties).map((name) => el("th", { textContent: name })), el("th", {}));
  $("#role").append(...schema.properties.role.enum.map((word) => el("option", { textContent: word })));
  $("#role").onchange = () => list().catch(said);
  $("#add").onclick = () => form("Add a device", undefined, (body) => ask("POST", "devices", { body }));
  $("#cancel").onclick = () => $("dialog").close();
  $("#more").onclick = async () => { $("tbody").append(...await load(next)); show(); };
  await list();
  const news = new EventSource("changes");
  const live = (on) => Object.assign($("#live"), { textContent: on ? "live" : "connecting", className: on ? "on" : "" });
  news.onopen = () => live(true);
  news.onerror = () => live(false);
  news.onmessage = () => list().catch(said);
};
begin().catch(said);
</script>
</html>
`;

/** The page is one file, and asks nobody but this server. */
const PAGE_FIELDS = {
  "content-type": "text/html;charset=UTF-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
    "img-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** Reads what was typed; where it makes no sense, the program ends. */
function typed() {
  if (Deno.args.includes("--help")) {
    console.log(USAGE);
    Deno.exit();
  }
  try {
    const options = {
      port: { type: "string", default: "8000" },
      listen: { type: "string", default: "127.0.0.1" },
      file: { type: "string" },
      samples: { type: "boolean", default: false },
      quiet: { type: "boolean", default: false },
    } as const;
    const { values } = parseArgs({ args: Deno.args, options });
    const port = Number(values.port || NaN);
    if (port >= 0 && port <= 65_535) {
      return { ...values, port: Math.trunc(port) };
    }
    throw new RangeError(
      `--port must be 0 to 65535: current value is ${values.port}`,
    );
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    Deno.exit(2);
  }
}

async function main(): Promise<void> {
  const { port, listen: hostname, file, samples, quiet } = typed();
  const inventory = new Inventory(file);
  await inventory.load();
  if (samples && inventory.size === 0) {
    for (const device of SAMPLES) {
      await inventory.set(device.name, device, null);
    }
  }
  const hidden = { hidden: true };
  const page = net.http.reply(PAGE, { headers: PAGE_FIELDS });
  const isLocal = /^(localhost$|127\.|::1$)/.test(hostname);
  const server = await net.http.serve({
    ...{ hostname, port, use: [ownPagesOnly] },
    // A name that was made to lead here is not ours.
    hosts: isLocal ? [hostname, "localhost", "127.0.0.1", "[::1]"] : undefined,
    openapi: { title: "Inventory", version: "1.0.0" },
    onError: (error) => console.error(error),
    log: ({ remoteAddress, method, path, status, elapsed }) => {
      if (quiet) return;
      const time = net.inspect.duration(elapsed);
      console.log(`${remoteAddress} ${method} ${path}: ${status}, ${time}`);
    },
  }, {
    "GET /": net.http.route(hidden, () => page.clone()),
    "GET /changes": net.http.route(
      hidden,
      ({ signal }) => net.http.events(changes(inventory), { signal }),
    ),
    ...net.http.resource("/devices", {
      ...{ schema: DEVICE, key: "name", store: inventory, requireMatch: true },
    }),
  });
  console.log(`REST service on ${server.url}, ${inventory.size} devices`);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, end);
  }
  await ended;
  await server.close({ drain: 1000 });
  console.log(server);
}

try {
  await main();
} catch (error) {
  const isPlain = error instanceof net.NetError ||
    error instanceof SyntaxError || error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied;
  if (!isPlain) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}
// The signals would keep the program waiting.
if (Deno.exitCode === 0) Deno.exit(0);
