#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 13
// title: iptables, and what becomes of it
// goal: Read an old firewall as iptables-save prints it, carry it over to nftables, prove that the same packets meet the same fate, know what cannot be carried over, and find the hole that it leaves.
// needs: lab
// minutes: 30
// ---
import * as net from "netrepl";
const { iptables } = net.firewall;
const canvas = net.inspect.canvas({ width: 80 });

// %% An inheritance
// A web server's rules, as iptables-save printed them. *filter begins a table,
// :INPUT a chain with its policy; -A adds a rule: what a packet must have, then -j
// and where it goes. A chain with "-" has no policy: others jump to it.
// On a real machine: iptables-save > old.rules
const old = `*nat
:PREROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 8080 -j REDIRECT --to-ports 80
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:web - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m multiport --dports 80,443 -j web
-A INPUT -s 10.0.0.0/27 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p icmp -m icmp --icmp-type 8 -m limit --limit 5/sec -j ACCEPT
-A INPUT -p tcp -j REJECT --reject-with tcp-reset
-A INPUT -j REJECT --reject-with icmp-port-unreachable
-A web -s 10.0.0.66/32 -j DROP
-A web -j ACCEPT
COMMIT
`;

// %% Line by line
// Each rule three times: as it was, as nft says it, and in words.
// Try this: explain("iptables -I INPUT -p udp --dport 53 -j ACCEPT"), a command.
console.log(iptables.explain(old));

// %% Carried over
// Tables become tables and chains become chains. What was a module with options
// (-m multiport --dports 80,443) is a set, an expression like any other.
const carried = iptables.parse(old);
console.log(carried);

// %% The same hooks
// The kernel has one firewall engine, with hooks and priorities. iptables' tables
// are fixed places there: nat PREROUTING is a chain at -100, filter INPUT one at 0.
// In nftables one makes the chains oneself, and only those that one needs.
console.log(carried.hooks());

// %% A server under the old rules
// All with the real iptables (apt install iptables), on a host of a lab.
await using lab = await net.lab.up(`
  name: inheritance
  hosts:
    desk: [10.0.0.2/24, "fd00::2/64"]
    guest: [10.0.0.66/24, "fd00::66/64"]
    server: [10.0.0.1/24, "fd00::1/64"]
  switches: [sw]
  links: [desk -- sw, guest -- sw, server -- sw]
`);
const server = lab.host("server");
await server.run((net) => {
  const services = [22, 23, 80].map((port) =>
    net.tcp.serve({ hostname: "::", port }, net.tcp.echo)
  );
  Object.assign(globalThis, { services });
});
const { code } = await server.exec("iptables-restore", { stdin: old });
console.log(code === 0 ? "restored" : "refused");

// %% Who gets through?
// To knock is to try a connection: it is open, refused at once, or not answered.
const knock = (from: string, target: string) =>
  lab.host(from).run(async (net, target) => {
    try {
      await using _ = await net.tcp.connect(target, { timeout: 500 });
      return "open";
    } catch (error) {
      if (!(error instanceof net.NetError)) throw error;
      return error.code;
    }
  }, target);

// %% Six questions
// Asked now, and again when the rules are others.
const knocks = [
  { from: "desk", port: 22 },
  { from: "desk", port: 80 },
  { from: "desk", port: 8080 },
  { from: "desk", port: 23 },
  { from: "guest", port: 22 },
  { from: "guest", port: 80 },
] as const;
async function knockAll() {
  const results: string[] = [];
  for (const { from, port } of knocks) {
    results.push(await knock(from, `10.0.0.1:${port}`));
  }
  return results;
}
const before = await knockAll();

// %% iptables is nft already
// Today's iptables is a translator: the rules that it made are in nft's list, each
// with a counter. Without the counters it is, rule by rule, what we read.
// Shell: iptables -V says (nf_tables), or (legacy) where it is the old one
const listed = await server.run(async (net) => `${await net.firewall.list()}`);
const plain = listed.replaceAll(/counter packets \d+ bytes \d+ ?/g, "");
console.log(net.firewall.diff(net.firewall.parse(plain), carried));

// %% The new rules in place of the old
// In one transaction, so there is no moment without rules. apply() wants to be
// able to put back what was there, so it asks for the source of what it did not
// apply itself: that is what `previous` is.
await server.run(async (net, rules) => {
  await net.firewall.apply(rules, { previous: rules, others: "remove" });
}, `${carried}`);
const after = await knockAll();

// %% The same packets, the same fate
// By iptables, by nft, and by the simulator. Port 8080 is open because nat turns
// it into 80 before filter sees it.
const here: net.firewall.Context = {
  iifname: "eth0",
  interfaces: [{ name: "eth0", addresses: ["10.0.0.1/24"] }],
};
const heard = new Map<string, string>([
  ["accept", "open"],
  ["reject", "refused"],
  ["drop", "timeout"],
]);
const addresses = { desk: "10.0.0.2", guest: "10.0.0.66" };
const tcp = { dst: "10.0.0.1", protocol: "tcp" };
const rows = knocks.map(({ from, port: dstPort }, i) => {
  const packet = { ...tcp, src: addresses[from], dstPort };
  const simulator = heard.get(carried.trace(packet, here).verdict);
  return { from, port: dstPort, iptables: before[i], nft: after[i], simulator };
});
console.log(net.inspect.table(rows, { canvas }));

// %% Through nat and filter
// The trace says how: two base chains were asked, in the order of their hooks, and
// the packet that goes on is another than the one that came. Who asked hears from
// port 8080 all the same: connection tracking turns the answers back.
const web = { ...tcp, src: "10.0.0.2", srcPort: 50_000, dstPort: 8080 };
console.log(carried.trace(web, here));

