#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 12
// title: Firewalls with nftables
// goal: Know where a packet can be stopped and which rule decides, write a ruleset that drops all but what is meant, prove it against the kernel, and apply it without locking oneself out.
// needs: lab
// minutes: 45
// ---
import * as net from "netrepl";
const { chain, ct, iif, table, tcp } = net.firewall;
const canvas = net.inspect.canvas({ width: 80 });

// %% Where a packet can be stopped
// The kernel leads each packet past five hooks. What is for this machine passes
// prerouting and input, what it sends output and postrouting, and what it carries
// for others prerouting, forward and postrouting. No rules yet: all may pass.
console.log(net.firewall.ruleset().hooks());

// %% A first ruleset
// A table holds chains, a chain holds rules, and a base chain hangs on a hook. A
// packet goes down the rules until one decides; if none does, the policy does.
// This one says no, so each rule is an exception.
// Python: nftables.Nftables().json_cmd({...}), of libnftables
const input = chain({
  type: "filter",
  hook: "input",
  priority: "filter",
  policy: "drop",
  rules: [
    iif("lo").accept(),
    ct.state("established", "related").accept(),
    tcp.dport("ssh").counter().accept(),
    tcp.dport("http").counter().reject("tcp reset"),
  ],
});
const guard = net.firewall.ruleset(
  table("inet", "guard", { chains: { input } }),
);
console.log(guard);

// %% The same as text
// What was just printed is nft's own language, and it can be read too, as people
// write it. A ruleset is data: what counts is what it means. `inet` is IPv4 and
// IPv6 together. Shell: nft -f guard.nft
const typed = net.firewall.parse(`
  table inet guard {
    chain input {
      type filter hook input priority 0; policy drop
      iif lo accept
      ct state established,related accept
      tcp dport ssh counter accept; tcp dport 80 counter reject with tcp reset
    }
  }
`);
console.log(net.firewall.diff(guard, typed));

// %% Its place among the hooks
// Only input has a chain. What this machine sends or forwards meets no rule.
// The lower the number, the earlier: connections are tracked at -200, so that a
// chain at 0 can ask about them.
console.log(typed.hooks());

// %% What nft cannot mean is told with its place
// The builder and the reader know every field and every name that nft knows. In an
// editor, TypeScript says much of it while you type.
try {
  net.firewall.parse(
    "table ip guard { chain input { tcp dprot 22 accept; }; }",
  );
} catch (error) {
  if (!(error instanceof net.ParseError)) throw error;
  console.log(error.message);
}

// %% The kernel has the last word
// check() gives a ruleset to a kernel that nobody uses: a network namespace that is
// gone a moment later, which takes no root. Silence means yes.
// Shell: nft -c -f guard.nft, which needs root and tries less
await net.firewall.check(guard);
try {
  await net.firewall.check(`table ip nat {
    chain in { type filter hook input priority 0; masquerade; }
  }`);
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.message.split("\n")[0]);
}

// %% Which rule decides?
// The question that every firewall is asked in the end. trace() takes a packet
// through all hooks, as the kernel would, and notes each rule; they count from 0.
const here = { iifname: "eth0" };
const ends = { src: "10.0.0.2", dst: "10.0.0.1" };
const ssh = { ...ends, protocol: "tcp", dstPort: 22 };
console.log(guard.trace(ssh, here));

// %% And if none does?
// Telnet: each rule says what in it did not hold. Then the policy is asked.
const telnet = { ...ssh, dstPort: 23 };
console.log(guard.trace(telnet, here));

// %% The first that decides, decides
// So order is meaning. Here somebody is to be kept out, in a rule that is never
// asked about him: the one above it has let him in already.
const tooLate = net.firewall.parse(`table inet guard {
  chain input {
    type filter hook input priority filter; policy drop;
    tcp dport 22 accept
    ip saddr 10.0.0.66 tcp dport 22 drop
  }
}`);
const fromGuest = { ...ssh, src: "10.0.0.66" };
console.log(`${tooLate.trace(fromGuest, here)}`);

