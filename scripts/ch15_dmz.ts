#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 15
// title: A DMZ, for servers that strangers may use
// goal: Put servers between the Internet and one's own network, say in a few words who may begin what, try it out before and after, and see what a break-in still gets.
// needs: lab
// minutes: 50
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% Between outside and inside
// A server that strangers may use is the first to be broken into. Among one's own
// machines it would be a bridgehead: from there on no firewall is in the way. So it
// gets a network of its own, and the firewall a third leg.
await using lab = await net.lab.up("dmz");
console.log(lab.topology.draw());

// %% A few more ports to try
// On the firewall somebody manages it, on port 22 as on the web server. Outside there
// is a server for updates (443), and on the same machine an intruder waits for news
// (4444). pc1 has a service of its own on port 7.
async function listen(name: string, port: number): Promise<void> {
  await lab.host(name).run(async (net, port) => {
    const here = { hostname: "0.0.0.0", port };
    const service = await net.tcp.serve(here, net.tcp.echo);
    Object.assign(globalThis, { [`service${port}`]: service });
  }, port);
}
await listen("fw", 22);
await listen("outsider", 443);
await listen("outsider", 4444);
const zones = ["pc1", "web", "outsider"];
const inner = ["web:80", "web:22", "pc1:7", "fw:22"];
const services = [...inner, "outsider:443", "outsider:4444"];

// %% Who reaches what?
// From each zone a connection is tried to each of these. ✓ is one that came about, —
// is silence; where nothing stands, one would have asked oneself. Outside of a lab try
// ports on machines of your own, or with their owner's permission.
// Shell: nc -z -w 1 10.0.2.80 80; nmap -Pn -p 22,80 10.0.2.80
async function whoReachesWhat() {
  const rows = zones.map((from): Record<string, string> => ({ from }));
  await Promise.all(services.map(async (service) => {
    const [to, port] = service.split(":") as [string, string];
    const from = zones.filter((zone) => zone !== to);
    const probes = [`tcp/${Number(port)}`] as const;
    const asked = { from, to: [to], probes, timeout: 300 };
    for (const { from, outcome } of (await lab.reachability(asked)).results) {
      const sign = { open: "✓", silent: "—" }[outcome as string] ?? outcome;
      rows[zones.indexOf(from)]![service] = sign;
    }
  }));
  const columns = ["from", ...services];
  console.log(net.inspect.table(rows, { columns, canvas }));
}

// %% Before: a router that knows no rules
// The lab's firewall has some, which we take away. What is left joins three networks
// as any router does: the outsider gets to pc1.
const fw = lab.host("fw");
await fw.run(async (net) => {
  await net.firewall.apply("", { others: "remove", previous: null });
});
await whoReachesWhat();

// %% Who may begin what
// All of a DMZ in one sentence each: strangers use what is published; we use all; the
// servers begin next to nothing, and towards us nothing at all; the firewall itself
// is managed from inside. Answers need no words: only who begins is asked.
const words = {
  outside: "outside",
  dmz: "dmz",
  inside: "inside",
  services: [{ port: "tcp/80", to: "10.0.2.80" }],
  outgoing: ["tcp/443", "udp/53"],
};
const management = ["tcp/22"];
const dmz = net.firewall.patterns.dmz({ ...words, management });
console.log(dmz.graph());

// %% Rule by rule
// Each rule has its reason. This is the chain for what passes; the order matters, as
// the first rule that decides has the last word.
const { Explanation } = net.firewall.patterns;
const because = (...chains: string[]) =>
  new Explanation(
    dmz.explanation.rows.filter(({ chain }) => chains.includes(chain)),
  );
console.log(because("forward").toText(canvas));

// %% One address outside
// What is private here needs translation, as in the chapter before: strangers ask
// the firewall's address, and the filter sees the server's. Forged sources are
// dropped before all that.
// Try this: because("input"), what the firewall lets in to itself.
console.log(because("prerouting", "dstnat", "srcnat").toText(canvas));

