import assert from "node:assert/strict";
import fc from "fast-check";
import { parseNsswitch } from "../../lib/linux/dns/nsswitch.ts";
import {
  parseResolvConf,
  searchNames,
} from "../../lib/linux/dns/resolv_conf.ts";
import { dnsConfig } from "../../lib/linux/dns_config.ts";
import { testUnless } from "../skip.ts";

/**
 * glibc itself as the judge: it reads each text as /etc/resolv.conf (in a mount
 * namespace of its own) and its state is told; then it looks names up, and a
 * server in the same network namespace tells what it was asked.
 */
const JUDGE = `
import ctypes, json, os, socket, subprocess, sys, threading
libc = ctypes.CDLL("libc.so.6", use_errno=True)
class State(ctypes.Structure):
    _fields_ = [("retrans", ctypes.c_int), ("retry", ctypes.c_int),
      ("options", ctypes.c_ulong), ("nscount", ctypes.c_int),
      ("nsaddr", ctypes.c_uint8 * 16 * 3), ("id", ctypes.c_ushort),
      ("dnsrch", ctypes.c_char_p * 7), ("defdname", ctypes.c_char * 256),
      ("pfcode", ctypes.c_ulong), ("bits", ctypes.c_uint),
      ("sort", ctypes.c_uint32 * 2 * 10), ("q", ctypes.c_void_p),
      ("r", ctypes.c_void_p), ("herr", ctypes.c_int), ("vc", ctypes.c_int),
      ("flags", ctypes.c_uint), ("gap", ctypes.c_uint),
      ("nscount_ext", ctypes.c_uint16), ("nsmap", ctypes.c_uint16 * 3),
      ("nssocks", ctypes.c_int * 3), ("nscount6", ctypes.c_uint16),
      ("nsinit", ctypes.c_uint16), ("nsaddrs", ctypes.c_void_p * 3)]
FLAGS = {"rotate": 0x4000, "edns0": 0x100000, "single-request": 0x200000,
  "single-request-reopen": 0x400000, "use-vc": 0x8, "no-tld-query": 0x1000000,
  "no-reload": 0x2000000, "trust-ad": 0x4000000}
def write(text):
    with open("/etc/resolv.conf", "w", newline="") as f: f.write(text)
def state(text):
    write(text)
    buffer = ctypes.create_string_buffer(4096)
    libc.__res_ninit(ctypes.byref(buffer))
    s = State.from_buffer(buffer)
    servers = []
    for i in range(s.nscount):
        raw = bytes(s.nsaddr[i])
        if raw[0] == 2: servers.append(socket.inet_ntop(socket.AF_INET, raw[4:8]))
        else: servers.append(socket.inet_ntop(socket.AF_INET6, ctypes.string_at(s.nsaddrs[i], 28)[8:24]))
    search = []
    for d in s.dnsrch[:6]:
        if not d: break
        search.append(d.decode("latin-1"))
    return {"servers": servers, "search": search, "ndots": s.bits & 15,
      "timeout": s.retrans, "attempts": s.retry,
      "flags": sorted(k for k, v in FLAGS.items() if s.options & v)}
asked = []
def serve():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 53))
    ready.set()
    while True:
        q, peer = s.recvfrom(4096)
        at, labels = 12, []
        while q[at]: labels.append(q[at+1:at+1+q[at]].decode("latin-1")); at += q[at] + 1
        asked.append(".".join(labels) + ".")
        s.sendto(q[:2] + b"\\x81\\x83" + q[4:6] + bytes(6) + q[12:at+5], peer)
ready = threading.Event()
threading.Thread(target=serve, daemon=True).start()
ready.wait()
def names(text, name):
    write(text)
    asked.clear()
    subprocess.run(["getent", "ahostsv4", name], stdout=subprocess.DEVNULL)
    return list(dict.fromkeys(asked))
given = json.load(sys.stdin)
with open("/etc/hosts", "w") as f: f.write("127.0.0.1 in-hosts\\n")
def order(text):
    with open("/etc/nsswitch.conf", "w", newline="") as f: f.write(text)
    write("nameserver 127.0.0.1\\n")
    asked.clear()
    got = subprocess.run(["getent", "ahostsv4", "in-hosts"], capture_output=True, text=True).stdout
    return {"files": "127.0.0.1" in got, "dns": len(asked) > 0}
json.dump({"states": [state(t) for t in given["texts"]],
  "names": [names(t, n) for t, n in given["lookups"]],
  "orders": [order(t) for t in given["nsswitch"]]}, sys.stdout)
`;
import { seed } from "../seed.ts";

