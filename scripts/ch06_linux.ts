#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 6
// title: Interfaces, addresses and routes on Linux
// goal: Read and change what the kernel's network is made of, know why a packet leaves where it does, and change several things as one, so that they can be taken back.
// needs: lab
// minutes: 35
// ---
import * as net from "netrepl";

// %% A network of our own
// What follows takes gateways away and pulls plugs, so it is done in a lab: a
// throw-away network on this machine, without root and without a way out of it.
// What is written in one of its hosts goes to its log, and we print that.
const log = ({ text }: net.lab.LogLine) => console.log(text);
await using lab = await net.lab.up("router", { log });
console.log(lab.topology);

// %% Being a host
// run() sends a function into a host. It sees that host's network as if it were
// this machine's own, gets `net` as its first parameter, and nothing else of what
// is around it here. Python: pyroute2.NetNS("pc1")
const pc1 = lab.host("pc1");
await pc1.run(() => console.log(`Hello from ${Deno.hostname()}`));

// %% Links
// A link is what frames leave by: a card, or something that acts like one. lo is
// the machine itself. The MTU is the largest packet that fits.
// Shell: ip link   Python: psutil.net_if_stats()
await pc1.run(async (net) => console.log(await net.linux.links()));

// %% Your own machine asks first
// Reading never hurts. A change needs { apply: true }, unless it is in a lab; the
// refusal says what it would have been as a command.
try {
  await net.linux.setLink("eth0", { up: false });
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.message);
}

// %% Addresses
// A link has any number of them, each with the length of its subnet's prefix. The
// IPv6 address in fe80::/64 made itself, from the MAC address.
// Shell: ip address add 192.0.2.5/24 dev eth0   Python: psutil.net_if_addrs()
await pc1.run(async (net) => {
  const second = { address: "192.0.2.5/24", device: "eth0" };
  await net.linux.addAddress(second);
  console.log(await net.linux.addresses());
  await net.linux.deleteAddress(second);
});

// %% Whose counters move?
// Every link counts what passes. A host that speaks to its own address does not
// trouble the card: the three datagrams, of 100 octets and 28 of headers each, go
// by lo. Shell: ip -s link   Python: psutil.net_io_counters(pernic=True)
await pc1.run(async (net) => {
  await using socket = await net.udp.open({ hostname: "10.0.1.11" });
  const counters = async () =>
    (await net.linux.links()).get("lo")!.statistics!.rx;
  const before = await counters();
  for (let i = 0; i < 3; i++) {
    await socket.send(new Uint8Array(100), socket.address);
  }
  const { packets, bytes } = await counters();
  console.log(`${packets - before.packets} packets on lo`);
  console.log(`${bytes - before.bytes} octets`);
});

// %% Routes
// A route says for a subnet: the next router, and the link to it. An address
// brings the route to its own subnet with it, made by the kernel; the default
// route, to 0.0.0.0/0, contains everything.
// Shell: ip route   Python: pyroute2.IPRoute().get_routes()
await pc1.run(async (net) => {
  console.log(await net.linux.routes({ family: 4 }));
});

// %% Which way, and why?
// Ask the kernel rather than guess. A neighbour is given its packet directly;
// what is for elsewhere is given to the gateway.
// Shell: ip route get 10.0.2.11, which does not say why
await pc1.run(async (net) => {
  for (const to of ["10.0.1.12", "10.0.2.11", "10.0.1.11"]) {
    console.log(await net.linux.route(to));
  }
});

// %% The longest prefix wins
// Three routes contain 10.0.2.11. The one that says most about it is taken,
// whatever came first and whatever it costs; the card says why the others lost.
await pc1.run(async (net) => {
  const via = "10.0.1.12";
  await net.linux.addRoute({ to: "10.0.0.0/16", via: "10.0.1.1", metric: 5 });
  await net.linux.addRoute({ to: "10.0.2.0/24", via, metric: 500 });
  console.log(await net.linux.route("10.0.2.11"));
  await net.linux.deleteRoute({ to: "10.0.2.0/24", metric: 500 });
  await net.linux.deleteRoute({ to: "10.0.0.0/16", metric: 5 });
});

