import assert from "node:assert/strict";
import { PermissionError } from "../../lib/errors.ts";
import { parse } from "../../lib/ip/address.ts";
import { formatPorts } from "../../lib/wire/scanning/port_list.ts";
import { portScan, synScan } from "../../lib/wire/port_scan.ts";
import type { PortScan } from "../../lib/wire/scanning/scan_result.ts";
import type {
  PortStatus,
  TechniqueName,
} from "../../lib/wire/scanning/techniques.ts";
import { banner } from "../../lib/wire/banner.ts";
import { testUnless } from "../skip.ts";
import { inside, withoutNetworks } from "../lab/own_network.ts";
import { type ScanBed, scanBed, TARGET, TARGET6 } from "./scan_bed.ts";

const noNetworks = withoutNetworks();

function without(program: string): string | undefined {
  if (noNetworks !== undefined) return noNetworks;
  const { success } = new Deno.Command("sh", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).outputSync();
  return success ? undefined : `${program} is not installed`;
}

const OPEN = [22, 80, 1024, 2222];
const TCP_PORTS = "20-30,80,1008-1012,1019-1030,2222";
const PORTS: Readonly<Record<string, string>> = { udp: "80,1002-1006" };
const RULES = `table inet filter {
  chain in {
    type filter hook input priority 0
    tcp dport { 1000-1009, 1024 } drop
    tcp dport 1010-1019 reject with tcp reset
    tcp dport 1020-1023 reject with icmpx admin-prohibited
    tcp dport 1025 reject with icmpx host-unreachable
    tcp dport 1026 reject
    udp dport 1000-1003 drop
    udp dport 1004-1005 reject with icmpx admin-prohibited
  }
}`;

/** One that answers, refuses, and is silent; without limits to its ICMP. */
async function firewalled(): Promise<ScanBed> {
  const bed = await scanBed();
  bed.listen(OPEN);
  const { scanned } = bed;
  const write = (name: string, value: string) =>
    inside(
      scanned,
      () => Deno.writeTextFileSync(`/proc/sys/net/${name}`, value),
    );
  write("ipv4/icmp_ratelimit", "0");
  write("ipv6/icmp/ratelimit", "0");
  const file = Deno.makeTempFileSync();
  Deno.writeTextFileSync(file, RULES);
  scanned.run("nft", "-f", file);
  Deno.removeSync(file);
  return bed;
}

/** The states that nmap gives each port; it starts at once. */
async function nmap(
  bed: ScanBed,
  ...args: string[]
): Promise<Map<number, string>> {
  // An answer has half a second, three times.
  const patience = ["-T4", "--min-rtt-timeout", "500ms", "--max-retries", "2"];
  const usual = ["-n", "-Pn", ...patience, "-oX", "-"];
  const process = inside(
    bed.scanner,
    () => [new Deno.Command("nmap", { args: [...usual, ...args] }).output()],
  );
  const xml = new TextDecoder().decode((await process[0]!).stdout);
  const states = new Map<number, string>();
  for (
    const [, port, state] of xml.matchAll(
      /<port protocol="\w+" portid="(\d+)"><state state="([^"]+)"/g,
    )
  ) states.set(Number(port), state!);
  for (
    const [, state, rest] of xml.matchAll(
      /<extraports state="([^"]+)"[^>]*>(.*?)<\/extraports>/gs,
    )
  ) {
    for (const [, ports] of rest!.matchAll(/ports="([\d,-]+)"/g)) {
      for (const part of ports!.split(",")) {
        const [first, last = first] = part.split("-").map(Number);
        for (let port = first!; port <= last!; port++) states.set(port, state!);
      }
    }
  }
  return states;
}

function statesOf(scan: PortScan): Map<number, string> {
  const states = new Map<number, string>();
  for (const state of Object.keys(scan.counts)) {
    for (const port of scan.hosts[0]!.ports(state as PortStatus)) {
      states.set(port, state);
    }
  }
  return states;
}

/** Which ports are in which state, in short. */
function summary(states: Map<number, string>): Record<string, string> {
  const ports = Map.groupBy(states.keys(), (port) => states.get(port)!);
  return Object.fromEntries(
    [...ports].map(([state, list]) => [state, formatPorts(list)]),
  );
}