interface Judged {
  readonly states: readonly {
    readonly servers: readonly string[];
    readonly search: readonly string[];
    readonly ndots: number;
    readonly timeout: number;
    readonly attempts: number;
    readonly flags: readonly string[];
  }[];
  readonly names: readonly (readonly string[])[];
  readonly orders: readonly {
    readonly files: boolean;
    readonly dns: boolean;
  }[];
}

/** A copy of /etc whose three files may be written, over the real one. */
const SPACE = `
set -e
ip link set lo up
ip address add 192.0.2.1/24 dev lo
mount -t tmpfs tmpfs /mnt
cp -a /etc/ld.so.cache /etc/passwd /etc/localtime /mnt/ 2>/dev/null || true
mount --bind /mnt /etc
exec python3 -c "$1"
`;

async function judge(given: {
  texts: readonly string[];
  lookups: readonly (readonly [string, string])[];
  nsswitch: readonly string[];
}): Promise<Judged> {
  const user = Deno.uid() === 0 ? [] : ["--user", "--map-root-user"];
  const child = new Deno.Command("unshare", {
    args: [...user, "--net", "--mount", "sh", "-c", SPACE, "sh", JUDGE],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = new Blob([JSON.stringify(given)]).stream()
    .pipeTo(child.stdin).catch(() => {});
  const { success, stdout, stderr } = await child.output();
  await written;
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function without(): Promise<string | undefined> {
  try {
    await judge({ texts: [""], lookups: [], nsswitch: [] });
    return undefined;
  } catch (error) {
    return `glibc cannot be asked: ${(error as Error).message.split("\n")[0]}`;
  }
}

const reason = await without();

const word = fc.constantFrom(
  "192.0.2.1",
  "127.1",
  "0x7f.1",
  "010.1.2.3",
  "1.2.3.4.5",
  "256.1.1.1",
  "2001:db8::1",
  "::ffff:1.2.3.4",
  "a",
  "lan",
  "example.org",
  ".",
  "#",
  ";",
  "# rest",
  "rotate",
  "edns0",
  "edns0x",
  "single-request",
  "single-request-reopen",
  "use-vc",
  "trust-ad",
  "no-tld-query",
  "no-reload",
  "ndots:2",
  "ndots:15",
  "ndots:16",
  "ndots:",
  "timeout:1",
  "timeout:31",
  "attempts:4",
  "attempts:6",
  "what",
);
const line = fc.record({
  before: fc.constantFrom("", "", "", "", " ", "#", ";", "x"),
  keyword: fc.constantFrom(
    "nameserver",
    "search",
    "domain",
    "options",
    "Search",
    // Not sortlist: with a carriage return at its end glibc 2.36 reads it for ever.
  ),
  gap: fc.constantFrom(" ", " ", " ", "\t", "  ", ""),
  words: fc.array(word, { maxLength: 5 }),
  end: fc.constantFrom("\n", "\n", "\n", "\n", "\r\n", " \n", "\n\n"),
}).map(({ before, keyword, gap, words, end }) =>
  `${before}${keyword}${gap}${words.join(" ")}${end}`
);
const resolvConf = fc.array(line, { maxLength: 8 }).map((lines) =>
  lines.join("")
);
const name = fc.constantFrom("web", "web.lan", "a.b.c", "web.lan.");
const source = fc.constantFrom(
  "files",
  "dns",
  "files [NOTFOUND=return]",
  "files [SUCCESS=continue]",
  "files [!SUCCESS=return]",
  "files [success=RETURN notfound=continue]",
  "files [",
  "files []",
  "[NOTFOUND=return]",
);
const nsswitch = fc.array(
  fc.record({
    key: fc.constantFrom("hosts:", "hosts:", " hosts :", "passwd:", "#hosts:"),
    sources: fc.array(source, { maxLength: 3 }),
  }),
  { maxLength: 3 },
).map((lines) =>
  lines.map(({ key, sources }) => `${key} ${sources.join(" ")}\n`).join("")
);

testUnless(
  reason,
  "random files are read as glibc reads them, and names asked for in its order",
  async () => {
    const texts = fc.sample(resolvConf, { numRuns: 300, seed });
    const lookups = fc.sample(fc.tuple(resolvConf, name), {
      numRuns: 60,
      seed,
    }).map(([text, name]) =>
      // Servers that answer: only names and options are of interest here.
      [
        `nameserver 127.0.0.1\n${
          text.replace(/nameserver|use-vc|timeout:|attempts:/g, "other")
        }`,
        name,
      ] as const
    );
    const switches = fc.sample(nsswitch, { numRuns: 60, seed });
    const judged = await judge({ texts, lookups, nsswitch: switches });
    for (const [i, text] of texts.entries()) {
      const said = judged.states[i]!;
      const conf = parseResolvConf(text);
      const why = `seed ${seed}: ${JSON.stringify(text)}`;
      assert.deepEqual(
        conf.nameservers.filter(({ used }) => used).map(({ address }) =>
          `${address}`
        ),
        said.servers,
        why,
      );
      // glibc's old field holds no more than six.
      const search = conf.searchLine === undefined ? said.search : conf.search;
      assert.deepEqual(search.slice(0, 6), said.search, why);
      const { ndots, timeout, attempts, flags } = conf.options;
      assert.deepEqual(
        { ndots, timeout: timeout / 1000, attempts },
        {
          ndots: said.ndots,
          timeout: said.timeout,
          attempts: said.attempts,
        },
        why,
      );
      assert.deepEqual([...flags].sort(), said.flags, why);
    }
    for (const [i, [text, name]] of lookups.entries()) {
      const conf = parseResolvConf(text);
      if (conf.searchLine === undefined) continue;
      // Labels of no letters are not sent.
      const sent = searchNames(conf, name).filter((one) => !/[#;\r]/.test(one));
      assert.deepEqual(
        judged.names[i]!.filter((one) => !/[#;\r]/.test(one)),
        sent,
        `seed ${seed}: ${name} by ${JSON.stringify(text)}`,
      );
    }
    for (const [i, text] of switches.entries()) {
      const { sources } = parseNsswitch(text);
      let files = false;
      let dns = false;
      for (const { name, actions } of sources) {
        if (name === "files") {
          files = true;
          if (actions.success === "return") break;
        } else if (name === "dns") {
          dns = true;
          if (actions.notfound === "return") break;
        }
      }
      const said = judged.orders[i]!;
      assert.equal(dns, said.dns, `seed ${seed}: ${JSON.stringify(text)}`);
      if (!dns) {
        assert.equal(
          files,
          said.files,
          `seed ${seed}: ${JSON.stringify(text)}`,
        );
      }
    }
  },
);

testUnless(
  undefined,
  "dnsConfig() reads the files below a folder",
  async () => {
    const root = await Deno.makeTempDir();
    try {
      const write = async (path: string, text: string) => {
        await Deno.mkdir(root + path.replace(/[^/]*$/, ""), {
          recursive: true,
        });
        await Deno.writeTextFile(root + path, text);
      };
      const empty = await dnsConfig({ root });
      assert.equal(empty.resolved, undefined);
      assert.equal(`${empty.servers}`, "127.0.0.1");
      await write("/etc/hosts", "192.0.2.1 web\n");
      await write("/etc/nsswitch.conf", "hosts: files resolve dns\n");
      const resolved = "/run/systemd/resolve";
      await write(`${resolved}/stub-resolv.conf`, "nameserver 127.0.0.53\n");
      await write(
        `${resolved}/resolv.conf`,
        "nameserver 192.0.2.53\nsearch lan\n",
      );
      await Deno.symlink(
        `..${resolved}/stub-resolv.conf`,
        `${root}/etc/resolv.conf`,
      );
      const config = await dnsConfig({ root: `${root}/` });
      assert.equal(config.resolved?.mode, "stub");
      assert.equal(`${config.servers}`, "127.0.0.53");
      assert.deepEqual(
        config.lookup("db").map(({ source, servers }) =>
          `${source} ${servers}`
        ),
        ["files undefined", "resolve 192.0.2.53", "dns 127.0.0.53"],
      );
      assert.match(
        Deno.inspect(config),
        /systemd-resolved +\/etc\/resolv\.conf sends everything to it\n +resolved asks +192\.0\.2\.53/,
      );
      await Deno.remove(`${root}/etc/resolv.conf`);
      await Deno.mkdir(`${root}/etc/resolv.conf`);
      await assert.rejects(dnsConfig({ root }), { code: "io" });
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);