// %% Ask before you apply
// A stranger's first packet to the web server, through all hooks. No kernel has seen
// these rules yet.
const interfaces = [
  { name: "inside", addresses: ["10.0.1.1/24"], mtu: 1500 },
  { name: "dmz", addresses: ["10.0.2.1/24"], mtu: 1500 },
  { name: "outside", addresses: ["192.0.2.1/24"], mtu: 1500 },
];
const syn = { protocol: "tcp", flags: ["syn"], srcPort: 50_000 };
const stranger = { ...syn, src: "192.0.2.10" };
const knock = { ...stranger, dst: "192.0.2.1", dstPort: 80 };
const trace = dmz.trace(knock, { iifname: "outside", interfaces });
for (const { hook, chain, verdict, decided } of trace.chains) {
  const rule = decided?.rule.comment ?? "the policy";
  console.log(`${hook}, ${chain}: ${verdict}, ${rule}`);
}
console.log(`${trace}: ${trace.packet}`);

// %% Ask all that matters
// The same questions as above, and with each the rule that answers, in the chain for
// what passes (forward) or for what is meant for the firewall itself (input).
const comesBy: Record<string, string> = {
  ...{ pc1: "inside", web: "dmz", outsider: "outside" },
};
const addressOf = (name: string) => lab.host(name).addresses[0]!;
const foretold = zones.flatMap((from) => {
  const others = services.filter((service) => !service.startsWith(from));
  return others.map((service) => {
    const [to, port] = service.split(":") as [string, string];
    const ends = { src: addressOf(from), dst: addressOf(to) };
    const facts = { ...syn, ...ends, dstPort: Number(port) };
    const context = { iifname: comesBy[from], interfaces };
    const { chains, verdict } = dmz.trace(facts, context);
    const filter = chains.find(({ chain }) => /forward|input/.test(chain));
    return { from, to: service, verdict, by: filter?.decided?.rule.comment };
  });
});
console.log(net.inspect.table(foretold, { canvas }));

// %% All packets at once
// Samples show what was asked. reach computes with whole sets of addresses and ports:
// of all packets there can be, is there one that begins something on this way?
const between = (iifname: string, oifname: string) =>
  net.firewall.reach(dmz, { hook: "forward", iifname, oifname });
for (const iifname of ["outside", "dmz"]) {
  console.log(`${iifname} to inside: ${between(iifname, "inside")}`);
}
const out = between("dmz", "outside");
console.log(
  new Set(out.passed.map(({ protocol, ports }) => `${protocol} ${ports}`)),
);

// %% What the kernel thinks of it
// A kernel reads the rules in a network that is gone a moment later. That takes no
// root, and says at once what nft would refuse.
// Shell: nft -c -f dmz.nft
await net.firewall.check(dmz);
const wrong = `${dmz}`.replace("masquerade", "masquerede");
const refusal = await net.firewall.check(wrong).catch((error) => error);
console.log(
  refusal.message.split("\n")[0].replace(/stdin.*Error/, "stdin: Error"),
);

// %% A mistake, with a way back
// Somebody forgets the management, and sits inside. Applied with a timer, the rules
// last for three seconds, as nobody gets in any more to confirm them.
// Shell: at now + 1 minute, and a backup; or: iptables-apply
const managing = { from: ["pc1"], to: ["fw"], probes: ["tcp/22"] } as const;
const getsIn = () => lab.reachability({ ...managing, timeout: 300 });
const applyFor = (seconds: number, rules: net.firewall.Ruleset) =>
  fw.run(async (net, { seconds, rules }) => {
    const applied = await net.firewall.apply(rules, { confirm: seconds });
    Object.assign(globalThis, { applied });
  }, { seconds, rules: `${rules}` });
type Applying = { readonly applied: net.firewall.Applied };
await applyFor(3, net.firewall.patterns.dmz(words));
console.log(await getsIn());
console.log(
  await fw.run(() => (globalThis as unknown as Applying).applied.ended),
);
console.log(await getsIn());

// %% The right one
// Again with the timer; then a look, by a new connection, whether one still gets in;
// then the word that it is to stay.
await applyFor(30, dmz);
const looked = await getsIn();
console.log(looked);
if (looked.isComplete) {
  await fw.run(() => (globalThis as unknown as Applying).applied.confirm());
}

// %% After
// As was foretold, and as the words said. The outsider reaches the web server's port
// 80; only pc1 manages anything.
await whoReachesWhat();

// %% As a stranger sees it
// He knows one address. The page is served by a machine that he cannot name.
const page = await lab.host("outsider").run(async (net) => {
  const { status, url } = await net.http.get("http://192.0.2.1/");
  return `${url} ${status}`;
});
console.log(page);

