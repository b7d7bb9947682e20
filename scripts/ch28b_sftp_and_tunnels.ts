#!/usr/bin/env -S deno run --allow-net=127.0.0.1 --allow-read=/tmp --allow-write=/tmp
// ---
// chapter: 28
// title: Files and tunnels over SSH
// goal: Move files so that nobody ever sees half of one, keep trees the same, and reach what only another machine can reach.
// needs: loopback
// minutes: 40
// ---
import * as net from "netrepl";

// %% A machine with files
// The folder "there" is all that its clients see, as if it were the root of all
// files. The folder "here" is ours.
const folder = await Deno.makeTempDir({ dir: "/tmp" });
const [here, there] = [`${folder}/here`, `${folder}/there`];
await Deno.mkdir(`${there}/var/log`, { recursive: true });
await Deno.mkdir(here);
await Deno.writeTextFile(`${there}/var/log/boot`, "up\n", { mode: 0o640 });
const key = await net.ssh.generateKey({ comment: "ada@laptop" });
const users = { ada: { keys: [`${key.toPublic()}`] } };
await using server = await net.ssh.serve({ users, sftp: there });
console.log(server);

// %% A session of SFTP
// It is no FTP: one channel of the same connection, by the same login, encrypted
// as all else. Many files and commands go over one connection at once.
// Python: sftp = client.open_sftp()
const trust = (fingerprints: readonly string[]) => ({
  ...{ keys: [key], agent: false, config: false },
  hostKeys: { fingerprint: fingerprints[0]! },
});
await using on = await net.ssh.connect(
  `ada@127.0.0.1:${server.port}`,
  trust(server.fingerprints),
);
await using sftp = await on.sftp();

// %% Look around
// list() tells of one folder, walk() of all below. Each entry has its size, its
// permissions and when it was written.
// Python: sftp.listdir_attr(path); there is no walk
for (const { permissions, size, name, kind } of await sftp.list("var/log")) {
  console.log(permissions, size, name, kind);
}
for await (const { path } of sftp.walk("/")) console.log(path);
console.log(await sftp.exists("/etc/passwd"), "for it is not in the folder");

// %% Text and octets, whole
// What is small is read and written in one call; mode is for secrets, which must
// not be seen by others even while they are written.
// Python: sftp.open(path).read()
await sftp.write("motd", "Welcome!\n", { mode: 0o600 });
console.log((await sftp.readText("motd")).trim());
console.log((await sftp.stat("motd")).permissions);

// %% Put a file, get a file
// Many pieces are under way at once, so that a distant machine is as fast as its
// line. preserve keeps permissions and times.
// Try this: show `sent` at the prompt, and how long it took.
// Python: sftp.put(local, remote, callback=...); sftp.get(remote, local)
const MIB = 1024 * 1024;
const image = new Uint8Array(8 * MIB).map((_, i) => i * i >> 7);
await Deno.writeFile(`${here}/image`, image);
let quarters = 0;
const sent = await sftp.put(`${here}/image`, "image", {
  onProgress: ({ done, total }) => {
    for (; done / total >= (quarters + 1) / 4; quarters++) {
      console.log("█".repeat(quarters * 5 + 5).padEnd(20, "░"));
    }
  },
});
console.log(
  net.inspect.bytes(sent.size),
  "of",
  net.inspect.bytes(image.length),
);

// %% Half a file is seen by nobody
// Somebody reads the image all the time while we send another. It is written
// beside, as image.part, and takes the old one's place in one step: each reader
// gets all of the old one or all of the new one.
// Python: sftp.put(path + ".part"), then sftp.posix_rename(path + ".part", path)
await Deno.writeFile(`${here}/image`, image.subarray(0, 5 * MIB));
const seen = new Set<number>();
const names = new Set<string>();
await sftp.put(`${here}/image`, "image", {
  onProgress: () => {
    seen.add(Deno.statSync(`${there}/image`).size);
    for (const { name } of Deno.readDirSync(there)) names.add(name);
  },
});
console.log([...seen].map(net.inspect.bytes), [...names].sort());
console.log(net.inspect.bytes((await sftp.stat("image")).size), "now");

// %% Cut off, and gone on with
// The line breaks in the middle; here we break it. What has arrived waits in
// image.part, and resume goes on behind it, after a look whether its end is still
// the same as there.
// Python: sftp.open(path); f.seek(size); and the rest by hand
const stop = new AbortController();
try {
  await sftp.get("image", `${here}/copy`, {
    signal: stop.signal,
    onProgress: ({ done }) => done > 2 * MIB && stop.abort(),
  });
} catch (error) {
  if (!(error instanceof DOMException)) throw error;
  console.log(error.name, (await Deno.stat(`${here}/copy.part`)).size > MIB);
}
const rest = await sftp.get("image", `${here}/copy`, { resume: true });
console.log(rest.resumedAt > MIB, net.inspect.bytes(rest.size));

// %% What can go wrong
// Codes for programs, hints for people; all of a file's errors name the file.
// Python: FileNotFoundError, PermissionError, and IOError("Failure") for the rest
for (const path of ["var/lgo/boot", "var/log"]) {
  try {
    await sftp.get(path, `${here}/x`);
  } catch (error) {
    if (!(error instanceof net.NetError)) throw error;
    console.log(`${error.code}: ${error.message}`);
  }
}