// %% Rules that never decide
// In a long chain nobody sees that by looking. shadowed() computes with sets of
// packets what is left for each rule; for this one, nothing.
console.log(tooLate.shadowed());

// %% Real packets
// A server with three services, and two who use them, in a throw-away network. A
// rule may say what it likes: the proof is who gets through.
await using lab = await net.lab.up(`
  name: guarded
  ipv6: false
  hosts: { desk: 10.0.0.2/24, guest: 10.0.0.66/24, server: 10.0.0.1/24 }
  switches: [sw]
  links: [desk -- sw, guest -- sw, server -- sw]
`);
const server = lab.host("server");
console.log(lab.topology.draw());
await server.run((net) => {
  const services = [22, 23, 80].map((port) =>
    net.tcp.serve({ hostname: "0.0.0.0", port }, net.tcp.echo)
  );
  Object.assign(globalThis, { services });
});

// %% Who gets through?
// To knock is to try a connection: it is open, or refused at once, or nothing is
// heard. Without rules, all three are open.
const knock = (from: string, port: number) =>
  lab.host(from).run(async (net, port) => {
    try {
      await using _ = await net.tcp.connect(`10.0.0.1:${port}`, {
        timeout: 500,
      });
      return "open";
    } catch (error) {
      if (!(error instanceof net.NetError)) throw error;
      return error.code;
    }
  }, port);
for (const port of [22, 80, 23]) console.log(port, await knock("desk", port));

// %% Your own machine asks first
// On a host of the lab apply() simply does it. Here it would have been your own.
try {
  await net.firewall.apply(guard);
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.message);
}

// %% Apply
// All at once or not at all: there is no moment with half of the rules. The first
// service is open; the second refuses, in one answer; the third is silent, and who
// knocks waits. A drop tells nobody anything, your own users included.
await server.run(async (net, rules) => {
  await net.firewall.apply(rules);
}, `${guard}`);
for (const port of [22, 80, 23]) console.log(port, await knock("desk", port));

// %% The kernel tells, too
// watch() has it trace packets, here those that begin a connection, and tells of
// each which rule decided. Meanwhile the desk knocks at all three.
// Shell: a rule with meta nftrace set 1, and nft monitor trace
await server.run(async (net) => {
  const where = "tcp flags & (syn | ack) == syn";
  Object.assign(globalThis, { watch: await net.firewall.watch({ where }) });
});
const ports = [22, 80, 23];
for (const port of ports) await knock("desk", port);
const told = await server.run(async () => {
  const told: { verdict: string; rule: string }[] = [];
  const { watch } = globalThis as unknown as { watch: net.firewall.Watch };
  for await (const { verdict, decided } of watch) {
    told.push({ verdict, rule: decided?.rule ?? `${decided?.kind}` });
    if (told.length === 3) break;
  }
  return told;
});

// %% Both agree
// A reject is a drop to the kernel, with an answer. The simulator is only worth as
// much as this comparison: the library's tests make it with thousands of packets.
const rows = ports.map((dstPort, i) => {
  const { verdict, decided } = guard.trace({ ...ssh, dstPort }, here);
  const rule = decided.by === "rule"
    ? net.firewall.formatRule(decided.rule, "inet", { counters: false })
    : decided.by;
  return {
    port: dstPort,
    simulator: verdict,
    kernel: told[i]!.verdict,
    "decided by": rule,
    "by the same": rule === told[i]!.rule,
  };
});
console.log(net.inspect.table(rows, { canvas }));

// %% Sets
// One rule and a set, rather than a rule for each address: it is looked up at once,
// however large it is, and can be changed while the rules stay.
// Try this: lookups of several fields, as ip saddr . tcp dport { 10.0.0.2 . 22 }.
const staffed = net.firewall.parse(`table inet guard {
  set staff {
    type ipv4_addr
    flags interval
    elements = { 10.0.0.0/27, 10.0.0.100-10.0.0.109 }
  }
  chain input {
    type filter hook input priority filter; policy drop;
    ip saddr @staff tcp dport { 22, 80, 8000-8099 } accept
  }
}`);
for (const src of ["10.0.0.2", "10.0.0.66", "10.0.0.105"]) {
  console.log(`${staffed.trace({ ...ssh, src, dstPort: 8080 }, here)}`, src);
}

