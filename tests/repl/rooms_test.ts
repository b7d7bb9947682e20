import assert from "node:assert/strict";
import { commands } from "../../repl/commands.ts";
import { mentionedRooms } from "../../repl/mentions.ts";
import { roomNames } from "../../repl/rooms.ts";
import { Session } from "../../repl/session.ts";

const root = new URL("../../", import.meta.url);
const ALL = roomNames.join(" ");

/** What is typed, and the rooms that it is about to enter. */
const mentions: Readonly<Record<string, string>> = {
  "1 + 1": "",
  "internet + netmask + magnet": "",
  'net.ip.parse("::1")': "ip",
  "net?.ip!.parse": "ip",
  "net\n  .tcp.connect(net.udp)": "tcp udp",
  "[...net.ip.subnet(x)]": "ip",
  "globalThis.net.pcap": "pcap",
  "`${net.bytes.hex}`": "bytes",
  "net.NetError": "",
  "net.nothing": "",
  'resolve("example.net")': "",
  "socket.net": "",
  "const { packet } = net": "packet",
  "const { ip, packet: p, NetError } = net;": "ip packet",
  "({ ip } = net)": "ip",
  "const { ...rest } = net": ALL,
  "const { [name]: room } = net": ALL,
  "const { ip } = net[name]": ALL,
  "const { ip } = pick(net)": ALL,
  net: ALL,
  "const n = net": ALL,
  'net["ip"]': ALL,
  "Object.keys(net)": ALL,
  "f({ ...net })": ALL,
  'globalThis["net"]': ALL,
  'import "netrepl"': ALL,
  'import * as net from "netrepl"': "",
  "import * as net from 'netrepl';\nnet.ip": "ip",
  'import * as n from "netrepl"': ALL,
  'import { ip, tcp as t } from "netrepl"': "ip tcp",
  'import { subnet } from "netrepl/ip"': "ip",
  'await import("netrepl")': ALL,
  'await import("netrepl/" + name)': ALL,
};

Deno.test("an entry's text says which rooms it enters", () => {
  for (const [text, rooms] of Object.entries(mentions)) {
    assert.equal(mentionedRooms(text).join(" "), rooms, text);
  }
});

/** Says which rooms are loaded, in words that name none. */
const LOADED =
  `Object.entries(Object.getOwnPropertyDescriptors(globalThis["n" + "et"]))
  .filter(([, { value }]) => typeof value === "object").map(([name]) => name).join(" ")`;

/** Runs a session on a pipe, in a process of its own. */
async function session(
  input: string,
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", new URL("repl/main.ts", root).pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    cwd: options.cwd ?? root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...options.env },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(`${input}\n`));
  await writer.close();
  const { stdout, stderr } = await child.output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  assert.equal(text(stderr), "");
  return text(stdout).trimEnd();
}

/** Entries that print nothing, and the rooms that are loaded after them. */
const entered: Readonly<Record<string, string>> = {
  "const two = 2": "",
  "const a = net.ip.Address": "ip",
  "const { bytes } = net": "bytes",
  'const room = net["ip"]': ALL,
  'import * as net from "netrepl"': "",
  'import * as n from "netrepl"': ALL,
  'import { udp } from "netrepl"': "udp",
  'import { subnet } from "netrepl/ip"': "ip",
  // What no text shows is loaded when it is touched.
  'const { udp } = globalThis["n" + "et"]': "udp",
  'let m = await import(["n", "etrepl/ip"].join(""))': "ip",
};

for (const [entry, rooms] of Object.entries(entered)) {
  Deno.test(`after ${entry} these are loaded: ${rooms || "none"}`, async () => {
    assert.equal(
      await session(`${entry}\n${LOADED}`),
      JSON.stringify(rooms),
    );
  });
}

Deno.test("every room can be loaded at a touch, and is the one that import gives", async () => {
  const text = `const hidden = globalThis["n" + "et"]
for (const name of Object.keys(hidden)) {
  if (/^[a-z]/.test(name) && hidden[name] !== await import("netrepl/" + name)) throw name
}
${LOADED}`;
  assert.equal(await session(text), JSON.stringify(ALL));
});

