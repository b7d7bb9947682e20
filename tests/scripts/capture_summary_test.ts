import assert from "node:assert/strict";
import * as net from "../../mod.ts";
import { captures, installed, run, say } from "../packet/corpus.ts";

const root = new URL("../../", import.meta.url);

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Row {
  readonly name: string;
  readonly count: number;
  readonly first: number;
  readonly minMs?: number;
}

/** What the tests read of `--json`. */
interface Summary {
  readonly format: string;
  readonly packets: number;
  readonly octets: number;
  readonly seconds: number;
  readonly first: string;
  readonly last: string;
  readonly protocols: { name: string; packets: number; children: unknown[] };
  readonly talkers: { address: string; sent: number; received: number }[];
  readonly conversations: { a: string; b: string; packets: number }[];
  readonly notes: { kind: string; count: number; first: number }[];
  readonly handshakes: readonly Row[];
  readonly dns: readonly Row[];
  readonly http: readonly Row[];
  readonly tls: readonly Row[];
  readonly checksums: readonly Row[];
  readonly cut: readonly Row[];
  readonly linkTypes: readonly Row[];
}

async function summary(
  args: readonly string[],
  permissions = ["--allow-read"],
): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", ...permissions],
      ...["scripts/capture_summary.ts", ...args],
    ],
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

async function json(...args: string[]): Promise<Summary> {
  const { code, out, err } = await summary([...args, "--json"]);
  assert.equal(err, "");
  assert.equal(code, 0);
  return JSON.parse(out);
}

async function lines(program: string, args: string[]): Promise<string[]> {
  const { stdout } = await run(program, args);
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line);
}

const path = (name: string) =>
  captures.find((capture) => capture.name === name)?.path;

/** A test that needs a capture and a program to ask; says what is missing. */
function real(
  title: string,
  program: string,
  names: readonly string[],
  test: (file: string) => Promise<void>,
): void {
  Deno.test(title, async () => {
    if (!installed(program)) return;
    for (const name of names) {
      const file = path(name);
      if (file === undefined) say(`skip: there is no ${name}`);
      else await test(file);
    }
  });
}

real("packets, octets and times are those of capinfos", "capinfos", [
  "dns_udp.pcap",
  "mptcp-v0.pcap",
  "OSPFv2_Capture_FINAL.pcapng",
  "msnlb2.pcapng",
], async (file) => {
  const found = await json(file);
  const args = ["-T", "-r", "-m", "-Q", "-c", "-d", "-u", "-a", "-e", "-S"];
  const [line] = await lines("capinfos", [...args, file]);
  const [packets, octets, seconds, first, last] = line!.split(",").slice(-5)
    .map((text) => Number(text.replaceAll('"', "")));
  const epoch = (time: string) =>
    Number(Temporal.Instant.from(time).epochNanoseconds / 1000n) / 1e6;
  assert.deepEqual(
    [found.packets, found.octets, epoch(found.first), epoch(found.last)],
    [packets, octets, first, last],
  );
  assert.ok(Math.abs(found.seconds - seconds!) < 2e-6, `${file} ${seconds}`);
});

real("round trips of handshakes are those of tshark", "tshark", [
  "print-flags.pcap",
  "mptcp-v0.pcap",
  "mptcp-fclose.pcap",
  "accecn_handshake.pcap",
], async (file) => {
  const { handshakes } = await json(file);
  const rtt = "tcp.analysis.initial_rtt";
  const fields = ["-T", "fields", "-e", "tcp.stream", "-e", rtt];
  const told = await lines("tshark", ["-r", file, "-Y", rtt, ...fields]);
  const times = new Map(
    told.map((line) => line.split("\t") as [string, string]),
  );
  const completed = handshakes.find(({ name }) => name === "completed");
  assert.equal(completed?.count, times.size);
  const least = Math.min(...times.values().map(Number)) * 1000;
  assert.ok(Math.abs(completed!.minMs! - least) < 0.002, `${least} ms`);
});

real("TCP notes count what tshark finds", "tshark", [
  "mptcp-v0.pcap",
  "tcp_rst_data.pcap",
  "mptcp-fclose.pcap",
], async (file) => {
  const { notes } = await json(file);
  const filters: Record<string, string> = {
    "retransmission": "tcp.analysis.retransmission && " +
      "!tcp.analysis.fast_retransmission && !tcp.analysis.spurious_retransmission",
    "duplicate-ack": "tcp.analysis.duplicate_ack",
    "reset": "tcp.flags.reset == 1",
    "zero-window": "tcp.analysis.zero_window",
  };
  for (const [kind, filter] of Object.entries(filters)) {
    const args = ["-r", file, "-Y", filter, "-T", "fields", "-e"];
    const told = await lines("tshark", [...args, "frame.number"]);
    const note = notes.find((note) => note.kind === kind);
    assert.deepEqual(
      [note?.count ?? 0, note?.first ?? 0],
      [told.length, Number(told[0] ?? 0)],
      `${file} ${kind}`,
    );
  }
});

