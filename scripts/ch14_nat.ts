#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 14
// title: Many hosts behind one address
// goal: Hide a network behind one address, follow a packet there and back, publish a server, and say what breaks behind NAT and why IPv6 needs none.
// needs: lab
// minutes: 50
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% A home, and the Internet
// The laptop's IPv4 address is private (RFC 1918): millions of others have the same.
// The shop is somewhere outside, and knows no way to any of them. The IPv6 addresses
// are for the end of the chapter.
await using lab = await net.lab.up(`
name: home
hosts:
  laptop: { address: [192.168.1.10/24, 2001:db8:1::10/64] }
  nas: { address: [192.168.1.20/24, 2001:db8:1::20/64] }
  shop: { address: [203.0.113.80/24, 2001:db8:2::80/64], gateway: 2001:db8:2::7 }
switches: [sw1]
routers:
  home:
    interfaces:
      lan: [192.168.1.1/24, 2001:db8:1::1/64]
      wan: [203.0.113.7/24, 2001:db8:2::7/64]
links: [laptop -- sw1, nas -- sw1, sw1 -- home:lan, home:wan -- shop]
`);
console.log(lab.topology.draw());

// %% Who asks?
// On UDP port 9 of three machines a small service says who it is, and from where it
// was asked: the only address that it can answer to.
// Python: sock.sendto(f"nas: you are {peer}".encode(), peer)
const sayWhoAsks = (name: string, hostname = "0.0.0.0", port = 9) =>
  lab.host(name).run(async (net, { name, hostname, port }) => {
    const here = { hostname, port };
    const service = await net.udp.serve(here, async ({ from }, socket) => {
      await socket.send(`${name}: you are ${from}`, from);
    });
    Object.assign(globalThis, { [`service${port}`]: service });
  }, { name, hostname, port });
const all = ["nas", "shop", "home"];
await Promise.all(all.map((name) => sayWhoAsks(name)));

// %% Asked from a port that we choose
// As the ports matter in this chapter, the one who asks takes port 40000.
function ask(from: string, target: string, port = 40_000) {
  return lab.host(from).run(async (net, { target, port }) => {
    const hostname = target.startsWith("[") ? "::" : "0.0.0.0";
    const options = { hostname, port, timeout: 300, retry: 0 };
    try {
      return (await net.udp.request(target, "who am I?", options)).text();
    } catch (error) {
      return (error as Error).message;
    }
  }, { target, port });
}
console.log(await ask("laptop", "192.168.1.20:9"));
console.log(await ask("laptop", "203.0.113.80:9"));

// %% The question went out, the answer cannot come back
// The router passed it on: routing looks at the destination alone. The shop would
// answer to 192.168.1.10, and for that it has no route. Nobody on the Internet has.
console.log(
  await lab.host("shop").run((net) => net.linux.route("192.168.1.10")),
);

// %% A table with room for translation
// Two chains of type nat: one for destinations, where packets come in, one for
// sources, where they leave. The rules for them come in this chapter, one by one.
const { iifname, ip, oifname, ruleset, table } = net.firewall;
type Rules = readonly net.firewall.RuleIn<"nat" | "plain", "any" | "ip">[];
function translating(sources: Rules, destinations: Rules = []) {
  const prerouting = { hook: "prerouting", priority: "dstnat" } as const;
  const postrouting = { hook: "postrouting", priority: "srcnat" } as const;
  const chains = {
    prerouting: { type: "nat", ...prerouting, rules: destinations },
    postrouting: { type: "nat", ...postrouting, rules: sources },
  } as const;
  return ruleset(table("ip", "nat", { chains }));
}

// %% Masquerade
// The router is to put its own address into all that leaves by `wan`, whatever that
// address is today. That is one rule.
const hide = oifname("wan").masquerade();
const masquerading = translating([hide]);
console.log(`${masquerading}`);

