/**
 * Runs everything: installs what the tests need and lack, then the checks in
 * the order in which they are quick. Ends with why each skip was one, how long
 * each stage took, what failed and how, and `N passed, N failed, N skipped`.
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
    ["nft", "nftables", "the oracle for firewalls"],
    ["ufw", "ufw", "a writer of iptables' rules"],
    ["iptables-nft-restore", "iptables", "a second opinion on its rules"],
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
    ["snmpbulkwalk", "snmp", "a client of SNMP agents"],
    ["/usr/sbin/snmptrapd", "snmptrapd", "who hears of traps"],
    [
      "/usr/lib/python3/dist-packages/textfsm/__init__.py",
      "python3-textfsm",
      "an oracle for TextFSM",
    ],
    ["tayga", "tayga", "NAT64 in the lab"],
    ["/usr/sbin/named", "bind9", "an oracle for zones and answers"],
    ["dnssec-signzone", "bind9-utils", "signed zones"],
    [
      "/usr/lib/python3/dist-packages/websockets/__init__.py",
      "python3-websockets",
      "a peer for WebSocket",
    ],
    ["openssl", "openssl", "the oracle for TLS and certificates"],
    [
      "/etc/ssl/certs/ca-certificates.crt",
      "ca-certificates",
      "the roots of this system",
    ],
    ["sslscan", "sslscan", "a second opinion on TLS servers"],
    ["certbot", "certbot", "a client of the ACME server"],
    [
      "/usr/lib/python3/dist-packages/cryptography_vectors/x509/PKITS_data/ReadMe.txt",
      "python3-cryptography-vectors",
      "a public suite of certificate paths",
    ],
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
    ["socat", "socat", "a command on the way to an SSH server"],
    ["sudo", "sudo", "what commands on other machines run through"],
    ["script", "bsdutils", "pseudo-terminals for the bench"],
    ["tcpdump", "tcpdump", "the oracle for capture files"],
    ["tmux", "tmux", "a real terminal for the prompt"],
    ["tshark", "tshark", "the oracle for decoded fields"],
    ["unshare", "util-linux", "networks that hold nothing but the test"],
  ];

/**
 * Tasks in order, in groups that run at once: those that mostly wait, each in
 * networks of its own. A task's tests are counted, other tasks count as one.
 */
const STAGES: readonly (string | readonly string[])[] = [
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
  "test:firewall",
  ["test:scripts", "test:tls"],
  "test:machines",
  "test:repl",
  "bundle",
  "test:wire",
  // What takes no rights runs so too; only root can give them up.
  Deno.uid() === 0 ? ["test:lab", "test:lab:nobody"] : "test:lab",
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const decoder = new TextDecoder();
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const reasons: string[] = [];
const times: string[] = [];
const faults: string[] = [];

/** So many failures of a stage are repeated at the end, with so many lines each. */
const SHOWN = 15;

/** The line that names what failed. */
const FAULT = /^(?=\S.*(?: => \S+:\d+:\d+| \(uncaught error\))$)/m;

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

/** Runs one task, passing on what it prints (at its end if `later`), and counts. */
async function runStage(stage: string, later: boolean): Promise<void> {
  const started = performance.now();
  if (!later) console.log(`\n=== ${stage}`);
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
      if (!later) await Deno.stdout.write(new TextEncoder().encode(text));
    }
  };
  const [{ success }] = await Promise.all([
    child.status,
    pass(child.stdout),
    pass(child.stderr),
  ]);
  if (later) console.log(`\n=== ${stage}\n${output.trimEnd()}`);
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
  const time = ((performance.now() - started) / 1000).toFixed(1);
  const isFine = success && counted.failed === 0;
  times.push(`${stage} ${time} s`);
  if (!isFine) faults.push(`=== ${stage}\n${faultsOf(output).join("\n\n")}`);
  console.log(`=== ${stage}: ${isFine ? "ok" : "FAILED"}, ${time} s`);
}

/** The beginning of each error that a runner tells, or else the last lines. */
function faultsOf(output: string): string[] {
  const errors = Array.from(
    output.matchAll(/^ ERRORS $([\s\S]*?)^ FAILURES $/gm),
    ([, text]) => text!.split(FAULT),
  ).flat().map((text) => text.trim()).filter((text) => text !== "");
  if (errors.length === 0) {
    return [output.trim().split("\n").slice(-SHOWN).join("\n")];
  }
  // Where nearly all fails, most for one reason, the names of the rest do.
  return errors.map((text, i) =>
    text.split("\n").slice(0, i < SHOWN ? SHOWN : 1).join("\n")
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
const wanted = Deno.args.length > 0
  // "a+b" is a group.
  ? Deno.args.map((arg) => arg.split("+"))
  : STAGES;
for (const group of wanted) {
  const stages = typeof group === "string" ? [group] : group;
  await Promise.all(
    stages.map((stage) => runStage(stage, stages.length > 1)),
  );
}
if (reasons.length > 0) {
  console.log(`\nSkipped, and why:`);
  for (const reason of reasons) console.log(`  ${reason}`);
}
if (times.length > 1) console.log(`\nTimes: ${times.join(", ")}`);
for (const fault of faults) console.log(`\n${fault}`);
console.log(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`,
);
Deno.exit(total.failed === 0 ? 0 : 1);
