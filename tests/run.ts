/**
 * Runs everything: installs what the tests need and lack, then the checks in
 * the order in which they are quick. Ends with `N passed, N failed, N skipped`
 * and says why each skip was one.
 *
 * @module
 */

/** Debian packages by the command, or the file, that they bring. */
const NEEDS:
  readonly (readonly [command: string, name: string, use: string])[] = [
    ["/usr/share/ieee-data/oui.txt", "ieee-data", "the list of MAC vendors"],
    ["python3", "python3", "a peer for sockets and addresses"],
    [
      "/usr/lib/python3/dist-packages/scapy/__init__.py",
      "python3-scapy",
      "a second opinion on packets",
    ],
    ["ip", "iproute2", "the oracle for links, addresses and routes"],
    ["ping", "iputils-ping", "an oracle for who reaches whom"],
    ["nft", "nftables", "firewalls of the lab"],
    ["ethtool", "ethtool", "offloads in the lab"],
    ["brctl", "bridge-utils", "ifupdown's bridges"],
    ["ifup", "ifupdown", "the reader of /etc/network/interfaces"],
    ["netplan", "netplan.io", "the reader of netplan's files"],
    ["networkctl", "systemd", "the reader of networkd's files"],
    ["dnsmasq", "dnsmasq-base", "DHCP and DNS in the lab"],
    ["unbound", "unbound", "a resolver in the lab"],
    ["/usr/lib/frr/zebra", "frr", "routing protocols in the lab"],
    ["/usr/sbin/sshd", "openssh-server", "logins in the lab"],
    ["/usr/sbin/snmpd", "snmpd", "a device to ask in the lab"],
    ["/usr/sbin/nginx", "nginx-light", "web servers in the lab"],
    ["ssh", "openssh-client", "a client of the lab's sshd"],
    ["tayga", "tayga", "NAT64 in the lab"],
    ["/usr/sbin/named", "bind9", "an oracle for zones and answers"],
    ["dnssec-signzone", "bind9-utils", "signed zones"],
    [
      "/usr/lib/python3/dist-packages/websockets/__init__.py",
      "python3-websockets",
      "a peer for WebSocket",
    ],
    ["openssl", "openssl", "certificates for DNS over TLS"],
    [
      "/usr/lib/python3/dist-packages/zeroconf/__init__.py",
      "python3-zeroconf",
      "a peer for mDNS",
    ],
    ["dig", "bind9-dnsutils", "a client of the lab's name servers"],
    ["curl", "curl", "a client of the lab's web servers"],
    ["traceroute", "traceroute", "an oracle for the way of packets"],
    ["ps", "procps", "who runs in the lab"],
    ["udhcpc", "udhcpc", "a client of DHCP servers"],
    ["nmap", "nmap", "a second opinion on ports"],
    ["arp-scan", "arp-scan", "a second opinion on neighbours"],
    ["lldpd", "lldpd", "a neighbour that says who it is"],
    ["iperf3", "iperf3", "throughput in the lab"],
    ["script", "bsdutils", "pseudo-terminals for the bench"],
    ["tcpdump", "tcpdump", "the oracle for capture files"],
    ["tmux", "tmux", "a real terminal for the prompt"],
    ["tshark", "tshark", "the oracle for decoded fields"],
    ["unshare", "util-linux", "networks that hold nothing but the test"],
  ];

/** Tasks in order; each task's tests are counted, other tasks count as one. */
const STAGES: readonly string[] = [
  "fmt:check",
  "lint",
  "check",
  "doc:lint",
  "doc:index --check",
  "test:architecture",
  "test:unit",
  "test:doc",
  "test:property",
  "test:packet",
  "test:loopback",
  "test:scripts",
  "test:repl",
  "bundle",
  "test:wire",
  "test:lab",
  // What takes no rights runs so too; only root can give them up.
  ...Deno.uid() === 0 ? ["test:lab:nobody"] : [],
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const decoder = new TextDecoder();
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const reasons: string[] = [];

async function has(command: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", `command -v ${command} || test -f ${command}`],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Installs what is lacking, or says what and why not. */
async function prepare(): Promise<void> {
  const lacking: (typeof NEEDS)[number][] = [];
  for (const need of NEEDS) if (!await has(need[0])) lacking.push(need);
  if (lacking.length === 0) return;
  const names = lacking.map(([, name]) => name);
  const root = Deno.uid() === 0;
  if (!await has("apt-get") || !(root || await has("sudo"))) {
    for (const [command, name, use] of lacking) {
      console.log(
        `Lacking ${command} (${use}). There is no apt-get that may be used here; install ${name}, or the tests that need it are skipped.`,
      );
    }
    return;
  }
  console.log(`Installing ${names.join(", ")} through apt-get.`);
  const apt = root ? ["apt-get"] : ["sudo", "-n", "apt-get"];
  for (
    const args of [["update"], [
      "install",
      "--yes",
      "--no-install-recommends",
      ...names,
    ]]
  ) {
    const [command, ...rest] = [...apt, ...args];
    const { success, stderr } = await new Deno.Command(command!, {
      args: rest,
      // In runlevel 1 no package starts the service that it brings.
      env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      stdout: "null",
    }).output();
    if (!success) {
      console.log(
        `apt-get ${args[0]} failed; tests that need ${
          names.join(", ")
        } are skipped.\n${decoder.decode(stderr)}`,
      );
      return;
    }
  }
}

/** Runs one task, passing on what it prints, and counts. */
async function runStage(stage: string): Promise<void> {
  const started = performance.now();
  console.log(`\n=== ${stage}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...stage.split(" ")],
    env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const pass = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      await Deno.stdout.write(new TextEncoder().encode(text));
    }
  };
  const [{ success }] = await Promise.all([
    child.status,
    pass(child.stdout),
    pass(child.stderr),
  ]);
  const counted = count(output);
  // A stage that fails without a failing test failed as a whole.
  if (!success && counted.failed === 0) counted.failed = 1;
  if (counted.passed + counted.failed + counted.skipped === 0) {
    if (/^test:/.test(stage)) {
      console.log(`${stage} ran no test.`);
      counted.failed = 1;
    } else counted.passed = 1;
  }
  total.passed += counted.passed;
  total.failed += counted.failed;
  total.skipped += counted.skipped;
  for (const [, reason] of output.matchAll(/^skip: (.+)$/gm)) {
    reasons.push(`${stage}: ${reason}`);
  }
  console.log(
    `=== ${stage}: ${success ? "ok" : "FAILED"}, ${
      ((performance.now() - started) / 1000).toFixed(1)
    } s`,
  );
}

/** The figures of the runner's closing lines. */
function count(output: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (
    const [line] of output.matchAll(/^(?:ok|FAILED) \| \d+ passed.*$/gm)
  ) {
    const figure = (word: string) =>
      Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
    counts.passed += figure("passed");
    counts.failed += figure("failed");
    counts.skipped += figure("ignored");
  }
  return counts;
}

await prepare();
const wanted = Deno.args.length > 0 ? Deno.args : STAGES;
for (const stage of wanted) await runStage(stage);
if (reasons.length > 0) {
  console.log(`\nSkipped, and why:`);
  for (const reason of reasons) console.log(`  ${reason}`);
}
console.log(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`,
);
Deno.exit(total.failed === 0 ? 0 : 1);