// %% Given to the kernel
// In a lab nobody is asked whether that is meant; on a machine of your own, apply
// wants to hear so, and chapter 12 says how not to lock oneself out.
// Shell: nft -f nat.nft
const apply = (ruleset: net.firewall.Ruleset) =>
  lab.host("home").run(async (net, rules) => {
    await net.firewall.apply(rules);
  }, `${ruleset}`);
await apply(masquerading);
console.log(await ask("laptop", "203.0.113.80:9"));

// %% Ears on both sides
// Two captures at once: on the router's cable inside, and on the one outside.
// Shell: tcpdump -n -i lan udp; tcpdump -n -i wan udp
const line = ({ ipv4, udp }: net.packet.Packet) =>
  `${ipv4!.src}:${udp!.srcPort} > ${ipv4!.dst}:${udp!.dstPort}`;
async function onBothSides(deed: () => Promise<unknown>): Promise<void> {
  using inside = await lab.link("sw1", "home").capture({ filter: "udp" });
  using outside = await lab.link("home", "shop").capture({ filter: "udp" });
  await deed();
  await new Promise((resolve) => setTimeout(resolve, 300)); // the last are on the way
  const rows = [];
  for (const [where, capture] of Object.entries({ inside, outside })) {
    capture.stop();
    const packets = await Array.fromAsync(capture, line);
    rows.push(...packets.map((packet) => ({ where, packet })));
  }
  console.log(net.inspect.table(rows, { canvas }));
}

// %% Before and after
// A question and its answer, seen twice. The router changed an address in each: the
// source on the way out, the destination on the way back.
await onBothSides(() => ask("laptop", "203.0.113.80:9"));

// %% How does the router know?
// By its table of connections: each entry holds who asks whom, and who will answer
// whom. The simulator has such a table too, in a state that goes from packet to
// packet, and shows what the kernel keeps to itself.
// Shell: conntrack -L
const interfaces = [
  { name: "lan", addresses: ["192.168.1.1/24"] },
  { name: "wan", addresses: ["203.0.113.7/24"] },
];
const state = new net.firewall.KernelState();
const question = {
  ...{ src: "192.168.1.10", srcPort: 40_000 },
  ...{ dst: "203.0.113.80", dstPort: 9 },
};
const there = masquerading.trace(question, {
  ...{ iifname: "lan", interfaces, state },
});
console.log(there);

// %% An entry is two lines
// What came: from the laptop to the shop. What will answer: from the shop to the
// router. The second is the first turned round, but for what was translated.
const entries = [...state.connections].map((
  { src, dst, replySrc, replyDst },
) => ({ asks: `${src} > ${dst}`, answers: `${replySrc} > ${replyDst}` }));
console.log(net.inspect.table(entries, { canvas }));

// %% The answer's way back
// It is addressed to the router, and yet is passed on: the table knows it, and the
// address is put back before the routing. No rule of the chain was asked, as only a
// connection's first packet meets rules of type nat.
const answer = {
  ...{ src: "203.0.113.80", srcPort: 9 },
  ...{ dst: "203.0.113.7", dstPort: 40_000 },
};
const back = masquerading.trace(answer, {
  ...{ iifname: "wan", interfaces, state },
});
console.log(back);
console.log("rules met:", back.steps.length);

// %% The same packet, without the entry
// A router that has just started, or that never saw the question, takes the answer
// for its own, and has no program that waits for it.
const stranger = masquerading.trace(answer, { iifname: "wan", interfaces });
console.log(`${stranger.path}: ${stranger.packet}`);

// %% Two with the same port
// The NAS asks the same service from the same port as the laptop did. Their answers
// could not be told apart, so the router changes the port too. Of those above 1023
// there are 64,512: so many at a time can ask the same server from one address.
const second = await ask("nas", "203.0.113.80:9");
console.log(second.replace(/:\d+$/, ", from another port"));
console.log("still 40000:", second.endsWith(":40000"));

