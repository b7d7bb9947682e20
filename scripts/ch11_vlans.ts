#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 11
// title: Several networks on one cable, and how they stay apart
// goal: Read and write VLAN tags, configure access ports, trunks and tunnels, route between VLANs, and find the two classic mistakes by who reaches whom.
// needs: lab
// minutes: 40
// ---
import * as net from "netrepl";
const { build, ethernet, icmp, ipv4, vlan } = net.packet;
const canvas = net.inspect.canvas({ width: 80 });

// %% Four octets make a VLAN
// The tag stands behind the source address, where the type was. Its own type,
// 0x8100, says "a tag follows"; the frame's real type (0x0800, IPv4) comes last.
// Python: Ether()/Dot1Q(vlan=10, prio=5)/IP()/ICMP() in scapy
const anna = "02:00:00:00:00:0a";
const ben = "02:00:00:00:00:0b";
const ends = ethernet({ src: anna, dst: ben });
const ping = [ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), icmp({ type: 8 })];
const bare = build(ends, ...ping);
const tagged = build(ends, vlan({ id: 10, priority: 5 }), ...ping);
const start = (octets: Uint8Array) =>
  net.bytes.hex(octets.subarray(12, 20), " ");
console.log(`without: ${start(bare.bytes)}`);
console.log(`with:    ${start(tagged.bytes)}`);

// %% Bit by bit
// Twelve bits number the VLAN: 1 to 4094, as 0 is for a priority alone and 4095
// is reserved. Three are the priority, so that telephones need not wait.
const picture = tagged.diagram({ canvas }).split("\n");
const from = picture.findIndex((line) => line.startsWith("vlan"));
console.log(picture.slice(from, from + 6).join("\n"));

// %% Access ports and a trunk
// Hosts know of no tags: the access port says which VLAN their frames are of. On
// the trunk to the next switch each frame has to say it itself.
// Shell: bridge vlan add dev eth0 vid 10 pvid untagged
const sw = net.switching.learningSwitch({
  ports: {
    anna: { access: 10 },
    ben: { access: 10 },
    cleo: { access: 20 },
    trunk: { trunk: [10, 20] },
  },
});
const flooded = sw.receive("anna", bare);
console.log(flooded);

// %% The tag comes and goes
// Ben gets the very octets that Anna sent; on the trunk there are four more. Cleo
// gets nothing, although the frame was for all that the switch knew.
for (const { port, bytes } of flooded.out) {
  console.log(`${port.padEnd(5)} ${start(bytes!)}`);
}
const fromTrunk = { src: ben, dst: anna, vlan: 10 };
console.log(`${sw.receive("trunk", fromTrunk)}`);

// %% Each VLAN has a table of its own
// It is as if there were a switch for each. The same MAC address may be in both,
// at different ports: routers do just that.
sw.receive("trunk", { ...fromTrunk, vlan: 20 });
console.log(sw.table);

// %% What ports refuse
// A host that tags its frames could choose its VLAN, so an access port lets none
// in. A trunk takes only what it carries; without a tag, only if there is a native
// VLAN to put it into.
const refused = [
  sw.receive("anna", { src: anna, dst: ben, vlan: 20 }),
  sw.receive("trunk", { src: ben, dst: anna, vlan: 30 }),
  sw.receive("trunk", { src: ben, dst: anna }),
];
const rows = refused.map(({ port, action, why }) => ({ port, action, why }));
console.log(net.inspect.table(rows, { canvas }));

// %% A port left open
// Some switches are sold with ports that become trunks for whoever asks. There a
// guest writes himself into any VLAN: make unused ports access ports, or shut them.
const careless = net.switching.learningSwitch({
  ports: { spare: { trunk: "all", native: 1 }, payroll: { access: 20 } },
});
const hop = careless.receive("spare", { src: anna, dst: ben, vlan: 20 });
console.log(`${hop}`);

// %% Tags in tags
// A provider carries the VLANs of many customers, who all like number 10. Its
// tunnel ports take frames as they are and put a tag of its own in front (Q-in-Q,
// type 0x88a8), so that the customers' numbers do not matter.
const provider = net.switching.learningSwitch({
  ports: {
    bakery: { tunnel: 100 },
    bank: { tunnel: 200 },
    core: { trunk: [100, 200], tpid: 0x88a8 },
  },
});
for (const customer of ["bakery", "bank"]) {
  const { bytes } = provider.receive(customer, tagged).out[0]!;
  const { layers } = net.packet.decode(bytes!, { linkType: 1 });
  console.log(start(bytes!), layers.map(({ name }) => name).join(" / "));
}

// %% Two VLANs on two real switches
// All four have addresses of one subnet, and would reach each other on a plain
// switch. Here only those of one VLAN do, wherever they are plugged in.
await using lab = await net.lab.up("vlan");
console.log(lab.topology);
console.log(await lab.pingAll({ timeout: 500 }));