// %% Two trees, made the same
// syncUp() copies what differs in size or time and leaves the rest. What is only
// there stays, unless remove says otherwise.
// Python: none in paramiko; rsync does it where both sides have it
const site = `${here}/site`;
await Deno.mkdir(`${site}/css`, { recursive: true });
for (const name of ["index.html", "about.html", "css/main.css"]) {
  await Deno.writeTextFile(`${site}/${name}`, `this is ${name}\n`);
}
const told = ({ steps, unchanged }: net.ssh.SyncReport) =>
  console.log(
    steps.map(({ action, path }) => `${action} ${path}`),
    `${unchanged} unchanged`,
  );
told(await sftp.syncUp(site, "www"));
told(await sftp.syncUp(site, "www"));

// %% First say what would be done
// What removes is tried dry: a wrong path would empty the wrong folder. A failure
// of one file is a row of the report, and the others go on.
await Deno.writeTextFile(`${site}/index.html`, "this is new\n");
await Deno.remove(`${site}/about.html`);
told(await sftp.syncUp(site, "www", { remove: true, dryRun: true }));
console.log(await sftp.exists("www/about.html"), "it is still there");
told(await sftp.syncUp(site, "www", { remove: true }));
console.log(await sftp.exists("www/about.html"));

// %% What only the machine can reach
// A web server in a network of its own, which only a gateway reaches. The gateway
// runs nothing for us and has no files: it lets us through to that web server, and
// to nothing else.
let requests = 0;
await using intranet = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: () => {} },
  () => new Response(`page ${++requests} of the intranet`),
);
const webPort = intranet.addr.port;
const allowed = new Set([webPort]);
await using gateway = await net.ssh.serve({
  users,
  forwarding: { local: ({ port }) => allowed.has(port), remote: true },
});
const gate = `ada@127.0.0.1:${gateway.port}`;
await using through = await net.ssh.connect(gate, trust(gateway.fingerprints));

// %% A local forwarding: ssh -L
// What connects to a port here comes out of the gateway, to one address. Whoever
// uses it needs to know nothing of SSH.
//   browser ── 127.0.0.1:PORT ══ SSH ══ gateway ── web server
// Python: transport.open_channel("direct-tcpip", ...), and a loop of your own
await using way = await through.forward({
  local: 0,
  to: `127.0.0.1:${webPort}`,
});
console.log(await (await fetch(`http://${way.from}/`)).text());
console.log(way.kind, way.accepted, "connection,", way.failed, "failed");

// %% A proxy for all that the gateway reaches: ssh -D
// A SOCKS 5 client says for each connection where it wants to go; names are looked
// up at the gateway (socks5h). Browsers, curl and our own HTTP client speak it.
// Python: requests with proxies={"http": "socks5h://127.0.0.1:1080"}
await using proxy = await through.forward({ dynamic: 0 });
{
  using client = net.http.client({ proxy: `socks5h://${proxy.from}` });
  const response = await client.get(`http://127.0.0.1:${webPort}/`);
  console.log(response.text());
}

// %% What the gateway does not allow
// The way is there, and the connection fails at its far end: that is counted, and
// `barred.errors` says why. A gateway that forwards everything is an open door into its network.
await using barred = await through.forward({ local: 0, to: "127.0.0.1:7" });
const knock = await net.tcp.connect(barred.from);
console.log(await knock.read(), "nothing comes");
await knock.close();
console.log(barred.failed, "failed of", barred.accepted);

// %% The other way round: ssh -R
// A port of the gateway that comes out here: how one shows a service at home to a
// machine outside. The far end decides who may connect to it there.
// Python: transport.request_port_forward("", port)
await using shown = await through.forward({
  remote: 0,
  to: `127.0.0.1:${webPort}`,
});
console.log(shown.kind, await (await fetch(`http://${shown.from}/`)).text());

// %% A jump host: ssh -J
// The machine behind the gateway is reached through it. The second connection runs
// inside the first one: its key is checked here, and the gateway passes on what it
// cannot read. In ~/.ssh/config that is ProxyJump, which connect() knows.
// Python: sock = transport.open_channel("direct-tcpip", ...); connect(sock=sock)
allowed.add(server.port);
await using behind = await net.ssh.connect(`ada@127.0.0.1:${server.port}`, {
  ...trust(server.fingerprints),
  jump: { target: gate, ...trust(gateway.fingerprints) },
});
console.log(behind.via.length, "machine on the way");
await using files = await behind.sftp();
console.log((await files.readText("motd")).trim());

// %% Put away
// A way ends with its connection, and what went through it with both.
await through.close();
const dead = await net.tcp.connect(way.from).catch((error) => error);
console.log(dead instanceof net.NetError && dead.code);
await Deno.remove(folder, { recursive: true });

// %% Takeaways
// - SFTP is files over SSH: one login, one port, no more to open.
// - Write beside, then rename: a reader sees the old file or the new one.
// - A transfer that was cut off is resumed; a tree is synchronized, dry at first.
// - -L brings one far service here, -D all that the other machine reaches, -R takes
//   one of ours there.
// - Through a jump host you log in to the last machine yourself: it is its key that
//   counts, and what lies between reads nothing.
// - A gateway forwards what it must, and no more.
