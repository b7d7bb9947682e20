#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 7
// title: Who has this address? ARP and neighbour discovery
// goal: Watch how a host finds the hardware address behind an IP address, read and explain its neighbour table, and see what goes wrong when two answer, or nobody, or the wrong one.
// needs: lab
// minutes: 35
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% Two addresses, two jobs
// An IP packet says where it goes in the end. The frame around it says who on this
// cable shall take it now. Somebody has to know which hardware address belongs to
// an IP address, and that is nobody: one asks.
// Python: Ether(dst="ff:ff:ff:ff:ff:ff")/ARP(pdst="10.0.0.2") in scapy
const { arp, build, ethernet } = net.packet;
const mac = {
  anna: "02:00:00:01:00:00",
  ben: "02:00:00:02:00:00",
  cleo: "02:00:00:03:00:00",
};
const question = build(
  ethernet({ src: mac.anna, dst: "ff:ff:ff:ff:ff:ff" }),
  arp({ senderMac: mac.anna, senderIp: "10.0.0.1", targetIp: "10.0.0.2" }),
);
console.log(question.show({ canvas }));

// %% Three hosts on a switch
// A lab, in network namespaces of this machine: it takes no root, nothing gets out
// of it, and it ends with this program.
await using lab = await net.lab.up(`
name: office
hosts:
  anna: [10.0.0.1/24, 2001:db8::1/64]
  ben: [10.0.0.2/24, 2001:db8::2/64]
  cleo: [10.0.0.3/24, 2001:db8::3/64]
switches: [sw1]
links: [anna -- sw1, ben -- sw1, cleo -- sw1]
`);
console.log(lab.topology);

// %% What a host knows of its neighbours
// Nothing, before it has spoken to anybody.
// Shell: ip neigh
async function neighbours(host: string) {
  const all = await lab.host(host).run((net) => net.linux.neighbours());
  const rows = all.map(({ address, mac, state }) => ({ address, mac, state }));
  console.log(net.inspect.table(rows, { title: host, canvas }));
}
await neighbours("anna");

// %% Ears on a cable
// A capture on a link of the lab listens at one of its ends. It is there before
// something happens, and what passed until it is stopped can be read afterwards.
// Python: AsyncSniffer(iface="eth0", filter="arp"), start(), stop(), results
type Deed = () => Promise<unknown>;
const said = (packet: net.packet.Packet) =>
  `${packet}`.replace(/^\S+:\S+ /, ""); // without the time
async function hear(at: string, filter: string, deed: Deed) {
  using capture = await lab.link(at, "sw1").capture({ at, filter });
  await deed();
  capture.stop();
  return await Array.fromAsync(capture);
}
const ping = (from: string, to: string, family: 4 | 6 = 4) =>
  lab.reachability({ from: [from], to: [to], family });

// %% The first ping asks before it goes
// To all: "who has 10.0.0.2? tell 10.0.0.1". From Ben to Anna alone: "it is at my
// address". Only then can the echo request leave.
const first = await hear("anna", "arp", () => ping("anna", "ben"));
for (const packet of first) console.log(said(packet));
await neighbours("anna");

// %% Later ones do not
// The answer is kept for some time. The states tell how sure the host is of it:
// reachable, it has just worked; stale, it worked once, and will be checked when
// it is used again; incomplete, asked and not answered yet; failed, given up.
const second = await hear("anna", "arp", () => ping("anna", "ben"));
console.log(second.length, "questions");

// %% One question teaches two
// Ben never asked for Anna's address: her question named it, and he will need it
// for the answer. He has not used it much, so he is less sure than she is.
await neighbours("ben");

// %% And who else hears it?
// Cleo sits at another port. The question goes to all, so she has to look at it,
// as does every station of the network; the answer she does not see.
const atCleo = await hear("cleo", "arp", () => ping("ben", "anna"));
console.log(atCleo.length, "frames, since both know each other");
const forget = (host: string, address: string) =>
  lab.host(host).run(async (net, address) => {
    await net.linux.deleteNeighbour({ address, device: "eth0" });
  }, address);
await forget("anna", "10.0.0.2");
const again = await hear("cleo", "arp", () => ping("anna", "ben"));
for (const packet of again) console.log(said(packet));

// %% Ask by hand
// The question of the first cell, sent from Anna's host. ask() pairs an answer
// with its question: for ARP, "from whom I asked for, to me".
// Python: srp1(question, iface="eth0")
const answers = await lab.host("anna").run(
  (net, packet) => net.wire.ask(packet, { on: "eth0" }),
  question,
);
console.log(answers.answer?.arp?.senderMac, "has 10.0.0.2");

// %% The same as a tool
// It works where a ping does not: a firewall may drop echo requests, but a host
// that does not answer ARP cannot be reached by anybody.
// Shell: arping -c 2 10.0.0.2
const arping = (from: string, address: string, count = 2) =>
  lab.host(from).run((net, [address, count]) => {
    return net.wire.arping(address, { count, interval: 20, timeout: 500 });
  }, [address, count] as const);
const { sent, answered, macs } = await arping("anna", "10.0.0.2");
console.log(`${answered} of ${sent} answered by ${macs}`);