// %% Count what passes
// A hundred datagrams of 1,000 octets with their headers, and all links' counters
// (ip -s link) before and after. Forth is from the end that is named first.
async function traffic(lab: net.lab.Lab, from: string, to: string) {
  const read = () => Promise.all(lab.links.map((link) => link.stats()));
  const before = await read();
  await lab.host(from).run(async (net, to) => {
    await using socket = await net.udp.open({ hostname: "0.0.0.0" });
    const data = new Uint8Array(1000 - 14 - 20 - 8);
    for (let i = 0; i < 100; i++) await socket.send(data, `${to}:9`);
  }, to);
  await new Promise((resolve) => setTimeout(resolve, 500)); // until all are there
  const MB = (octets: number) => (octets / 1e6).toFixed(1);
  return (await read()).map(({ a }, i) => ({
    link: lab.links[i]!.name,
    "MB forth": MB(a.txBytes - before[i]!.a.txBytes),
    "MB back": MB(a.rxBytes - before[i]!.a.rxBytes),
  }));
}

// %% Even what is flooded stays in its VLAN
// a10 is told a MAC address that nobody has. Its frames go everywhere in VLAN 10:
// over the trunk and to c10; and nowhere else, at whatever rate they come.
// Shell: ip neigh add 10.0.0.99 lladdr 02:00:00:00:00:99 dev eth0
const address = "10.0.0.99";
await lab.host("a10").run((net, address) => {
  const mac = "02:00:00:00:00:99";
  return net.linux.addNeighbour({ address, mac, device: "eth0" });
}, address);
const strays = await traffic(lab, "a10", address);
console.log(net.inspect.table(strays, { canvas }));

// %% A router between them
// Two VLANs are two networks: two subnets, and a router, here with one cable and a
// sub-interface for each VLAN ("router on a stick"). Its port is a trunk.
// Shell: ip link add link eth0 name eth0.10 type vlan id 10
await lab.down();
await using office = await net.lab.up(`
name: office
hosts: { desk: 10.0.10.2/24, till: 10.0.20.2/24 }
switches:
  sw1:
    vlans: { 10: desk, 20: till }
    trunks: { r1: { vlans: [10, 20], native: none } }
routers:
  r1: { interfaces: { sw1: { vlans: { 10: 10.0.10.1/24, 20: 10.0.20.1/24 } } } }
links: [desk -- sw1, till -- sw1, sw1 -- r1]
`);
console.log(office.topology);

// %% The way goes up and down the stick
// Desk and till are on the same switch, and yet every packet between them goes to
// the router and back: that is where a firewall can say no, and where it is tight.
console.log(await office.pingAll());
console.log((await office.trace("desk", "till")).nodes);
const routed = await traffic(office, "desk", "10.0.20.2");
console.log(net.inspect.table(routed, { canvas }));

// %% Mistake one: a VLAN is missing on the trunk
// The complaint: "b20 and d20 have no network". All lights are green, and VLAN 10
// works. Who reaches whom says where to look: what is common to those who cannot?
const twoSwitches = (left: string, right: string) => `
ipv6: false
hosts: { a10: 10.0.0.1/24, b20: 10.0.0.2/24, c10: 10.0.0.3/24, d20: 10.0.0.4/24 }
switches:
  sw1: { vlans: { 10: a10, 20: b20 }, trunks: { sw2: ${left} } }
  sw2: { vlans: { 10: c10, 20: d20 }, trunks: { sw1: ${right} } }
links: [a10 -- sw1, b20 -- sw1, sw1 -- sw2, c10 -- sw2, d20 -- sw2]
`;
async function whoReachesWhom(left: string, right: string) {
  await using lab = await net.lab.up(twoSwitches(left, right));
  console.log(await lab.pingAll({ timeout: 500 }));
  return lab.topology;
}
const one = await whoReachesWhom("[10, 20]", "[10]");

// %% Found: compare both ends
// The two ends of a trunk are configured apart, on two machines, often by two
// people. Each looks right by itself.
// Shell: bridge vlan show
function trunkEnds({ nodes }: net.lab.LabTopology) {
  const rows = nodes.flatMap(({ name, interfaces }) =>
    interfaces.filter(({ port }) => port?.trunk)
      .map(({ port }) => ({ switch: name, native: "none", ...port }))
  );
  return net.inspect.table(rows, { canvas });
}
console.log(trunkEnds(one));

// %% Mended
// Try this: let the right end carry VLAN 30 too. Does anybody notice?
await whoReachesWhom("[10, 20]", "[10, 20]");

// %% Mistake two: the native VLANs differ
// What leaves as VLAN 10 without a tag is taken for VLAN 20 at the other end. So
// a10 speaks with d20, a hole in the wall; and those who should speak do not, as
// questions or answers end up in the other VLAN.
const two = await whoReachesWhom(
  "{ vlans: [10, 20], native: 10 }",
  "{ vlans: [10, 20], native: 20 }",
);
console.log(trunkEnds(two));

// %% Mended, and made impossible
// With no native VLAN every frame on the trunk says what it is, and what does not
// is dropped. If there must be one, let it be a number that no host is in.
const safe = "{ vlans: [10, 20], native: none }";
console.log(trunkEnds(await whoReachesWhom(safe, safe)));

// %% Takeaways
// - A tag is four octets: a type, three bits of priority, twelve of VLAN.
// - Hosts on access ports see no tags; trunks write one on every frame, but for
//   the native VLAN.
// - A VLAN is a broadcast domain with a table of its own. Between two of them a
//   router is needed, and wanted.
// - Access ports refuse tags; unused ports are no trunks; no host is in the native
//   VLAN.
// - When some reach each other and others do not, ask what they have in common,
//   and compare both ends of the trunk.
