import assert from "node:assert/strict";
import { check, libc } from "../../lib/ffi/libc.ts";
import {
  readInetSocket,
  readUnixSocket,
  socketsMessage,
} from "../../lib/linux/sockets/diag.ts";
import type { Socket } from "../../lib/linux/sockets/socket.ts";
import { parseSs } from "../../lib/linux/sockets/ss_text.ts";
import { readSockets } from "../../lib/linux/sockets/read.ts";
import { sockets } from "../../lib/linux/sockets.ts";
import { DecodeError } from "../../lib/errors.ts";
import {
  NETLINK_SOCK_DIAG,
  NetlinkSocket,
  readMessages,
} from "../../lib/linux/netlink.ts";
import { testUnless } from "../skip.ts";
import { inside, ownNetwork, withoutNetworks } from "./own_network.ts";

const reason = withoutNetworks();

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const STREAM = 1;
const DGRAM = 2;
const RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;

/** Descriptors of the C library, closed together. */
class Descriptors implements Disposable {
  readonly #open: number[] = [];

  socket(family: number, type: number, protocol = 0): number {
    const fd = check(
      libc().socket(family, type | SOCK_CLOEXEC, protocol),
      "open",
      "socket",
    );
    this.#open.push(fd);
    return fd;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#open) libc().close(fd);
  }
}

function ipv4(port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  bytes.set([AF_INET, 0, port >> 8, port, 127, 0, 0, 1]);
  return bytes;
}

function ipv6(port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(28);
  bytes.set([AF_INET6, 0, port >> 8, port]);
  return bytes;
}

function unixName(name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([AF_UNIX, 0, ...new TextEncoder().encode(name)]);
}

function set(fd: number, level: number, option: number, value: number): void {
  const octets = new Int32Array([value]);
  check(libc().setsockopt(fd, level, option, octets, 4), "set", `${option}`);
}

/** One of most kinds, opened in the thread's namespace. */
function openMany(fds: Descriptors): void {
  const { bind, connect, listen } = libc();
  const listener = fds.socket(AF_INET6, STREAM);
  check(bind(listener, ipv6(4000), 28), "bind", "4000");
  check(listen(listener, 7), "listen", "4000");
  const only = fds.socket(AF_INET6, STREAM);
  set(only, 41, 26, 1); // IPV6_V6ONLY
  set(only, SOL_SOCKET, 36, 0x2a); // SO_MARK
  check(bind(only, ipv6(4001), 28), "bind", "4001");
  check(listen(only, 5), "listen", "4001");
  const client = fds.socket(AF_INET, STREAM);
  set(client, SOL_SOCKET, 9, 1); // SO_KEEPALIVE
  check(connect(client, ipv4(4000), 16), "connect", "4000");
  const words = new TextEncoder().encode("never read");
  check(libc().send(client, words, words.length, 0), "send", "4000");
  const halfShut = fds.socket(AF_INET, STREAM);
  check(connect(halfShut, ipv4(4000), 16), "connect", "4000");
  check(libc().shutdown(halfShut, 1), "shut down", "4000");

  const bound = fds.socket(AF_INET, DGRAM);
  const device = new TextEncoder().encode("lo\0");
  check(
    libc().setsockopt(bound, SOL_SOCKET, 25, device, device.length),
    "bind to",
    "lo",
  );
  check(bind(bound, ipv4(5000), 16), "bind", "5000");
  const connected = fds.socket(AF_INET, DGRAM);
  check(connect(connected, ipv4(5000), 16), "connect", "5000");
  check(libc().send(connected, words, words.length, 0), "send", "5000");
  check(bind(fds.socket(AF_INET6, DGRAM), ipv6(5001), 28), "bind", "5001");
  fds.socket(AF_INET, RAW, 1);
  fds.socket(AF_INET6, RAW, 58);

  for (const [type, name] of [[STREAM, "one two"], [5, "three"]] as const) {
    const server = fds.socket(AF_UNIX, type);
    const at = unixName(`\0netrepl ${name}`);
    check(bind(server, at, at.length), "bind", name);
    check(listen(server, 3), "listen", name);
    const peer = fds.socket(AF_UNIX, type);
    check(connect(peer, at, at.length), "connect", name);
  }
  fds.socket(AF_UNIX, DGRAM);
}

/** What both tell of a socket, in one form. */
function told(socket: Socket): Record<string, unknown> {
  const { timer, tos: _tos, tcp: _tcp, ...rest } = socket.toJSON();
  const plain = JSON.parse(JSON.stringify({
    ...rest,
    // What ss does not say with these options, or in words of its own.
    cgroup: undefined,
    shutdown: undefined,
    options: undefined,
    congestion: undefined,
    family: undefined,
    mark: socket.mark || undefined,
    peerInode: socket.peerInode || undefined,
    timer: timer?.kind,
  }));
  return plain;
}

