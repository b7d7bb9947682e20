#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 27
// title: Scanning, with permission
// goal: Say what must be asked before a scan, find hosts, ways and ports, read what each answer means, and see what a firewall changes and what the other side notices.
// needs: lab
// minutes: 40
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% Before anything else: in writing
// Whoever tries other people's doors is taken for a burglar, and in many countries
// is one before the law. Test what you own, or what its owner has let you test, in
// writing: which addresses, which techniques, from where, when, who is called if
// something breaks, who gets the results. netrepl refuses other targets unless
// `authorised: "…"` says why you may. Today all is ours: a lab without a way out.
await using lab = await net.lab.up("dmz");
console.log(lab.topology);

// %% Who is on the cable?
// Inside one's own subnet nobody can hide from ARP. Behind a router it does not
// help: there one asks by ping or by port, and firewalls may keep still.
// Shell: arp-scan 10.0.1.0/28; Python: arping("10.0.1.0/28") in scapy
const near = await lab.host("pc1").run((net) =>
  net.wire.arpScan("10.0.1.0/28", { timeout: 500 })
);
for (const { address, mac } of near.hosts) console.log(`${address} ${mac}`);

// %% And what is on the way?
// Packets that may take one hop only, then two: each router that drops one says so.
// Probes to an open TCP port come through where others would not.
// Shell: traceroute -T -p 80 10.0.2.80
const way = await lab.host("outsider").run((net) =>
  net.wire.traceroute("10.0.2.80", { protocol: "tcp", port: 80 })
);
for (const [i, { answers }] of way.hops.entries()) {
  const [{ from, kind }] = answers as [typeof answers[0]];
  console.log(i + 1, `${from}`, kind);
}

// %% Three questions by hand
// A SYN asks for a connection. SYN-ACK: something listens. RST: the host is there,
// and nothing does. That is all that a port scan is made of.
// Python: sr(IP(dst="10.0.2.80")/TCP(dport=[22, 80, 443], flags="S"))
const asked = await lab.host("pc1").run((net) => {
  const { build, ipv4, tcp } = net.packet;
  const questions = [22, 80, 443].map((dstPort) =>
    build(ipv4({ dst: "10.0.2.80" }), tcp({ dstPort, flags: ["SYN"] }))
  );
  return net.wire.ask(questions, { timeout: 300 });
});
for (const { question, answer } of asked) {
  console.log(question.tcp?.dstPort, answer.tcp?.flags);
}

// %% The same as a tool
// Asked from inside, where the firewall lets everything through. What a port is
// called says what is usually there, not what is.
// Shell: nmap -sS -p 22,80,443 10.0.2.80
type Options = net.wire.PortScanOptions;
const scan = (from: string, to: string, ports: number[], options?: Options) =>
  lab.host(from).run(async (net, [to, ports, options]) => {
    const scan = await net.wire.portScan(to, ports, options);
    return Deno.inspect(scan).replace(/^.*\n/, ""); // without the counts
  }, [to, ports, { timeout: 300, ...options }] as const);
const web = "10.0.2.80";
console.log(await scan("pc1", web, [22, 80, 443]));

// %% From outside
// Filtered: not even a "no". Somebody between swallows the question. So silence is
// an answer too, but a slow one: it has to be asked twice and waited for.
console.log(await scan("outsider", web, [22, 80, 443]));

// %% Ask what is really there
// A service that says something names itself. Behind port 22 is no SSH: it sends
// back whatever it hears. Do not believe the number.
// Shell: nmap -sV
console.log(await scan("pc1", web, [22, 80], { banners: true }));

// %% Half a connection
// Three frames for an open port: SYN, SYN-ACK, and the RST of pc1's own system,
// which knows of no such connection. The program on the server never hears of it;
// a whole connection ("connect"), which takes no rights, shows in its log.
const link = lab.link("web", "fw");
using ear = await link.capture({ filter: "tcp port 80", count: 3 });
await scan("pc1", web, [80]);
for await (const { ipv4, tcp } of ear) console.log(`${ipv4?.src}`, tcp?.flags);

// %% Ask about the firewall
// An ACK out of nowhere gets a RST from any host, whether the port is open or not.
// If none comes, a firewall that knows connections has dropped it. So this finds
// no services, but rules: from outside port 80 alone gets through.
// Shell: nmap -sA
console.log(await scan("outsider", web, [22, 80, 443], { technique: "ack" }));

// %% UDP keeps still
// A UDP service that does not understand a question says nothing, and so does a
// firewall: open|filtered. Closed ports answer by ICMP, "port unreachable". Only
// an answer proves that a port is open, hence the questions are real ones.
// Shell: nmap -sU
const pc1 = "10.0.1.10";
const udp = { technique: "udp" } as const;
console.log(await scan("fw", pc1, [7, 53, 161], udp));
console.log(await scan("web", pc1, [7], udp));

// %% Silence is not absence
// What each technique can say of a port. Try this: scan from the outsider with
// "fin" and "xmas". Which words come, and why may they mean two things?
const words = [
  { technique: "syn, connect", answer: "SYN-ACK", means: "open" },
  { technique: "syn, connect", answer: "RST", means: "closed" },
  { technique: "syn, connect", answer: "none, ICMP", means: "filtered" },
  { technique: "ack", answer: "RST", means: "unfiltered" },
  { technique: "ack", answer: "none, ICMP", means: "filtered" },
  { technique: "udp", answer: "a datagram", means: "open" },
  { technique: "udp", answer: "port unreachable", means: "closed" },
  { technique: "udp, fin, xmas", answer: "none", means: "open|filtered" },
];
console.log(net.inspect.table(words, { canvas }));

// %% What the other side sees
// One address, a thousand ports, in a moment: no person does that. Every intrusion
// detection knows the picture, and someone may be called out of bed. So tell them
// before, and keep to a rate: `rate: 100` a second is kind to small machines.
using watch = await link.capture({ filter: "tcp and dst host 10.0.2.80" });
await lab.host("pc1").run((net) => net.wire.synScan("10.0.2.80", "1-1000"));
watch.stop();
const ports = new Map<string, Set<number>>();
for await (const { ipv4, tcp } of watch) {
  const from = `${ipv4!.src}`;
  ports.set(from, (ports.get(from) ?? new Set()).add(tcp!.dstPort));
}
for (const [from, { size }] of ports) console.log(from, "tried", size, "ports");

// %% Look at your own house first
// The scan that matters most is of your own machines, from where others stand: what
// is open that nobody needs? Compare it with what should be, and close the rest.
const matrix = await lab.reachability({
  from: ["outsider"],
  to: ["web"],
  probes: ["tcp/22", "tcp/80"],
  timeout: 300,
});
console.log(matrix);

// %% Takeaways
// - Permission first, in writing, with addresses, times and names; then scan.
// - Open, closed and filtered are what came back: SYN-ACK, RST, nothing.
// - Nothing is the hardest answer: a firewall, a loss, or a silent service.
// - ACK asks about the firewall, SYN about the service, a banner about the program.
// - Where you stand decides what you find: scan from inside and from outside.
// - Scans are loud. Slow down, tell those who watch, and mend what you find.