// %% Among equals, the lowest metric
// Two default routes: cable and radio, say. The metric decides, and when the
// better one goes the other takes over at once.
// Try this: give the spare one metric 0. What does the kernel say, and why?
await pc1.run(async (net) => {
  const spare = { to: "default", via: "10.0.1.12", metric: 100 };
  await net.linux.addRoute(spare);
  console.log(await net.linux.route("198.51.100.1"));
  await net.linux.deleteRoute({ to: "default", via: "10.0.1.1" });
  console.log(await net.linux.route("198.51.100.1"));
  await net.linux.deleteRoute(spare);
});

// %% Without a gateway
// Now no route of pc1 contains 10.0.2.11, and the kernel says so at once. No
// packet leaves: that is not the same as an answer that never comes.
// Python: OSError: [Errno 101] Network is unreachable
await pc1.run(async (net) => {
  console.log(await net.linux.route("10.0.2.11"));
  try {
    await net.tcp.connect("10.0.2.11:80");
  } catch (error) {
    console.log((error as Error).message);
  }
});

// %% The gateway comes back
// A route goes only by a router that is on one of our links; what is not makes the
// kernel refuse, in its own words.
// Shell: ip route add default via 10.0.1.1
await pc1.run(async (net) => {
  try {
    await net.linux.addRoute({ to: "default", via: "10.0.2.1" });
  } catch (error) {
    console.log((error as Error).message);
  }
  await net.linux.addRoute({ to: "default", via: "10.0.1.1" });
});
console.log(await lab.pingAll({ from: ["pc1"] }));

// %% Rules come before routes
// Longest prefix is the law within one table. Rules choose the table, and may look
// at where a packet comes from: so one host can have two ways out.
// Shell: ip rule add from 10.0.1.12 lookup 100
await lab.host("pc2").run(async (net) => {
  const other = { to: "default", via: "10.0.1.11", table: 100 };
  const rule = { from: "10.0.1.12", table: 100, priority: 1000 };
  await net.linux.addRoute(other);
  await net.linux.addRule(rule);
  console.log((await net.linux.rules()).filter(({ family }) => family === 4));
  const from = "10.0.1.12";
  console.log(await net.linux.route("10.0.2.11", { from }));
  await net.linux.deleteRule(rule);
  await net.linux.deleteRoute(other);
});

// %% Neighbours
// The next router is an IP address; a frame needs a MAC address. The kernel asked
// for it by ARP, and remembers. Chapter 7 watches it ask.
// Shell: ip neigh
await pc1.run(async (net) => {
  const neighbours = await net.linux.neighbours();
  const known = neighbours.filter(({ family }) => family === 4);
  known.sort((a, b) => a.address.compare(b.address));
  for (const { address, mac } of known) console.log(`${address} is at ${mac}`);
});

// %% Watching it change
// A monitor tells what changes, as it happens, whoever does it. One new address is
// four changes, since the kernel makes three routes for it.
// Shell: ip monitor
await pc1.run(async (net) => {
  const second = { address: "192.0.2.5/24", device: "eth0" };
  using monitor = net.linux.monitor({ kinds: ["address", "route"] });
  await net.linux.addAddress(second);
  await net.linux.deleteAddress(second);
  for await (const event of monitor) {
    console.log(event);
    if (event.type === "address removed") break;
  }
});

// %% Two ways to be down
// Somebody pulls the plug: the link says so, and its routes wait for it. Somebody
// sets it down: its routes are gone, and up again it has only what the kernel
// makes by itself. The default route has to be given back by whoever set it.
// Shell: ip link set eth0 down; ip link set eth0 up
const cable = lab.link("pc1", "sw1");
const routes = () =>
  pc1.run(async (net) => {
    console.log(await net.linux.routes({ family: 4 }));
  });
