#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 9
// title: A switch learns, floods and forgets, and what a loop does to it
// goal: Say where a switch sends a frame and why, read a real switch's table, and follow spanning tree from its first message to the way round a broken link.
// needs: lab
// minutes: 40
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% A frame for somebody unknown
// A switch learns from a frame's source and decides by its destination. This one
// was just switched on: it cannot know where Ben is, so it sends to all but Anna.
// Python: the frame would be scapy's Ether(src=anna, dst=ben)
const anna = "02:00:00:00:00:0a";
const ben = "02:00:00:00:00:0b";
const sw = net.switching.learningSwitch({ ports: ["p1", "p2", "p3", "p4"] });
console.log(sw.receive("p1", { src: anna, dst: ben }));

// %% The answer goes to one port
// Anna's frame has told where she is. Ben's tells where he is, and from now on the
// two speak in private: not secretly, but on their own ports.
console.log(sw.receive("p2", { src: ben, dst: anna }));
console.log(sw.table);

// %% Four decisions
// A broadcast is for all, whatever has been learned. Cleo is on a hub with Ben:
// what she sends him he has heard already, so the switch need not repeat it. And
// what bridges say to each other (01:80:c2:...) stops at the next one.
const cleo = "02:00:00:00:00:0c";
const frames = [
  sw.receive("p2", { src: cleo, dst: "ff:ff:ff:ff:ff:ff" }),
  sw.receive("p2", { src: cleo, dst: ben }),
  sw.receive("p1", { src: anna, dst: cleo }),
  sw.receive("p1", { src: anna, dst: "01:80:c2:00:00:00" }),
];
const rows = frames.map(({ port, dst, action, why, out }) => {
  return { in: port, dst, action, why, out: out.map(({ port }) => port) };
});
console.log(net.inspect.table(rows, { canvas }));

// %% A station moves
// Anna takes her laptop to p4. Until she says something, what is for her goes to
// p1 and is lost there: that is why a system that comes up says something at once.
console.log(`${sw.receive("p2", { src: ben, dst: anna })}`);
const moved = sw.receive("p4", { src: anna, dst: ben });
console.log(moved.learned, `${moved}`);
console.log(`${sw.receive("p2", { src: ben, dst: anna })}`);

// %% Who is silent is forgotten
// After 300 seconds, unless told otherwise. Not being known does no harm: the
// next frame is flooded, and its answer teaches again.
sw.advance(200);
sw.receive("p2", { src: ben, dst: anna });
sw.advance(100);
console.log(sw.table);
console.log(`${sw.receive("p2", { src: ben, dst: anna })}`);

// %% A full table
// Real tables have some thousand entries. Who fills one with made-up senders makes
// the switch flood, and reads what others say: so switches can limit the stations
// behind a port. Try that only where you may: here it harms nobody.
const small = net.switching.learningSwitch({ ports: 3, limit: 100 });
for (let i = 0; i < 100; i++) {
  const src = `02:ff:00:00:00:${i.toString(16).padStart(2, "0")}`;
  small.receive(3, { src, dst: ben });
}
const full = small.receive(2, { src: ben, dst: anna });
console.log(full.learned);
console.log(`${small.receive(1, { src: anna, dst: ben })}`);

// %% Now a real one
// A lab: three hosts and a switch, each in a network namespace of this machine's
// kernel. It takes no root, nothing gets out of it, and it ends with this program.
await using lab = await net.lab.up("lan(3)");
console.log(lab.topology);
console.log(await lab.pingAll());

// %% Its table
// The pings have taught it, as above. The kernel's bridge marks its own addresses
// permanent; the others it has learned.
// Shell: bridge fdb show br br0
const station = (mac: string) =>
  lab.topology.nodes.find(({ interfaces }) => interfaces[0]?.mac === mac)?.name;
type Entry = { mac: string; ifname: string; state: string };
async function learned() {
  const { stdout } = await lab.host("sw1").exec("bridge -j fdb show br br0");
  const entries: Entry[] = JSON.parse(stdout);
  return entries.filter(({ state }) => state !== "permanent")
    .map(({ mac, ifname: port }) => ({ mac, port, station: station(mac) }))
    .sort((a, b) => a.mac.localeCompare(b.mac));
}
console.log(net.inspect.table(await learned(), { canvas }));

// %% Where do a hundred frames go?
// Counters tell without reading anybody's frames. One host sends a hundred
// datagrams of 1,000 octets with their headers: which links carry this 0.1 MB?
// Shell: ip -s link, before and after
async function traffic(lab: net.lab.Lab, from: string, to: string) {
  const read = () => Promise.all(lab.links.map((link) => link.stats()));
  const before = await read();
  await lab.host(from).run(async (net, to) => {
    await using socket = await net.udp.open({ hostname: "0.0.0.0" });
    const data = new Uint8Array(1000 - 14 - 20 - 8);
    for (let i = 0; i < 100; i++) await socket.send(data, `${to}:9`);
  }, to);
  await new Promise((resolve) => setTimeout(resolve, 500)); // until all are there
  return (await read()).map(({ a }, i) => {
    const { rxBytes, txBytes } = before[i]!.a;
    const most = Math.max(a.rxBytes - rxBytes, a.txBytes - txBytes);
    return { link: lab.links[i]!.name, MB: (most / 1e6).toFixed(1) };
  });
}

// %% Known, and unknown
// From pc1 to pc2 nothing reaches pc3. Then pc1 is told a MAC address that nobody
// has: there is no answer to learn from, and all frames reach all.
// Shell: ip neigh add 10.0.0.99 lladdr 02:00:00:00:00:99 dev eth0
const known = await traffic(lab, "pc1", "10.0.0.2");
console.log(net.inspect.table(known, { canvas }));
const address = "10.0.0.99";
await lab.host("pc1").run((net, address) => {
  const mac = "02:00:00:00:00:99";
  return net.linux.addNeighbour({ address, mac, device: "eth0" });
}, address);
const unknown = await traffic(lab, "pc1", address);
console.log(net.inspect.table(unknown, { canvas }));

