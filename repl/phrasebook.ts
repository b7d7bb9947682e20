/**
 * What readers know from Python, from Scapy and from the shell, and how it is
 * said here.
 *
 * @module
 */

/** Names and modules of Python and Scapy, and commands. */
const NAMES: Readonly<Record<string, string>> = {
  // The interpreter.
  exit: ".exit, or Ctrl-D",
  quit: ".exit, or Ctrl-D",
  clear: "Ctrl-L",
  // What is built in.
  print: "console.log(x); at the prompt a value shows itself",
  input: 'prompt("…")',
  len: "x.length, or x.size of sets and maps",
  dir: "x. and Tab",
  type: "typeof x, or x.constructor.name",
  isinstance: "x instanceof T, or typeof x",
  True: "true",
  False: "false",
  None: "undefined, or null",
  self: "this",
  str: "String(x), or `…${x}…`",
  int: "Number(text), or Math.trunc(n)",
  float: "Number(text)",
  bool: "Boolean(x)",
  bytes: 'new TextEncoder().encode("…"), or net.bytes.parseHex("00 ff")',
  bytearray: "new Uint8Array(n)",
  list: "[...x]",
  tuple: "[a, b]",
  dict: "{ key: value }, or new Map()",
  range: "Array.from({ length: n }, (_, i) => i)",
  enumerate: "x.entries()",
  zip: "a.map((x, i) => [x, b[i]])",
  sorted: "x.toSorted()",
  sum: "x.reduce((a, b) => a + b, 0)",
  min: "Math.min(...x)",
  max: "Math.max(...x)",
  abs: "Math.abs(x)",
  round: "Math.round(x)",
  hex: "n.toString(16), or net.bytes.hex(octets)",
  bin: "n.toString(2)",
  ord: "text.codePointAt(0)",
  chr: "String.fromCodePoint(n)",
  open: 'await Deno.readTextFile("…")',
  // Modules.
  socket: "net.tcp, net.udp, net.unix and net.raw",
  socketserver: "net.tcp.serve and net.udp.serve",
  selectors: "net.tcp.serve",
  asyncio: "await, and net.tcp.serve",
  ssl: "net.tls",
  ipaddress: "net.ip",
  netaddr: "net.ip",
  requests: "net.http",
  httpx: "net.http",
  aiohttp: "net.http and net.ws",
  urllib: "net.http and new URL(…)",
  flask: "net.http.serve",
  websockets: "net.ws",
  dns: "net.dns",
  scapy: "net.packet, net.pcap and net.wire",
  dpkt: "net.packet and net.pcap",
  pyshark: "net.pcap",
  paramiko: "net.ssh",
  netmiko: "net.device",
  napalm: "net.device",
  ncclient: "net.device.netconf",
  textfsm: "net.device.textfsm",
  pysnmp: "net.snmp",
  pyroute2: "net.linux",
  struct: "DataView, or the fields of net.packet",
  json: "JSON.parse and JSON.stringify",
  re: "/…/ and text.match",
  time: "await new Promise((done) => setTimeout(done, 1000))",
  datetime: "new Date()",
  os: "Deno",
  sys: "Deno",
  subprocess: "new Deno.Command",
  threading: "await, or net.tcp.serveThreads",
  random: "Math.random()",
  logging: "console.error",
  // Scapy.
  IP: "net.packet.ipv4",
  IPv6: "net.packet.ipv6",
  TCP: "net.packet.tcp",
  UDP: "net.packet.udp",
  ICMP: "net.packet.icmp",
  ARP: "net.packet.arp",
  Ether: "net.packet.ethernet",
  Dot1Q: "net.packet.vlan",
  DNS: "net.packet.dns",
  Raw: "the last argument of net.packet.build: octets, or a text",
  rdpcap: 'await net.pcap.open("…")',
  wrpcap: 'await net.pcap.create("…")',
  sniff: "net.wire.capture",
  send: "net.wire.send",
  sendp: "net.wire.send",
  sr: "net.wire.ask",
  sr1: "net.wire.ask",
  srp: "net.wire.ask",
  arping: "net.wire.arping",
  traceroute: "net.wire.traceroute",
  hexdump: "net.bytes.hexdump",
  ls: 'net.packet.tcp? tells the fields; new Deno.Command("ls") lists files',
  // Commands.
  ipcalc: 'net.ip.subnet("10.0.0.0/24"), and net.ip.describe',
  sipcalc: 'net.ip.subnet("10.0.0.0/24"), and net.ip.describe',
  ip: "net.linux: links, addresses, routes, neighbours, rules",
  ifconfig: "net.linux.links() and net.linux.addresses()",
  route: 'net.linux.routes(), and net.linux.route("192.0.2.1") for one way',
  arp: "net.linux.neighbours(), and net.wire.arping",
  ss: "net.linux.sockets()",
  netstat: "net.linux.sockets() and net.linux.routes()",
  ping: "lab.pingAll() in a lab, and net.wire.ask",
  tcpdump: "net.wire.capture, and net.pcap.open for files",
  tshark: "net.pcap.open, net.wire.capture and net.packet.match",
  nmap: "net.wire.portScan",
  "arp-scan": "net.wire.arpScan",
  mtr: "net.wire.traceroute",
  dig: 'net.dns.query("192.0.2.53", "example.com", "A"), and net.dns.resolve',
  nslookup: 'net.dns.resolve("example.com")',
  host: 'net.dns.resolve("example.com"), and net.dns.reverse',
  nc: 'net.tcp.connect("host:80") and net.tcp.serve',
  ncat: 'net.tcp.connect("host:80") and net.tcp.serve',
  socat: "net.tcp.proxy, net.tcp.connect and net.unix.connect",
  telnet: 'net.tcp.connect("host:23"), and net.device.connect',
  curl: 'net.http.get("https://…"), and net.http.raw',
  wget: "session.download of net.http.client()",
  openssl: "net.tls.inspect, net.tls.authority and net.tls.readCertificates",
  sslscan: "net.tls.scan",
  mkcert: "net.tls.authority, and scripts/home_ca.ts",
  certbot: "net.tls.acme",
  nft: "net.firewall: parse, list, check, apply",
  iptables: "net.firewall.iptables, and net.firewall",
  ufw: "net.firewall.patterns.host",
  ssh: 'net.ssh.connect("user@host")',
  scp: "net.ssh.scpGet and net.ssh.scpPut, or SFTP",
  sftp: "(await net.ssh.connect(…)).sftp()",
  "ssh-keygen": "net.ssh.generateKey",
  snmpget: "(await net.snmp.open(…)).get(name)",
  snmpwalk: "(await net.snmp.open(…)).walk(name)",
  snmpbulkwalk: "(await net.snmp.open(…)).walk(name)",
  snmptable: "(await net.snmp.open(…)).table(name)",
  snmpset: "(await net.snmp.open(…)).set(name, value)",
  snmptranslate: "session.mib of net.snmp.open",
  snmptrap: "net.snmp.trap",
  snmptrapd: "net.snmp.listenTraps",
  snmpd: "net.snmp.agent",
  mininet: "net.lab.up",
};