// %% A watch, and a counter
// A watch tells of each packet by which the DMZ begins something, and of the rules
// that it meets. And one rule of the pattern is there to be counted.
// Shell: nft monitor trace; nft list chain inet dmz forward
await fw.run(async (net) => {
  const where = 'iifname "dmz" tcp flags & (syn | ack) == syn';
  Object.assign(globalThis, { watch: await net.firewall.watch({ where }) });
});
const begunInside = () =>
  fw.run(async (net) => {
    const counts = await net.firewall.counters();
    const words = "the DMZ begins nothing inside";
    return counts.find(({ rule }) => rule.includes(words))!.packets;
  });
const quiet = await begunInside();

// %% Somebody has broken in
// Now the intruder is on the web server, and does what intruders do: looks round
// inside, tries the firewall, calls home.
const goals = ["10.0.1.10:7", "10.0.1.11:22", "10.0.2.1:22", "192.0.2.10:4444"];
const reached = await lab.host("web").run(async (net, goals) => {
  let reached = 0;
  for (const goal of goals) {
    const trying = net.tcp.connect(goal, { timeout: 100 });
    const conn = await trying.catch(() => undefined);
    if (conn) reached++;
    await conn?.close();
  }
  return reached;
}, goals);
console.log(`got into ${reached} of ${goals.length}`);

// %% What the firewall saw
// Each try, with the rule that ended it. A web server that begins something inside is
// not the noise of the Internet but an alarm: it never does that of itself.
type Watching = { readonly watch: net.firewall.Watch };
const tries = await fw.run(async (_, count) => {
  const { watch } = globalThis as unknown as Watching;
  const tries = new Map<string, Record<string, unknown>>();
  for await (const { packet, decided, verdict } of watch) {
    const to = `${packet?.ipv4?.dst}`;
    const by = /comment "(.*)"/.exec(decided?.rule ?? "")?.[1];
    tries.set(to, { from: `${packet?.ipv4?.src}`, to, verdict, by });
    if (tries.size === count) break;
  }
  return [...tries.values()];
}, goals.length);
console.log(net.inspect.table(tries, { canvas }));

// %% Counters remember
// Nobody watches all day. But a program can look at this number every minute, and
// call somebody when it grows.
const grown = await begunInside() - quiet;
console.log(grown > 0 ? "somebody is on the web server" : "all quiet");

// %% What the intruder still has
// What the server may do, he may: answer visitors with what he likes, and send to the
// ports that are open to it. So name where to as well. Here, updates from one server.
// Try this: let names be asked of one resolver alone, { port: "udp/53", to: … }.
const strict = net.firewall.patterns.dmz({
  ...{ ...words, management },
  outgoing: [{ port: "tcp/443", to: "192.0.2.10", from: "10.0.2.80" }],
});
console.log(net.firewall.diff(dmz, strict));

// %% What the firewall does not see
// Two servers on one switch of the DMZ speak without it: the next one falls from the
// first. Separate them by a VLAN each (chapter 11, patterns.isolateVlans), or guard
// each with rules of its own. And what a server needs of a database inside is better
// brought to it from there, or the database has a zone of its own.
const guard = net.firewall.patterns.host({
  open: ["tcp/80", { port: "tcp/22", from: "10.0.1.0/24" }],
});
const web = [{ name: "eth0", addresses: ["10.0.2.80/24"] }];
const atWeb = { iifname: "eth0", interfaces: web };
const neighbour = { ...syn, src: "10.0.2.81", dst: "10.0.2.80", dstPort: 22 };
const fate = guard.trace(neighbour, atWeb);
console.log(`${fate.verdict}: ${fate.steps.at(-1)?.rule.comment}`);

// %% Takeaways
// - Servers for strangers stand in a network of their own, with a firewall on both
//   sides: the Internet reaches what is published, the DMZ reaches nothing inside.
// - Say who may begin; answers follow by themselves.
// - Ask first: by trace, by reach for all packets at once, by check for the kernel.
// - Apply with a timer, look by a new connection, then confirm.
// - What a server begins is known beforehand: all else is an alarm. Count it.
// - The firewall is managed from inside alone, and sees nothing of what neighbours in
//   one zone do to each other.