// %% A plug is pulled
// The switch sees the carrier go and forgets who was behind that port: they may
// turn up at another one.
await lab.link("pc1", "sw1").fail();
console.log(net.inspect.table(await learned(), { canvas }));

// %% A second way is a loop
// Who joins four switches each with each, for safety, gets this: Ethernet has no
// hop limit, so a broadcast goes round for ever, and each switch doubles it.
const names = ["sw1", "sw2", "sw3", "sw4"];
const mesh = Object.fromEntries(names.map((name) => {
  const ports = ["pc", ...names.filter((other) => other !== name)];
  return [name, net.switching.learningSwitch({ ports })];
}));
const hello = { src: anna, dst: "ff:ff:ff:ff:ff:ff" };
let onTheWay = [{ from: "pc", to: "sw1" }];
for (let hop = 1; hop <= 6; hop++) {
  onTheWay = onTheWay.flatMap(({ from, to }) =>
    mesh[to]!.receive(from, hello).out.map(({ port }) => port)
      .filter((port) => port !== "pc").map((port) => ({ from: to, to: port }))
  );
  const bar = net.inspect.bar(onTheWay.length, 100, 50);
  console.log(`hop ${hop} ${bar} ${onTheWay.length} copies`);
}

// %% And it tears the tables
// Anna has sent one frame, on the first port of sw1. Its copies come back from
// elsewhere, so each switch believes that she moves, all the time.
console.log(mesh.sw1!.table);

// %% The lab will not have it
// Real switches say nothing: the network is just full. This lab sees the loop in
// the drawing, and says what to do.
const loop = `
switches: [sw1, sw2, sw3]
links: [sw1 -- sw2, sw2 -- sw3, sw3 -- sw1]
`;
try {
  await net.lab.topology(loop);
} catch (error) {
  console.log(`${error}`);
}

// %% Spanning tree: first, everyone is king
// Switches agree on a tree without loops by messages called BPDUs. Each starts as
// the root and says so; who hears of a lower identifier gives way. The mark * is
// where something has changed.
const bridges = ["sw1", "sw2", "sw3"];
const links = ["sw1-sw2", "sw2-sw3", "sw3-sw1"];
const tree = net.switching.spanningTree({ bridges, links });
tree.step();
console.log(tree.step());

// %% Then each finds its way to the root
// The port with the cheapest path to the root is the root port. On each link one
// side is designated to speak; a port that is neither blocks. So sw3 keeps its
// cable to sw2 in reserve, as an alternate.
console.log(tree.run());

// %% A link breaks
// sw2 has lost its way to the root, and takes itself for it. sw3 knows better,
// says so, and opens the cable in reserve: four messages, no time on the clock.
tree.fail("sw1-sw2");
console.log(tree.run());

// %% The old protocol waits
// 802.1D of 1998 has no such handshake. A port listens for 15 seconds and learns
// for 15 more; and sw3 first believes the old news until it is 20 seconds old.
const seconds = (["stp", "rstp"] as const).map((protocol) => {
  const sim = net.switching.spanningTree({ bridges, links, protocol });
  const start = sim.run().time;
  sim.fail("sw1-sw2");
  return { protocol, "first tree": start, repair: sim.run().time - start };
});
console.log(net.inspect.table(seconds, { canvas }));

// %% Choose the root yourself
// With equal priorities the lowest MAC address wins, often the oldest switch of
// all. The root should stand where the traffic goes: give it a low priority.
// Try this: tree.setCost("sw3-sw1", 100000) before run(); who goes which way?
tree.heal("sw1-sw2");
tree.setPriority("sw3", 4096);
console.log(tree.run().tree);

// %% The same with real switches
// Three of them in a ring. A port where nobody answers BPDUs may take some seconds
// to open, unless it is told that only a host is there (an edge port, "PortFast").
// So we ask until all answer.
await lab.down();
await using ring = await net.lab.up("ring");
console.log(ring.topology);
async function allAnswer(): Promise<net.lab.Reachability> {
  const signal = AbortSignal.timeout(20_000);
  for (;;) {
    const matrix = await ring.pingAll({ timeout: 100, signal });
    if (matrix.isComplete) return matrix;
  }
}
console.log(await allAnswer());

// %% Which cable is in reserve?
// Traffic from pc2 to pc3 shows it: their switches are neighbours, and yet it goes
// round by the root. Frames do not take the shortest way, but the tree's.
const before = await traffic(ring, "pc2", "10.0.0.3");
console.log(net.inspect.table(before, { canvas }));

// %% Pull a plug, and go on
// The frames of the same hosts now take the cable that was silent. What a ping in
// between loses is a matter of milliseconds.
const cut = performance.now();
await ring.link("sw1", "sw2").fail();
await allAnswer();
console.log(
  `all answer ${net.inspect.duration(performance.now() - cut)} later`,
);
const after = await traffic(ring, "pc2", "10.0.0.3");
console.log(net.inspect.table(after, { canvas }));

// %% Takeaways
// - Learn from the source, decide by the destination; flood what is not known.
// - A table entry lives for some minutes, or until its port goes down. A flooded
//   frame is not an error, many of them are a hint.
// - Frames have no hop limit: a loop takes a network down within a second.
// - Spanning tree: one root, a root port each, a designated port a link; the rest
//   blocks, and stands in when something breaks.
// - RSTP repairs by messages, the old STP by waiting. Choose the root yourself.