real("DNS answers come with the code and the time of tshark", "tshark", [
  "dns_udp.pcap",
  "dns-badcookie.pcap",
], async (file) => {
  const { dns } = await json(file);
  const args = ["-T", "fields", "-e", "dns.qry.name", "-e", "dns.time"];
  const told = await lines("tshark", ["-r", file, "-Y", "dns.time", ...args]);
  const answered = dns.filter(({ minMs }) => minMs !== undefined);
  const count = answered.reduce((sum, row) => sum + row.count, 0);
  assert.equal(count, told.length, file);
  const [shown, seconds] = told[0]!.split("\t");
  const name = shown === "<Root>" ? "." : shown;
  const row = answered.find((row) => row.name.startsWith(`${name} `));
  assert.ok(Math.abs(row!.minMs! - Number(seconds) * 1000) < 0.002, file);
});

real("HTTP hosts and wrong checksums are those of tshark", "tshark", [
  "print-flags.pcap",
  "ipv4_tcp_http_xml_tso.pcap",
], async (file) => {
  const { http, checksums } = await json(file);
  const show = (field: string, filter: string) =>
    lines("tshark", [
      ...["-r", file, "-o", "tcp.check_checksum:TRUE", "-Y", filter],
      ...["-T", "fields", "-e", field],
    ]);
  const hosts = await show("http.host", "http.host");
  assert.deepEqual(http.map(({ name }) => name), [...new Set(hosts)]);
  const wrong = await show("frame.number", "tcp.checksum.status == 0");
  const tcp = checksums.find(({ name }) => name === "tcp");
  assert.deepEqual([tcp?.count ?? 0, tcp?.first ?? 0], [
    wrong.length,
    Number(wrong[0] ?? 0),
  ]);
});

real("--filter takes what tcpdump takes, and numbers stay", "tcpdump", [
  "mptcp-v0.pcap",
], async (file) => {
  const filter = "tcp[tcpflags] & tcp-syn != 0";
  const told = await lines("tcpdump", ["-n", "-r", file, filter]);
  const found = await json(file, "--filter", filter);
  assert.equal(found.packets, told.length);
  const fins = "tcp[tcpflags] & tcp-fin != 0";
  const [first] = await lines("tshark", [
    ...["-r", file, "-Y", "tcp.flags.fin == 1"],
    ...["-T", "fields", "-e", "frame.number"],
  ]);
  const late = await json(file, "--filter", fins);
  assert.equal(late.linkTypes[0]?.first, Number(first));
});

/** A capture of one's own in a file that is removed again. */
async function withFile(
  packets: readonly net.packet.Packet[],
  test: (file: string) => Promise<void>,
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".pcap" });
  try {
    await using writer = await net.pcap.create(file, { overwrite: true });
    for (const packet of packets) await writer.write(packet);
    await writer.close();
    await test(file);
  } finally {
    await Deno.remove(file);
  }
}

const { build, dns, icmp, ipv4, tcp, tls, udp } = net.packet;
const [us, them] = ["192.0.2.1", "198.51.100.2"];
const up = ipv4({ src: us, dst: them });
const down = ipv4({ src: them, dst: us });
const syn = (srcPort: number, dstPort = 443) =>
  tcp({ srcPort, dstPort, seq: 0xffffffff, flags: ["SYN"] });
const questions = [{ name: "a.example", type: "A" }];

Deno.test("handshakes that fail are told apart, with their first packet", () =>
  withFile([
    build(up, syn(1)),
    build(
      down,
      tcp({ srcPort: 443, dstPort: 1, flags: ["RST", "ACK"], ack: 0 }),
    ),
    build(up, syn(2)),
    build(up, syn(3)),
    build(
      down,
      tcp({ srcPort: 443, dstPort: 3, flags: ["SYN", "ACK"], seq: 8, ack: 0 }),
    ),
    build(up, tcp({ srcPort: 3, dstPort: 443, flags: ["RST"], seq: 0 })),
    // An ICMP error quotes a SYN that is not another one.
    build(
      down,
      icmp({ type: 3, code: 1 }),
      build(up, syn(9)).bytes,
    ),
  ], async (file) => {
    const { handshakes, notes } = await json(file);
    assert.deepEqual(
      handshakes.map(({ name, count, first }) => [name, count, first]),
      [["refused", 1, 1], ["given up", 1, 4], ["no answer", 1, 3]],
    );
    const reset = notes.find(({ kind }) => kind === "reset");
    assert.deepEqual([reset?.count, reset?.first], [2, 2]);
  }));