// %% What cannot be carried over
// nft has no equal for some modules. Then nothing is carried over at all, and each
// such line is told with the reason and what to write instead.
const modules = `*filter
:INPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 22 -m recent --name ssh --rcheck --hitcount 4 -j DROP
-A INPUT -p tcp --dport 80 -m string --algo bm --string /etc/passwd -j DROP
-A INPUT -m set --match-set blocked src -j DROP
COMMIT
`;
try {
  iptables.parse(modules);
} catch (error) {
  if (!(error instanceof net.firewall.iptables.IptablesError)) throw error;
  for (const { line, reason, instead } of error.refused) {
    console.log(`line ${line}: ${reason}\n  instead: ${instead}`);
  }
}

// %% Why so strict?
// The translator that comes with iptables makes a comment of such a rule, and goes
// on. A file of a hundred lines loads without a word, and the DROP is not in it.
const rule = "-A INPUT -p tcp -m string --algo bm --string passwd -j DROP";
const translated = await server.exec(`iptables-translate ${rule}`);
console.log(translated.stdout.trim());

// %% Half a firewall
// iptables is for IPv4. IPv6 has ip6tables, with rules of its own, and here nobody
// wrote any. So telnet is shut, unless one asks by IPv6: the hole that is found in
// inherited firewalls most often.
const v6 = { src: "fd00::2", dst: "fd00::1", protocol: "tcp", dstPort: 23 };
console.log(`${carried.trace(v6, { iifname: "eth0" })}`);
console.log("by IPv4:", await knock("guest", "10.0.0.1:23"));
console.log("by IPv6:", await knock("guest", "[fd00::1]:23"));

// %% Written anew
// Carried over is not yet well written. One inet table for both families, and one
// verdict map for the services. ICMPv6 may pass, as IPv6 does not work without.
const anew = net.firewall.parse(`
table inet guard {
  chain prerouting {
    type nat hook prerouting priority dstnat
    tcp dport 8080 redirect to :80
  }
  chain input {
    type filter hook input priority filter; policy drop
    iif lo accept
    ct state established,related accept
    tcp dport vmap { 22 : jump ssh, 80 : jump web, 443 : jump web }
    icmp type echo-request limit rate 5/second accept
    meta l4proto ipv6-icmp accept
    meta l4proto tcp reject with tcp reset
    reject
  }
  chain ssh { ip saddr 10.0.0.0/27 accept; }
  chain web { ip saddr 10.0.0.66 drop; accept; }
  chain forward { type filter hook forward priority filter; policy drop; }
}`);

// %% Is it the same?
// Not by its looks. But a simulator can try them all: each port, from three
// addresses: 196,608 packets, once by each ruleset.
let different = 0;
for (const src of ["10.0.0.2", "10.0.0.66", "192.0.2.1"]) {
  for (let dstPort = 0; dstPort < 65_536; dstPort++) {
    const packet = { ...tcp, src, dstPort };
    const [a, b] = [carried, anew].map(({ simulator }) =>
      simulator.decide(packet, here)
    );
    if (a !== b) different++;
  }
}
console.log(`different: ${different}`);

// %% What nobody asked
// We tried IPv4 and TCP, because we thought of them. compare() follows whole sets
// of packets and tells of each that fares otherwise. Closed: IPv6, as meant.
// Opened: ICMPv6 inside of IPv4, which nobody meant and no trial would have found.
const question = { hook: "input", iifname: "eth0" } as const;
console.log(net.firewall.compare(carried, anew, question));
const mended = net.firewall.parse(
  `${anew}`.replace("meta l4proto ipv6-icmp", "meta nfproto ipv6 $&"),
);
const { opened } = net.firewall.compare(carried, mended, question);
console.log(`opened by the mended one: ${opened.length}`);

// %% And the hole is shut
console.log(`${mended.trace(v6, { iifname: "eth0" })}`);
await server.run(async (net, rules) => {
  await net.firewall.apply(rules, { others: "remove" });
}, `${mended}`);
console.log("by IPv6:", await knock("guest", "[fd00::1]:23"));
console.log("port 80:", await knock("desk", "[fd00::1]:80"));

// %% Back again
// A machine that has iptables alone? What it can hold is written for it, and what
// stood for both families comes out twice: for iptables and for ip6tables.
const back = iptables.format(mended);
console.log(back.ip);
const again = iptables.parse(back.ip!);
console.log(`${again.trace(web, here)}`);

// %% And the real iptables takes it
for (
  const [program, stdin] of [
    ["iptables-restore", back.ip],
    ["ip6tables-restore", back.ip6],
  ] as const
) {
  const { code, stderr } = await server.exec([program, "--test"], { stdin });
  console.log(program, code === 0 ? "takes it" : stderr);
}

// %% What iptables cannot hold
// Maps, sets with names, one look-up for many rules: reasons to leave it.
try {
  iptables.format(
    net.firewall.parse(`table ip filter {
      set blocked { type ipv4_addr; flags interval; elements = { 192.0.2.0/24 }; }
      chain INPUT {
        type filter hook input priority filter
        ip saddr @blocked drop
        meta mark set ip saddr map { 10.0.0.2 : 1, 10.0.0.66 : 2 }
      }
    }`),
  );
} catch (error) {
  if (!(error instanceof iptables.IptablesFormatError)) throw error;
  console.log(error.message);
}

// %% Takeaways
// - iptables' tables and chains are places at the hooks; nft knows the same hooks,
//   and its chains are yours.
// - Today's iptables makes nft rules. Use one of the two on a machine, not both.
// - Carry rules over with a tool that refuses what it cannot say; one that skips a
//   line in silence opens a door.
// - Prove a migration: the same packets before and after, real ones and simulated,
//   and then all of them at once, as sets.
// - iptables alone leaves IPv6 open. An inet table holds both.