// %% All of a subnet
// The quickest way to know who is there, if it is your network. Nobody can hide
// from it who wants to use the network.
const scan = await lab.host("anna").run((net) =>
  net.wire.arpScan("10.0.0.0/28", { timeout: 500 })
);
const stations = scan.hosts.map(({ address, mac }) => ({ address, mac }));
console.log(scan.asked, "asked");
console.log(net.inspect.table(stations, { canvas }));

// %% Nobody has it
// The entry stays incomplete: three questions, a second apart, then a ping says
// "destination host unreachable". That comes from Anna's own system; not a single
// packet to 10.0.0.9 has left her host. When it is said of a host on your own
// cable, look at the cable, not at routes.
const lost = await arping("anna", "10.0.0.9", 1);
console.log(`${lost.answered} of ${lost.sent} answered`);
const entry = async (host: string, address: string) => {
  await lab.host(host).exec(`ping -c 1 -W 0.2 ${address}`);
  const table = await lab.host(host).run((net) => net.linux.neighbours());
  return table.find((neighbour) => `${neighbour.address}` === address);
};
console.log((await entry("anna", "10.0.0.9"))?.state);

// %% Two have it
// Somebody has typed Ben's address into Cleo's machine. Each works by itself; who
// talks to 10.0.0.2 gets the one that answered first, today this, tomorrow that.
// A second answer to one question is the proof. Try this: which of the two does
// arpScan name, and what does it say of the address?
const own = (host: string, address: string, take: boolean) =>
  lab.host(host).run(async (net, [address, take]) => {
    const change = take ? net.linux.addAddress : net.linux.deleteAddress;
    await change({ address, device: "eth0" });
  }, [address, take] as const);
await own("cleo", "10.0.0.2/24", true);
const both = await arping("anna", "10.0.0.2");
console.log(both.isDuplicate, [...both.macs].sort());

// %% Look before you take it
// A careful system asks for its new address first, in nobody's name: the sender is
// 0.0.0.0, so that no table is spoiled (RFC 5227). Cleo's own address should have
// no answer. This one has.
const probe = await arping("cleo", "10.0.0.2", 1);
console.log(`asked by ${probe.source}: ${probe.macs} has it too`);
await own("cleo", "10.0.0.2/24", false);

// %% An address that moves
// Servers in pairs share an address: when one fails, the other takes it over. But
// the tables of all others still say where it was.
const shared = "10.0.0.50";
await own("ben", `${shared}/32`, true);
const before = await entry("anna", shared);
const rows = [{ "has it": mac.ben, "Anna's table": before?.mac }];
await own("ben", `${shared}/32`, false);
await own("cleo", `${shared}/32`, true);
const moved = await entry("anna", shared);
rows.push({ "has it": mac.cleo, "Anna's table": moved?.mac });

// %% It has to announce itself
// A question for one's own address, to all, that wants no answer: "gratuitous"
// ARP. Whoever has an entry corrects it. Without it Anna would go on sending to
// Ben until her entry fails.
const announcement = build(
  ethernet({ src: mac.cleo, dst: "ff:ff:ff:ff:ff:ff" }),
  arp({ senderMac: mac.cleo, senderIp: shared, targetIp: shared }),
);
await lab.host("cleo").run(async (net, packet) => {
  await net.wire.send("eth0", packet);
}, announcement);
const corrected = await entry("anna", shared);
rows.push({ "has it": mac.cleo, "Anna's table": corrected?.mac });
console.log(`${announcement}`);
console.log(net.inspect.table(rows, { canvas }));

// %% Nobody checks
// Cleo might have announced the router's address as well, and all would send her
// what is for the world: ARP spoofing. ARP has no signatures. Switches can know
// which port may claim what (dynamic ARP inspection), hosts can pin an entry, and
// TLS makes what is read by the wrong one worthless. Do it to nobody: in most
// countries it is a crime. In this lab you may: net.wire.arpResponder() lies.

// %% IPv6 does it better
// No broadcast: each address belongs to a multicast group, made of its last 24
// bits, and only its few members look at the question.
const group = net.ip.solicitedNode("2001:db8::2");
console.log(`2001:db8::2 listens to ${group}, ${net.ip.multicastMac(group)}`);
await own("cleo", `${shared}/32`, false);
const ndp = "icmp6[0] == 135 or icmp6[0] == 136";
const six = await hear("anna", ndp, () => ping("anna", "ben", 6));
const [asked, told] = six;
console.log(`${said(asked!)}\n${said(told!)}`);

// %% Inside the answer
// ICMPv6 carries it, so filters and firewalls see an IP packet: who blocks all of
// ICMPv6 blocks this too, and has no IPv6. The hop limit is 255: what came over a
// router has less, so nobody from outside can answer.
console.log(net.packet.decode(told!.bytes).show({ canvas }));

// %% Takeaways
// - ARP: the question to all, the answer to one, and both learn.
// - The neighbour table says whom a host has found: look there before you blame
//   the routing. "Incomplete" and "failed" mean that nobody answers on the cable.
// - arping works where pings are blocked, and shows two stations with one address.
// - Who takes an address asks for it first, and announces it afterwards.
// - Nobody signs an answer: on a shared cable you trust your neighbours, or TLS.
// - Neighbour discovery is ICMPv6, to a multicast group, with hop limit 255.