// %% NAT is no firewall
// Nobody gets in from outside, it seems: to whom would one send it? But our rule
// only changes what leaves. A neighbour on the outer cable who takes our router for
// his own gets anywhere.
// Shell: ip route add 192.168.1.0/24 via 203.0.113.7, on the shop
const way = { to: "192.168.1.0/24", via: "203.0.113.7" };
const shop = lab.host("shop");
console.log(await ask("shop", "192.168.1.20:9"));
await shop.run((net, way) => net.linux.addRoute(way), way);
console.log(await ask("shop", "192.168.1.20:9", 40_001));
await shop.run((net, way) => net.linux.deleteRoute(way), way);

// %% A way in, for one port
// Who asks the router's own port 9000 is led to the NAS: dnat, at prerouting, before
// the routing decides where a packet goes.
const gate = iifname("wan").udp.dport(9000).dnat({ to: "192.168.1.20:9" });
const published = translating([hide], [gate]);
console.log(net.firewall.diff(masquerading, published));

// %% Where on the way it happens
// Destinations change before the routing, sources after it. A filter at forward,
// between the two, sees the addresses inside, in both directions.
console.log(published.hooks());

// %% The shop rings
// The NAS is told the shop's own address: only the destination was changed.
await apply(published);
await onBothSides(async () => {
  console.log(await ask("shop", "203.0.113.7:9000"));
});

// %% The same from inside
// A name of ours leads to 203.0.113.7, and is asked for inside as well. The rule
// above was for what comes in by `wan`; so this one looks at the address instead.
// The laptop asks, and gets no answer.
const ours = ip.daddr("203.0.113.7").udp.dport(9000);
const gateForAll = ours.dnat({ to: "192.168.1.20:9" });
await apply(translating([hide], [gateForAll]));
console.log(await ask("laptop", "203.0.113.7:9000"));

// %% Answered by a stranger
// Or so it seems to the laptop: it asked 203.0.113.7, and is answered by
// 192.168.1.20. The two are neighbours, so the answer never passes the router that
// could put the address back.
const cable = lab.link("laptop", "sw1");
const seen = await cable.capture({ filter: "udp", count: 2 });
await ask("laptop", "203.0.113.7:9000");
for await (const packet of seen) console.log(line(packet));

// %% Hairpin
// So such a question has to leave with the router's address, that the answer comes
// back to it. It works, and the NAS no longer knows who asks. Better is a name that
// leads to 192.168.1.20 inside (split DNS, chapter 8). It asks from another port, as
// a connection that is in the table keeps the translation that it began with.
const own = "192.168.1.0/24";
const hairpin = ip.saddr(own).ip.daddr(own).ct.status("dnat").masquerade();
await apply(translating([hairpin, hide], [gateForAll]));
console.log(await ask("laptop", "203.0.113.7:9000", 40_001));

// %% Redirect: to the router itself
// Some networks answer questions that were for others: all DNS goes to their own
// server, all HTTP to a page to log in at. The laptop asks the shop, the router
// answers, and nothing in the answer's addresses says so.
const divert = iifname("lan").udp.dport(9).redirect();
await apply(translating([hide], [divert]));
await onBothSides(async () => {
  console.log(await ask("laptop", "203.0.113.80:9", 40_002));
});

// %% A whole network, address by address
// Two firms join, and both are 192.168.1.0/24. Netmap gives ours a second face: the
// network's part of the address is exchanged, the host's part stays.
// iptables: -t nat -A PREROUTING -d 10.9.1.0/24 -j NETMAP --to 192.168.1.0/24
const netmap = net.firewall.parse(`table ip nat {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    dnat ip prefix to ip daddr map { 10.9.1.0/24 : 192.168.1.0/24 }
  }
}`);
const faces = ["10.9.1.10", "10.9.1.20", "10.9.1.254"].map((dst) => {
  const facts = { ...question, src: "203.0.113.80", dst };
  const { packet } = netmap.trace(facts, { iifname: "wan", interfaces });
  return { asked: dst, leads: `to ${packet.ipv4?.dst}` };
});
console.log(net.inspect.table(faces, { canvas }));