function key(socket: Socket): string {
  const { protocol, local, inode, cookie } = socket;
  // Of raw sockets ss says neither inode nor cookie where it reads /proc.
  if (protocol === "raw") return `raw ${local.address}`;
  return protocol === "unix" ? `unix ${inode}` : `${protocol} ${cookie}`;
}

/** Until acknowledgements that wait for data to go with have gone. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 120));
}

testUnless(
  reason,
  "sockets() agrees with ss on every field of every kind of socket",
  async () => {
    using network = ownNetwork();
    using fds = new Descriptors();
    inside(network, () => openMany(fds));
    await settled();
    const protocol = ["tcp", "udp", "raw", "unix"] as const;
    const ours = await sockets({
      protocol,
      process: true,
      namespace: network.namespace,
    });
    const theirs = parseSs(network.run("ss", "-HOanemptuwx"));
    assert.equal(ours.length, 16, Deno.inspect(ours));
    assert.deepEqual(ours.map(key).sort(), theirs.map(key).sort());
    const byKey = new Map(theirs.map((one) => [key(one), one]));
    for (const one of ours) {
      const other = byKey.get(key(one))!;
      const expected = told(other);
      const known = told(one);
      if (one.protocol === "unix") delete known.cookie;
      if (one.protocol === "unix") delete known.uid;
      if (one.protocol === "raw") {
        for (const name of ["inode", "uid", "cookie", "memory"]) {
          delete known[name];
          delete expected[name];
        }
      }
      assert.deepEqual(known, expected, key(one));
    }
    const marked = ours.find(({ local }) => local.port === 4001)!;
    assert.equal(marked.mark, 0x2a);
    assert.equal(marked.ipv6Only, true);
    assert.ok(ours.some(({ timer }) => timer?.kind === "keepalive"));
    assert.ok(ours.some(({ state }) => state === "fin-wait-2"));
    assert.equal(ours.filter(({ interface: name }) => name === "lo").length, 1);
    assert.equal(
      ours.filter(({ processes }) =>
        processes?.some(({ pid }) => pid === Deno.pid)
      ).length,
      // What waits to be accepted belongs to nobody yet.
      14,
    );
  },
);

/** What `ss -i` writes behind a socket, by its words. */
function infoWords(text: string): Map<string, string> {
  const words = new Map<string, string>();
  const parts = text.trim().split(" ");
  for (const [i, part] of parts.entries()) {
    const [name, value] = part.split(":");
    words.set(name!, value ?? parts[i + 1] ?? "");
  }
  return words;
}

testUnless(
  reason,
  "TCP_INFO is what ss -i shows of it, field by field",
  async () => {
    using network = ownNetwork();
    using fds = new Descriptors();
    inside(network, () => openMany(fds));
    await settled();
    const [ours, text] = inside(network, () => {
      const query = { protocols: ["tcp"], families: [4] } as const;
      const list = readSockets(query);
      return [list, network.run("ss", "-tineHO4")] as const;
    });
    let compared = 0;
    for (const line of text.trim().split("\n")) {
      const words = infoWords(line);
      const socket = ours.find(({ cookie }) => cookie === words.get("sk"))!;
      const { tcp, congestion } = socket;
      if (tcp === undefined || socket.state === "listening") continue;
      assert.ok(line.includes(` ${congestion} `));
      const ms = (n: number) => `${Number((n / 1000).toFixed(3))}`;
      const expected: Record<string, unknown> = {
        wscale: `${tcp.sndWscale},${tcp.rcvWscale}`,
        rto: ms(tcp.rto),
        rtt: `${ms(tcp.rtt)}/${ms(tcp.rttvar)}`,
        mss: tcp.sndMss,
        pmtu: tcp.pmtu,
        rcvmss: tcp.rcvMss,
        advmss: tcp.advmss,
        cwnd: tcp.sndCwnd,
        segs_out: tcp.segsOut,
        segs_in: tcp.segsIn,
        data_segs_out: tcp.dataSegsOut || undefined,
        data_segs_in: tcp.dataSegsIn || undefined,
        bytes_sent: tcp.bytesSent || undefined,
        bytes_acked: tcp.bytesAcked || undefined,
        bytes_received: tcp.bytesReceived || undefined,
        delivered: tcp.delivered || undefined,
        rcv_space: tcp.rcvSpace,
        rcv_ssthresh: tcp.rcvSsthresh,
        minrtt: ms(tcp.minRtt!),
        snd_wnd: tcp.sndWnd,
      };
      for (const [name, value] of Object.entries(expected)) {
        assert.equal(words.get(name), value?.toString(), `${name} in ${line}`);
        compared++;
      }
      assert.equal(words.has("app_limited"), tcp.deliveryRateAppLimited);
      assert.equal(words.has("ts"), tcp.options.includes("timestamps"));
      assert.equal(words.has("sack"), tcp.options.includes("sack"));
    }
    assert.ok(compared >= 2 * 20, `${compared} fields compared`);
  },
);