// %% Maps
// A map has a value for each key. Here packets get a mark by who sent them, which
// routing and other rules can ask for; in chapter 14 a map chooses the server.
const marked = net.firewall.parse(`table inet marks {
  chain marking {
    type filter hook prerouting priority mangle
    meta mark set ip saddr map { 10.0.0.0/27 : 1, 10.0.0.64/27 : 2 }
  }
}`);
for (const src of ["10.0.0.2", "10.0.0.66", "10.0.0.105"]) {
  console.log(src, "mark", marked.trace({ ...ssh, src }, here).mark);
}

// %% Verdict maps
// A map of verdicts is a railway switch: one lookup instead of a row of rules that
// each packet walks along. A jump comes back if that chain decided nothing.
const sorted = net.firewall.parse(`table inet guard {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state vmap { established : accept, related : accept, invalid : drop }
    meta l4proto vmap { tcp : jump services, icmp : accept }
  }
  chain services {
    tcp dport vmap { 22 : accept, 80 : jump web }
  }
  chain web {
    ip saddr 10.0.0.66 reject with tcp reset
    accept
  }
}`);
console.log(sorted.graph());

// %% Through all chains
// The guest asks for the web: three chains, and the last of them says no. A miss in
// a map is no verdict; the next rule is asked, and at the end the policy.
console.log(sorted.trace({ ...fromGuest, dstPort: 80 }, here));

// %% Connections
// A packet by itself says little: is this an answer, or does it only look like one?
// The kernel remembers who asked, and ct state says how a packet stands to that.
// The state here is what the simulated machine remembers.
const state = new net.firewall.KernelState();
const [us, dns, protocol] = ["10.0.0.1", "192.0.2.53", "udp"];
const question = { src: us, srcPort: 4000, dst: dns, dstPort: 53, protocol };
const answer = { src: dns, srcPort: 53, dst: us, dstPort: 4000, protocol };
const unasked = guard.trace(answer, { ...here, state });
console.log(`${unasked.ctState}: ${unasked}`);
guard.trace(question, { oifname: "eth0", state });
const asked = guard.trace(answer, { ...here, state });
console.log(`${asked.ctState}: ${asked}`);

// %% So many, and no more
// A limit is a bucket of tokens: three are in it, and one comes back every twenty
// seconds. Who guesses passwords is slowed down. But the bucket is everybody's:
// the guest's guessing locks the desk out, too.
type Sender = readonly [seconds: number, from: string];
function arrivals(rule: string, senders: readonly Sender[], set = "") {
  const limited = net.firewall.parse(`table inet guard {
    ${set}
    chain input {
      type filter hook input priority filter; policy drop;
      tcp dport 22 ${rule}
    }
  }`);
  const state = new net.firewall.KernelState();
  for (const [i, [at, src]] of senders.entries()) {
    const packet = { ...ssh, src, srcPort: 50_000 + i };
    const context = { ...here, state, time: at * 1000 };
    console.log(`at ${at}`, src, limited.trace(packet, context).verdict);
  }
}
const [desk, guest] = ["10.0.0.2", "10.0.0.66"];
const guesses: Sender[] = [[0, guest], [1, guest], [2, guest], [3, guest]];
const senders: Sender[] = [...guesses, [4, desk], [21, desk]];
arrivals("limit rate 3/minute burst 3 packets accept", senders);

// %% To each his own
// A set that rules write to can hold a limit with each element: a bucket for each
// address. It has a size and a timeout, as who fills it may be a stranger.
arrivals(
  "update @guesses { ip saddr limit rate 3/minute burst 3 packets } accept",
  senders,
  `set guesses {
    type ipv4_addr
    size 10000
    flags dynamic
    timeout 5m
  }`,
);