const SCANS: readonly (readonly [TechniqueName, string])[] = [
  ["syn", "-sS"],
  ["connect", "-sT"],
  ["ack", "-sA"],
  ["fin", "-sF"],
  ["null", "-sN"],
  ["xmas", "-sX"],
  ["maimon", "-sM"],
  ["udp", "-sU"],
];

for (
  const [family, target, flags, scans] of [
    ["IPv4", TARGET, [], SCANS],
    ["IPv6", TARGET6, ["-6"], SCANS.filter(([name]) => /syn|udp/.test(name))],
  ] as const
) {
  testUnless(
    without("nmap"),
    `portScan() finds each port in the state that nmap finds it in, over ${family}`,
    async () => {
      using bed = await firewalled();
      // nmap takes its time: all of them take it together.
      const theirs = scans.map(([technique, flag]) =>
        nmap(bed, ...flags, flag, "-p", PORTS[technique] ?? TCP_PORTS, target)
      );
      for (const [i, [technique]] of scans.entries()) {
        const ports = PORTS[technique] ?? TCP_PORTS;
        const options = { ...bed.options, technique, timeout: 800 };
        const ours = await portScan(target, ports, options);
        assert.deepEqual(
          { technique, ...summary(statesOf(ours)) },
          { technique, ...summary(await theirs[i]!) },
        );
      }
    },
  );
}

testUnless(
  noNetworks,
  "synScan() of all ports finds what is open, and that all else is closed",
  async () => {
    using bed = await scanBed();
    bed.listen(OPEN);
    const rows: number[] = [];
    const run = synScan(TARGET, "all", bed.options);
    for await (const { port } of run) rows.push(port);
    const scan = await run;
    assert.deepEqual(rows.sort((a, b) => a - b), OPEN);
    assert.deepEqual(scan.open.map(({ port }) => port), OPEN);
    assert.deepEqual(scan.counts, { open: 4, closed: 65_531 });
    assert.equal(scan.state(22)?.reason, "syn-ack");
    assert.equal(scan.state(22)?.service, "ssh");
    assert.equal(scan.state(23)?.reason, "reset");
    assert.match(Deno.inspect(scan), /22\/tcp +open +ssh +syn-ack/);
    assert.match(Deno.inspect(scan), /not shown: 65,531 closed/);
    const { hosts } = JSON.parse(JSON.stringify(scan));
    assert.equal(hosts[0].closed, "1-21,23-79,81-1023,1025-2221,2223-65535");
  },
);

testUnless(
  noNetworks,
  "portScan() scans this machine itself, its own source ports among those asked",
  async () => {
    using bed = await scanBed();
    bed.listen(OPEN);
    const options = { namespace: bed.scanned.namespace };
    for (const host of ["127.0.0.1", "::1", TARGET]) {
      const scan = await portScan(host, "1-3000,61000-65535", options);
      assert.deepEqual(scan.open.map(({ port }) => port), OPEN, host);
      assert.equal(scan.counts.closed, 3000 + 4536 - 4, host);
    }
    const udp = await portScan("127.0.0.1", "61000-65535", {
      ...options,
      technique: "udp",
    });
    assert.deepEqual(udp.counts, { closed: 4536 });
  },
);

testUnless(
  noNetworks,
  "portScan() asks again, and slower, until a link that loses a third has told all",
  async () => {
    using bed = await scanBed();
    bed.listen(OPEN);
    bed.scanned.run("nft", "add table inet lossy");
    bed.scanned.run(
      "nft",
      "add chain inet lossy in { type filter hook input priority 0; }",
    );
    bed.scanned.run(
      "nft",
      // In turn and not by chance, so that the run does not hang on luck.
      "add rule inet lossy in meta l4proto tcp numgen inc mod 3 0 drop",
    );
    const scan = await portScan(TARGET, "1-2500", {
      ...bed.options,
      retry: 3,
      timeout: 800,
    });
    assert.deepEqual(scan.open.map(({ port }) => port), OPEN);
    assert.equal(scan.counts.closed, 2500 - 4);
    assert.ok(scan.probes > 3000, `${scan.probes}`);
  },
);