await cable.fail();
// The kernel tells the routes a moment later.
await pc1.run(async (net) => {
  const isDown = (route: { readonly flags: readonly string[] }) =>
    route.flags.includes("linkdown");
  while (![...await net.linux.routes({ family: 4 })].every(isDown));
});
await routes();
await cable.heal();
await pc1.run(async (net) => {
  await net.linux.setLink("eth0", { up: false });
  await net.linux.setLink("eth0", { up: true });
});
await routes();

// %% A plan: several changes as one
// Look before you leap. A plan changes nothing yet; it is plain data, made here,
// and shows itself as the commands that would do the same.
const plan = net.linux.plan()
  .setLink("eth0", { up: true, mtu: 1400 })
  .addAddress({ address: "10.0.1.21/24", device: "eth0" })
  .addRoute({ to: "default", via: "10.0.1.1", device: "eth0" });
console.log(plan);

// %% What of it is to be done?
// The changes go into the host as the function's second parameter. There the plan
// is held against what there is: one of its three changes is made already.
await pc1.run(async (net, operations) => {
  await net.linux.setLink("eth0", { mtu: 1400 });
  console.log(await net.linux.plan({ operations }).diff());
  await net.linux.setLink("eth0", { mtu: 1500 });
}, plan.operations);

// %% Applied, and rolled back
// Undoing goes backwards, and gives back what was there before: an MTU of 1500,
// which the plan never mentions.
await pc1.run(async (net, operations) => {
  const plan = net.linux.plan({ operations });
  const look = async (when: string) => {
    const mtu = (await net.linux.links()).get("eth0")?.mtu;
    const { via } = await net.linux.route("198.51.100.1");
    console.log(`${when}: MTU ${mtu}, gateway ${via ?? "none"}`);
  };
  await look("before");
  await plan.apply();
  await look("applied");
  await plan.rollback();
  await look("rolled back");
}, plan.operations);

// %% All of it, or nothing
// The last of these cannot be done, since nobody on a link of ours is called
// 203.0.113.1. Those before it are undone, so that the machine is not left
// somewhere in between, perhaps out of reach.
await pc1.run(async (net, operations) => {
  const plan = net.linux.plan({ operations })
    .addRoute({ to: "198.51.100.0/24", via: "203.0.113.1" });
  try {
    await plan.apply();
  } catch (error) {
    console.log((error as Error).message);
  }
  console.log(await net.linux.routes({ family: 4 }));
}, plan.operations);

// %% What rests on what
// A bridge rests on its ports; a veth pair is a cable with both ends in software,
// which is how this lab is wired.
// Shell: ip link add br0 type bridge; ip link set left master br0
await pc1.run(async (net) => {
  await net.linux.addLink({ name: "br0", kind: "bridge" });
  const peer = { name: "right" };
  await net.linux.addLink({ name: "left", kind: "veth", peer, master: "br0" });
  console.log((await net.linux.links()).tree());
  await net.linux.deleteLink("left");
  await net.linux.deleteLink("br0");
});

// %% After the next start
// All of this was in the kernel's memory, and a restart forgets it. What stays is
// a file, which each family of distributions has another one for. A plan can be
// written as any of them.
const { ifupdown, netplan, networkd } = net.linux.persistent;
for (const form of [netplan, networkd, ifupdown]) console.log(form(plan));

// %% Takeaways
// - Link, address, route: a frame leaves by a link, a subnet comes with an
//   address, and a route says who is next.
// - Rules choose the table, in it the longest prefix wins, among equals the
//   lowest metric. route() says which of them decided.
// - Without a route there is an error at once; with a wrong one there is silence.
// - Unplugged keeps the routes; set down loses them.
// - Collect changes, look at them, apply them as one, and keep a way back. What
//   is to last belongs in a file.