testUnless(
  reason,
  "sockets() lists what is asked for, and no more",
  async () => {
    using network = ownNetwork();
    using fds = new Descriptors();
    inside(network, () => openMany(fds));
    const { namespace } = network;
    const listening = await sockets({ namespace, states: "listening" });
    assert.deepEqual(listening.map(({ local }) => local.port).sort(), [
      4000,
      4001,
    ]);
    const udp = await sockets({ namespace, protocol: "udp", family: 6 });
    assert.deepEqual(udp.map(({ local }) => local.port), [5001]);
    const at = await sockets({ namespace, port: 5000 });
    assert.equal(at.length, 2);
    const raw = await sockets({ namespace, protocol: "raw" });
    assert.deepEqual(raw.map(({ ipProtocol }) => ipProtocol), [1, 58]);
    const own = await sockets({ namespace, process: Deno.pid });
    assert.equal(own.length, 9);
    assert.equal((await sockets({ namespace, process: "no such" })).length, 0);
    for (
      const [options, error] of [
        [{ states: "open" }, TypeError],
        [{ protocol: "sctp" }, TypeError],
        [{ family: 5 }, TypeError],
        [{ port: 0 }, RangeError],
        [{ port: 1.5 }, RangeError],
      ] as const
    ) {
      await assert.rejects(sockets(options as never), error);
    }
  },
);

testUnless(
  reason,
  "without FFI sockets() reads what ss writes",
  async () => {
    using network = ownNetwork();
    using fds = new Descriptors();
    inside(network, () => openMany(fds));
    await settled();
    const module = new URL("../../lib/linux/sockets.ts", import.meta.url);
    const path = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(
      path,
      `import { sockets } from "${module}";
       const list = await sockets({ states: ["listening", "unconnected"] });
       console.log(JSON.stringify(list));`,
    );
    const text = network.run(
      Deno.execPath(),
      ..."run --quiet --no-lock --no-prompt --allow-run=ss".split(" "),
      path,
    );
    await Deno.remove(path);
    const theirs: { protocol: string; local: unknown }[] = JSON.parse(text);
    const ours = await sockets({
      namespace: network.namespace,
      states: ["listening", "unconnected"],
    });
    const ends = (list: typeof theirs) =>
      list.map(({ protocol, local }) => JSON.stringify([protocol, local]))
        .sort();
    assert.equal(theirs.length, 6);
    assert.deepEqual(ends(theirs), ends(JSON.parse(JSON.stringify(ours))));
  },
);

testUnless(
  reason,
  "an answer of sock_diag that is cut or changed throws DecodeError at worst",
  () => {
    using network = ownNetwork();
    using fds = new Descriptors();
    const answers: [Uint8Array, "tcp" | "unix"][] = [];
    inside(network, () => {
      openMany(fds);
      using socket = NetlinkSocket.open(NETLINK_SOCK_DIAG);
      for (const protocol of ["tcp", "unix"] as const) {
        socket.dump(socketsMessage(protocol, 4), ({ bytes, start, end }) => {
          answers.push([bytes.slice(start - 16, end), protocol]);
        });
      }
    });
    let read = 0;
    const attempt = (bytes: Uint8Array, protocol: "tcp" | "unix") => {
      // The header says how long it is, so a cut answer has a length of its own.
      new DataView(bytes.buffer).setUint32(0, bytes.length, true);
      readMessages(bytes, (message) => {
        try {
          const one = protocol === "tcp"
            ? readInetSocket(message, "tcp", {}, String)
            : readUnixSocket(message);
          Deno.inspect(one);
          read++;
        } catch (error) {
          assert.ok(error instanceof DecodeError, `${error}`);
        }
      });
    };
    for (const [bytes, protocol] of answers) {
      for (let n = 16; n <= bytes.length; n += 3) {
        attempt(bytes.slice(0, n), protocol);
      }
      for (let at = 16; at < bytes.length; at++) {
        const changed = bytes.slice();
        changed[at] = changed[at]! ^ 0xff;
        attempt(changed, protocol);
      }
    }
    assert.ok(read > 1000);
  },
);