Deno.test("loading a room asks for no permission", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await session(
      `const lan = net.ip.subnet("10.0.0.0/24")
const { build } = net.packet
import { parseHex } from "netrepl/bytes"
.save kept.ts`,
      { cwd: folder, env: { DENO_AUDIT_PERMISSIONS: `${folder}/audit` } },
    );
    const script = await Deno.readTextFile(`${folder}/kept.ts`);
    assert.equal(script.split("\n")[0], "#!/usr/bin/env -S deno run");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file that is imported meets the same rooms, and a global net", async () => {
  const folder = await Deno.makeTempDir({
    dir: new URL("tests/", root).pathname,
  });
  try {
    await Deno.writeTextFile(
      `${folder}/x.ts`,
      `import * as net from "netrepl";
export const address = net.ip.parse("192.0.2.1");
export const udp = (globalThis as unknown as { net: typeof net }).net.udp === net.udp;
`,
    );
    const shown = await session(
      `import { address, udp } from "./x.ts"\nudp && address instanceof net.ip.Address`,
      { cwd: folder },
    );
    assert.equal(shown, "true");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name:
    "rooms complete, have help and keep their identity before and after they load",
  // The kernel lives as long as the process.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    let shown: string[] = [];
    const reader = new Session(
      {
        colors: false,
        print: (text) => shown.push(text),
        complain: (text) => assert.fail(text),
      },
      root,
      commands,
    );
    const enter = async (...entries: string[]) => {
      shown = [];
      for (const entry of entries) assert.ok(await reader.enter(entry), entry);
      return shown.join("\n");
    };
    const loaded = async () =>
      (JSON.parse(await enter(LOADED)) as string).split(" ").filter(Boolean);
    const members = async (of: string, kind: string) =>
      (await reader.members(of)).filter((member) => member.kind === kind)
        .map(({ name }) => name);

    await t.step(
      "net. offers rooms that are not loaded, and loads none",
      async () => {
        assert.deepEqual(await loaded(), []);
        assert.deepEqual(await members("net", "namespace"), [...roomNames]);
        assert.deepEqual(await members("net", "class"), [
          "AuthError",
          "DecodeError",
          "NetError",
          "ParseError",
          "PermissionError",
        ]);
        assert.deepEqual(await loaded(), []);
      },
    );

    await t.step("a question about a room needs only the docs", async () => {
      assert.match(
        await enter("net.packet?"),
        /^net\.packet\n[\s\S]*\bbuild\b/,
      );
      assert.match(await enter(".help net.packet"), /^net\.packet\n/);
      assert.deepEqual(await loaded(), []);
    });

    await t.step("the members of a room load it", async () => {
      assert.ok((await members("net.udp", "function")).includes("open"));
      assert.deepEqual(await loaded(), ["udp"]);
      assert.deepEqual(await members("net", "namespace"), [...roomNames]);
    });

    await t.step(
      "help of a room, and of a value whose room is not loaded",
      async () => {
        assert.match(await enter("help(net.tcp)"), /^net\.tcp\n/);
        assert.deepEqual(await loaded(), ["tcp", "udp"]);
        const file = new URL("lib/ip/address.ts", root);
        const page = await enter(
          `const a = await import("${file}")`,
          "help(a.Address)",
        );
        assert.match(page, /^net\.ip\.Address\n/);
        assert.match(await enter("help({})"), /^No help for this Object/);
      },
    );

    await t.step(
      "net, its rooms and the modules of its rooms are the same",
      async () => {
        await enter(
          'import * as whole from "netrepl"',
          'import { Address } from "netrepl/ip"',
          'const packet = net.packet.build(net.packet.ipv4({ src: "192.0.2.1" }), "x")',
        );
        for (
          const fact of [
            "whole === net",
            "whole.ip === await import('netrepl/ip')",
            "net.ip.Address === Address",
            "net.ip.parse('::1') instanceof Address",
            "packet instanceof net.packet.Packet",
            "net.ip.address(packet.ipv4.src) instanceof Address",
            "net.ip.subnet('10.0.0.0/8').constructor === whole.ip.Subnet",
          ]
        ) assert.equal(await enter(fact), "true", fact);
        const ip = await import("netrepl/ip");
        const { net } = await import("../../repl/net.ts");
        assert.equal(net.ip, ip);
        const { NetError } = await import("netrepl");
        assert.equal(net.NetError, NetError);
      },
    );

    await t.step("net cannot be changed, loaded or not", async () => {
      assert.equal(await enter("Object.isFrozen(net)"), "true");
      assert.match(await enter("net"), /^AuthError .*\nbytes +ByteReader/);
    });
    await reader.close();
  },
});