/** Python's grammar where TypeScript's differs. */
const GRAMMAR: readonly (readonly [pattern: RegExp, here: string])[] = [
  [/^def\s+\w+\s*\(/, "function name(x) { … }"],
  [/^async\s+def\b/, "async function name(x) { … }"],
  [/^class\s+\w+(\(.*\))?:/, "class Name extends Base { … }"],
  [/^for\s+.+\s+in\s+.+:/, "for (const x of list) { … }"],
  [/^(async\s+)?with\s+.+:/, "await using x = await …"],
  [/^(if|elif|while)\b[^({]*:\s*($|\w)/, "if (…) { … } and while (…) { … }"],
  [/^(try|else|finally):/, "try { … } catch (error) { … } finally { … }"],
  [/^except\b/, "catch (error) { … }"],
  [/^del\s/, "delete it.key"],
  [/\blambda\b[^:]*:/, "(x) => …"],
  [/(^|[\s(=,])f(?:"[^"]*"|'[^']*')/, "`…${x}…`"],
  [/(^|[\s(=,])b(?:"[^"]*"|'[^']*')/, 'new TextEncoder().encode("…")'],
  [/(^|[\s(=,])r(?:"[^"]*"|'[^']*')/, "String.raw`…`"],
  [/\[.+\sfor\s.+\sin\s.+\]/, "list.filter((x) => …).map((x) => …)"],
  [/\S\s+if\s+.+\s+else\s/, "condition ? a : b"],
  [/\bis\s+(not\s+)?None\b/, "x === undefined"],
  [/\bnot\s+in\b|\bin\s+\[/, "!list.includes(x)"],
  [/(^|[\s(=])not\s|\s(and|or)\s/, "!a, a && b, a || b"],
  [/^\?\S/, "a name, and ? behind it"],
  [/^[!%]\w/, "new Deno.Command(…), or .shell on a host of a lab"],
];

/** All that it knows. */
export const names: readonly string[] = Object.keys(NAMES);

/**
 * How a name from elsewhere is said here.
 *
 * @param name A function, a value, a module or a command.
 */
export function hereFor(name: string): string | undefined {
  return Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
}

/**
 * How a line from elsewhere is said here.
 *
 * @param source An entry that is no TypeScript.
 */
export function grammarFor(source: string): string | undefined {
  const line = source.trim().split("\n")[0]!;
  const module = /^(?:from|import)\s+(\w+)(?!.*["'])/.exec(line)?.[1];
  if (module !== undefined) {
    return hereFor(module) ??
      'import { name } from "…", and net is there already';
  }
  const here = GRAMMAR.find(([pattern]) => pattern.test(line))?.[1];
  // A command and its arguments; what begins in another way is an expression.
  const command = /^([\w-]+)\s+[\w./@:+-]/.exec(line)?.[1];
  return here ?? (command === undefined ? undefined : hereFor(command));
}