Deno.test("names asked come with what became of the question", () =>
  withFile([
    build(up, udp({ srcPort: 9 }), dns({ id: 1, questions })),
    build(
      down,
      udp({ srcPort: 53, dstPort: 9 }),
      dns({ id: 1, qr: 1, rcode: 3, questions }),
    ),
    build(up, udp({ srcPort: 9 }), dns({ id: 2, questions })),
  ], async (file) => {
    const { dns } = await json(file);
    assert.deepEqual(dns.map(({ name, first }) => [name, first]), [
      ["a.example A NXDOMAIN", 1],
      ["a.example A no answer", 3],
    ]);
  }));

Deno.test("TLS clients say whom they want", () => {
  const hello = (name: string) =>
    tls({
      messages: [{
        kind: "clientHello",
        version: 0x0303,
        random: new Uint8Array(32),
        sessionId: new Uint8Array(),
        cipherSuites: [0x1301],
        compressionMethods: [0],
        extensions: [{ kind: "serverName", names: [{ name }] }],
      }],
    });
  const segment = tcp({ srcPort: 4, dstPort: 443, flags: ["ACK"] });
  const whole = build(up, segment, hello("b.example".repeat(20)));
  const long = whole.tls.bytes.subarray(0, 60);
  return withFile([
    build(up, segment, hello("a.example")),
    build(up, segment, long),
  ], async (file) => {
    const { tls } = await json(file);
    assert.deepEqual(tls.map(({ name, first }) => [name, first]), [
      ["a.example", 1],
      ["(ClientHello in parts)", 2],
    ]);
  });
});

Deno.test("--json has every part, also for a capture without a packet", () =>
  withFile([], async (file) => {
    const found = await json(file);
    assert.deepEqual(Object.keys(found), [
      ...["name", "format", "linkType", "snapLength", "resolution"],
      ...["byteOrder", "interfaces", "packets", "octets", "seconds"],
      ...["bitsPerSecond", "protocols", "talkers", "conversations", "notes"],
      ...["handshakes", "dns", "http", "tls", "checksums", "cut", "linkTypes"],
    ]);
    assert.equal(found.packets, 0);
    assert.deepEqual(found.protocols.children, []);
  }));

Deno.test("for people there are a card, a tree and tables", () =>
  withFile([build(up, syn(1), "hi"), build(up, syn(1))], async (file) => {
    const { code, out } = await summary([file]);
    assert.equal(code, 0);
    assert.match(out, /^ {2}packets +2$/m);
    assert.match(out, /└─ tcp {2}2 \(100\.0%\)/);
    assert.match(out, /^conversations\na +b +packets +octets/m);
    assert.match(out, /^192\.0\.2\.1 1 +198\.51\.100\.2 443 +2 /m);
  }));

Deno.test("a damaged capture is summed up as far as it goes, and exits with 1", () =>
  withFile([build(up, syn(1)), build(up, syn(2))], async (file) => {
    await Deno.truncate(file, (await Deno.stat(file)).size - 1);
    const { code, out, err } = await summary([file, "--json"]);
    assert.equal(code, 1);
    assert.equal((JSON.parse(out) as Summary).packets, 1);
    assert.match(err, /^Cannot decode pcap: .* cut short at octet \d+.*\n$/);
  }));

Deno.test("a file that cannot be read is one line, and exits with 1", async () => {
  const { code, out, err } = await summary(["/no/such.pcap"]);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /^Cannot open \/no\/such\.pcap: no such file.*\n$/);
  const refused = await summary(["deno.json"], []);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /^Cannot open .*--allow-read=.*\n$/);
  const other = await summary(["deno.json"]);
  assert.equal(other.code, 1);
  assert.match(other.err, /^Cannot decode .*\n$/);
});

Deno.test("arguments that make no sense say how it is used, and exit with 2", async () => {
  const wrong: [string[], RegExp][] = [
    [[], /^One FILE is needed\nUsage: /],
    [["a", "b"], /^One FILE is needed\nUsage: /],
    [["--colour", "a"], /--colour.*\nUsage: /],
    [["deno.json", "--filter"], /filter.*\nUsage: /],
  ];
  for (const [args, message] of wrong) {
    const { code, out, err } = await summary(args);
    assert.deepEqual([code, out], [2, ""], args.join(" "));
    assert.match(err, message);
  }
  await withFile([], async (file) => {
    const { code, err } = await summary([file, "--filter", "tcp prot 80"]);
    assert.equal(code, 2);
    assert.match(err, /did you mean "port"\?\) at offset 4\nUsage: /);
  });
});