// %% And in the kernel
// The other firm's router needs a route to the second face, and nothing more.
await apply(netmap);
const face = { to: "10.9.1.0/24", via: "203.0.113.7" };
await shop.run((net, face) => net.linux.addRoute(face), face);
console.log(await ask("shop", "10.9.1.20:9", 40_003));
await apply(masquerading);

// %% What breaks: what is said within
// NAT changes headers. Programs that write their own address into what they send
// (FTP, SIP, many games) invite others to an address that leads nowhere. Kernels
// have helpers that change some of it, unless it is encrypted.
const leaving = { filter: "udp", count: 1 };
const outside = await lab.link("home", "shop").capture(leaving);
await lab.host("laptop").run(async (net) => {
  await using socket = await net.udp.open({ hostname: "0.0.0.0" });
  await socket.send("call me back at 192.168.1.10:5060", "203.0.113.80:5060");
});
for await (const { ipv4, payload } of outside) {
  console.log(`from ${ipv4?.src}:`, new TextDecoder().decode(payload));
}

// %% What breaks: silence
// The table forgets: UDP after 30 seconds when nobody has answered, TCP after days
// (5 in Linux, a few minutes in many a box). Then what comes is a stranger's. Hence
// keep-alives, and calls that drop after a pause.
// Try this: after 25 seconds let the question pass once more, on the same state.
const pauses = [1, 20, 29, 31, 60].map((seconds) => {
  const context = { interfaces, state: new net.firewall.KernelState() };
  const at = (time: number, iifname: string) => ({ ...context, iifname, time });
  masquerading.trace(question, at(0, "lan"));
  const late = masquerading.trace(answer, at(seconds * 1000, "wan"));
  const { path, packet } = late;
  return { "s later": seconds, answer: path, to: `${packet.ipv4?.dst}` };
});
console.log(net.inspect.table(pauses, { canvas }));

// %% IPv6 needs none
// There are addresses for all: each of ours is known everywhere, and who asks is who
// is seen. Nothing to hide, nothing to forward, no table that forgets.
await Promise.all(all.map((name) => sayWhoAsks(name, "::", 10)));
console.log(await ask("laptop", "[2001:db8:2::80]:10"));
console.log(await ask("shop", "[2001:db8:1::20]:10"));

// %% But a guard
// What kept strangers out was never the translation, it was the table of connections:
// "who began?" A filter asks just that, for both families. The gateway pattern is
// what one writes in the end: guard for both, translation for IPv4 alone.
const gateway = net.firewall.patterns.gateway({
  inside: "lan",
  outside: "wan",
});
const chains = new Set(["forward", "srcnat"]);
const told = gateway.explanation.rows.filter(({ chain }) => chains.has(chain));
for (const { chain, rule } of told) console.log(`${chain}: ${rule}`);

// %% Who begins?
// The laptop may still ask, by either family; the shop may answer, and may no longer
// ask by itself.
await lab.host("home").run(async (net, rules) => {
  await net.firewall.apply(rules, { others: "remove" });
}, `${gateway}`);
console.log(await ask("laptop", "[2001:db8:2::80]:10", 40_004));
console.log(await ask("laptop", "203.0.113.80:9", 40_004));
console.log(await ask("shop", "[2001:db8:1::20]:10", 40_004));

// %% Takeaways
// - Source translation at postrouting hides many behind one address; destination
//   translation at prerouting leads in to one of them. Filters see inner addresses.
// - Rules of NAT meet a connection's first packet; the rest, and all answers, follow
//   the table.
// - Who translates destinations for neighbours must translate sources too: hairpin.
// - NAT is no firewall. A filter that asks who began is one, and is all that IPv6
//   needs.
// - Behind NAT nobody can be called, addresses in payloads lie, pauses end calls, and
//   a whole network is one face in others' logs and limits.