// %% What a default drop forgets
// Our guard lets nobody ping, which is a nuisance. It also drops the question of an
// IPv6 neighbour for our MAC address (chapter 7), and then nobody reaches us by
// IPv6 at all, though port 22 is "open". ARP meets no inet rule, so IPv4 works.
const host = net.firewall.patterns.host({ open: ["tcp/22"] });
const neighbour = {
  src: "fe80::2",
  dst: "ff02::1:ff00:1",
  protocol: "ipv6-icmp",
  type: "nd-neighbor-solicit",
  ttl: 255,
};
const needs = { ssh, ping: { ...ends, type: "echo-request" }, neighbour };
const compared = Object.entries(needs).map(([packet, facts]) => ({
  packet,
  guard: guard.trace(facts, here).verdict,
  host: host.trace(facts, here).verdict,
}));
console.log(net.inspect.table(compared, { canvas }));

// %% Default drop done right
// patterns.host knows what a machine needs beside what you open, and says why of
// every rule. It is plain rules: read them, keep them, change them.
console.log(host.explanation);

// %% What would change?
// Rulesets compare by meaning, not by how they are written. Look before you apply:
// ssh for the first 32 addresses alone, and the web for all.
const next = net.firewall.patterns.host({
  open: [{ port: "tcp/22", from: "10.0.0.0/27" }, "tcp/80"],
});
console.log(net.firewall.diff(host, next));

// %% Locked out, and back again
// Sooner or later everybody types 2222 for 22, on a machine far away. With
// `confirm`, the old rules come back by themselves unless somebody says that all is
// well, also if this program dies: a process of its own sees to that.
const slip = net.firewall.patterns.host({ name: "guard", open: ["tcp/2222"] });
await server.run(async (net, rules) => {
  const applied = await net.firewall.apply(rules, { confirm: 2 });
  Object.assign(globalThis, { ended: applied.ended });
}, `${slip}`);
console.log("after the slip:", await knock("desk", 22));
console.log(
  await server.run(() =>
    (globalThis as unknown as { ended: Promise<string> }).ended
  ),
);
console.log("and then:", await knock("desk", 22));

// %% Confirmed
// Apply, try from outside that you still get in, then confirm. The old table goes
// in the same transaction. On your own machine: { apply: true }, and you have 30
// seconds.
await server.run(async (net, rules) => {
  const applied = await net.firewall.apply(rules, {
    confirm: 30,
    others: "remove",
  });
  Object.assign(globalThis, { applied });
}, `${next}`);
if (await knock("desk", 22) === "open") {
  await server.run(() => {
    const { applied } = globalThis as unknown as {
      applied: net.firewall.Applied;
    };
    return applied.confirm();
  });
}

// %% What is it doing?
// Counters answer. The desk came in twice: only what begins a connection comes to
// this rule, the rest is "established". The guest tried port 22 and sent five
// datagrams that nobody had asked for.
// Shell: nft list ruleset
await knock("desk", 22);
await knock("guest", 80);
console.log("guest:", await knock("guest", 22));
await lab.host("guest").run(async (net) => {
  await using socket = await net.udp.open({ hostname: "0.0.0.0" });
  for (let i = 0; i < 5; i++) await socket.send("hello", "10.0.0.1:9");
});
const counted = await server.run((net) => net.firewall.counters());
for (const { packets, rule } of counted) {
  if (packets > 0) console.log(`${packets}`, rule);
}

// %% Takeaways
// - Five hooks; what is for this machine meets input, what goes through it meets
//   forward. The first rule that decides in a chain decides there.
// - Policy drop, and exceptions: loopback, established, the ICMP that IP needs,
//   and then what you mean to open.
// - Sets, maps and verdict maps: one lookup rather than many rules.
// - Ask which rule decides before you change anything: trace() without a network,
//   watch() on a live one.
// - Reject is polite and quick, drop is silent: choose, knowing who waits.
// - Never apply rules to a machine far away without a way back.