testUnless(
  noNetworks,
  "portScan() scans several hosts at once, and says which are down",
  async () => {
    using bed = await scanBed();
    bed.listen([80]);
    bed.scanned.run("ip", "addr", "add", "10.77.0.3/16", "dev", "vb");
    const scan = await portScan(
      [parse("10.77.0.3"), TARGET, "10.77.0.9", TARGET6],
      "79-81",
      { ...bed.options, timeout: 2000 },
    );
    assert.deepEqual(
      scan.hosts.map(({ host, open, down }) =>
        `${host} ${open.map(({ port }) => port)} ${down ?? "up"}`
      ),
      [
        "10.77.0.3 80 up",
        "10.77.0.2 80 up",
        "10.77.0.9  is down: 10.77.0.9 does not answer on the link",
        "fd00:77::2 80 up",
      ],
    );
  },
);

testUnless(
  noNetworks,
  "portScan() with banners gives what services say of themselves",
  async () => {
    using bed = await scanBed();
    bed.listen([22], "SSH-2.0-OpenSSH_9.9\r\n");
    bed.listen([2222], Uint8Array.of(0x1b, 0x5b, 0x32, 0x4a, 0x07, 0xff, 0x0a));
    bed.listen([80]);
    using server = inside(
      bed.scanned,
      () => Deno.listen({ hostname: "::", port: 8080 }),
    );
    const answered = (async () => {
      for await (const connection of server) {
        const question = new Uint8Array(100);
        const length = await connection.read(question).catch(() => null) ?? 0;
        assert.match(
          new TextDecoder().decode(question.subarray(0, length)),
          /^(HEAD|$)/,
        );
        const reply =
          "HTTP/1.0 200 OK\r\nDate: now\r\nServer: nginx/1.22\r\n\r\n";
        await connection.write(new TextEncoder().encode(reply)).catch(() => {});
        connection.close();
      }
    })();
    const scan = await portScan(TARGET, "22,80,2222,8080,8081", {
      ...bed.options,
      banners: true,
    });
    assert.deepEqual(scan.open.map(({ port, banner }) => [port, banner]), [
      [22, "SSH-2.0-OpenSSH_9.9"],
      [80, undefined],
      [2222, "\\x1b[2J\\x07�"],
      [8080, "HTTP/1.0 200 OK, Server: nginx/1.22"],
    ]);
    server.close();
    await answered;
  },
);

testUnless(
  noNetworks,
  "banner() reads no more than its limit, and says who refuses it",
  async () => {
    using bed = await scanBed();
    bed.listen([7], "x".repeat(100_000));
    const { namespace } = bed.options;
    const options = { namespace, timeout: 30_000 };
    const long = await banner(TARGET, 7, { ...options, limit: 64 });
    assert.equal(long.octets.length, 64);
    assert.equal(long.nudge, undefined);
    await assert.rejects(banner(TARGET, 8, options), {
      code: "refused",
      message: "Cannot connect to 10.77.0.2:8: the answer is refused",
    });
  },
);

testUnless(
  noNetworks,
  "portScan() refuses to scan strangers unless told why one may",
  async () => {
    using bed = await scanBed();
    const { options } = bed;
    bed.scanner.run("ip", "route", "add", "203.0.113.0/24", "dev", "va");
    bed.scanned.run("ip", "addr", "add", "203.0.113.9/24", "dev", "vb");
    bed.scanned.run("ip", "route", "add", "10.77.0.1", "dev", "vb");
    await assert.rejects(
      async () => await portScan("203.0.113.9", "1-1024", options),
      (error) =>
        error instanceof PermissionError && error.code === "not-authorised" &&
        /scan 1,024 TCP ports \(SYN\) of 203\.0\.113\.9/.test(error.message),
    );
    const authorised = "it is in the next namespace";
    const scan = await portScan("203.0.113.9", "1-1024", {
      ...options,
      authorised,
    });
    assert.equal(scan.counts.closed, 1024);
  },
);

testUnless(
  noNetworks,
  "portScan() keeps to its rate, and stops at once when told to",
  async () => {
    using bed = await scanBed();
    const paced = await portScan(TARGET, "1-500", {
      ...bed.options,
      rate: 2000,
    });
    assert.ok(paced.ms > 240, `${paced.ms} ms`);
    const controller = new AbortController();
    const run = portScan(TARGET, "all", {
      ...bed.options,
      rate: 10,
      signal: controller.signal,
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = performance.now();
    controller.abort(new Error("enough"));
    await assert.rejects(async () => await run, /enough/);
    // Two hours, to its end.
    assert.ok(performance.now() - stopped < 20_000);
  },
);
