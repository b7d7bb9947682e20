#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 10
// title: Routing
// goal: Watch routers learn by distance vector and by link state, see where each goes wrong and how long that lasts; then set routes by hand on real routers, find the one that is missing, and let OSPF do it.
// needs: lab
// minutes: 45
// ---
import * as net from "netrepl";
const { distanceVector, linkState } = net.switching;
const { inspect } = net;

// %% Tell your neighbours what you know
// Distance vector: a router knows its own networks, and tells its neighbours what
// each costs from here. They add the link. Nobody knows the map. This is RIP, in a
// row of four routers, each with a network behind it; * marks what is new.
const rip = distanceVector({
  routers: ["a", "b", "c", "d"],
  links: ["a-b", "b-c", "c-d"],
});
console.log(rip.step());
console.log(rip.step());
console.log(rip.step());

// %% Until there is no news
// Each step carries what is known one link farther: the network at one end is
// known at the other after as many steps as there are links between.
console.log(rip.step());
console.log(rip.step());
console.log(rip.run().isSettled, `a to d: ${rip.trace("a", "d")}`);

// %% Bad news travels slowly
// Now without RIP's precautions. b loses its link to c, but a still says that it
// knows a way, which leads through b. b believes it, and then a believes b: each
// round both count on, until 16, which is "unreachable".
const naive = distanceVector({
  routers: { a: [], b: [], c: "192.0.2.0/24" },
  links: ["a-b", "b-c"],
  splitHorizon: "off",
  triggered: false,
});
naive.run();
naive.fail("b-c");
for (const { time, news } of naive.steps()) {
  if (news !== "") console.log(time, news);
}

// %% Where packets go meanwhile
// The same again, stopped in the middle. For more than three minutes packets run
// to and fro between two routers that each believe the other; only their TTL ends
// them.
naive.heal("b-c");
naive.run();
naive.fail("b-c");
for (let i = 0; i < 4; i++) naive.step();
console.log(naive.table("a"));
console.log(naive.table("b"));
console.log(`${naive.trace("a", "192.0.2.1")}`);

// %% Split horizon
// Never tell somebody what you have from him. And tell bad news at once. With both
// the two routers agree in seconds.
// Try this: join c and a as well, with "poisonedReverse", and let b-c fail.
const careful = distanceVector({
  routers: { a: [], b: [], c: "192.0.2.0/24" },
  links: ["a-b", "b-c"],
});
careful.run();
careful.fail("b-c");
for (const { time, news } of careful.steps()) {
  if (news !== "") console.log(time, news);
}

// %% Tell everybody what you see
// Link state: each router tells all others about its own links, and only about
// those. What is said is passed on unchanged, so that all soon have the same map.
// This is OSPF's way. The numbers tell which word of a router is its last.
const routers = ["a", "b", "c", "d", "e"];
const links = [
  { ends: "a-b", cost: 1 },
  { ends: "b-d", cost: 1 },
  { ends: "a-c", cost: 2 },
  { ends: "c-d", cost: 2 },
  { ends: "d-e", cost: 1 },
];
const ospf = linkState({ routers, links });
console.log(ospf.step());
console.log(ospf.step());

// %% Flooded
// A word that is known already is not passed on again: so flooding ends.
console.log(ospf.run());

// %% Everybody works out the ways alone
// Dijkstra's algorithm, on a's own copy of the map: move the cheapest candidate to
// the tree, look what can be reached through it, and repeat. Each router is the
// root of its own tree. The next hop is where its branch begins.
console.log(ospf.spf("a"));
console.log(ospf.table("a"));

// %% A link fails
// Its two routers say so, everybody computes again, and the way leads round by c.
// No counting: a map without the link cannot mislead.
console.log(`${ospf.trace("a", "e")}`);
ospf.fail("b-d");
console.log(ospf.run());
console.log(`${ospf.trace("a", "e")}`);

// %% Two ways that cost the same
// Costs are the administrator's word. Equal ones share the load: a has two next
// hops for what is behind d.
ospf.heal("b-d");
ospf.setCost("a-c", 1);
ospf.setCost("c-d", 1);
ospf.run();
console.log(ospf.table("a"));

// %% How long until all agree again?
// In a square of four routers one link fails, and the clock of the simulation runs
// until nobody learns anything new.
const square = {
  routers: ["a", "b", "c", "d"],
  links: ["a-b", "b-c", "c-d", "d-a"],
};
type Network = net.switching.RoutingSimulation<net.switching.RoutingStep>;
const seconds = (network: Network, silent: boolean) => {
  network.run();
  const start = network.time;
  network.fail("a-b", { silent });
  const { steps } = network.run();
  return steps.findLast(({ changes }) => changes.length > 0)!.time - start;
};

// %% Seen, and not seen
// A router sees its own plug pulled. What fails behind a switch it learns by
// silence alone: that is what hellos and timeouts are for, and why one sets them
// shorter than RIP's three minutes and OSPF's forty seconds.
const times = [false, true].map((silent) => ({
  failure: silent ? "not seen" : "seen",
  "distance vector": seconds(distanceVector(square), silent),
  "link state": seconds(linkState(square), silent),
}));
console.log(inspect.table(times, { canvas: inspect.canvas() }));

// %% Real routers, without routes
// Enough of models: these are Linux kernels, each in a network of its own. With
// `routes: []` nobody gives them any, so each knows its own two subnets alone. And
// they may complain as often as they like, which is one ICMP error a second else.
// Shell: sysctl net.ipv4.ip_forward=1 makes a router of a machine
const log = ({ text }: net.lab.LogLine) => console.log(text);
await using lab = await net.lab.up(
  `
  name: by-hand
  ipv6: false
  hosts: [pc1, pc2]
  routers:
    r1: { routes: [], sysctl: { net.ipv4.icmp_ratelimit: 0 } }
    r2: { routes: [], sysctl: { net.ipv4.icmp_ratelimit: 0 } }
    r3: { routes: [], sysctl: { net.ipv4.icmp_ratelimit: 0 } }
  links: [pc1 -- r1, r1 -- r2, r2 -- r3, r3 -- pc2]
  `,
  { log },
);
console.log(lab.topology);

// %% How far does a packet get?
// A trace sends packets with a TTL of 1, 2, 3, …; where each runs out, the router
// says so. r1 is as far as it goes.
// Shell: traceroute 10.0.3.2   Python: scapy's traceroute("10.0.3.2")
const way = ({ from, nodes, hops }: net.lab.Trace) =>
  `${[from, ...nodes].join(" > ")}: ${hops.at(-1)?.what}`;
console.log(way(await lab.trace("pc1", "pc2")));
await lab.host("r1").run(async (net) => {
  console.log(await net.linux.route("10.0.3.2"));
});

// %% Routes by hand
// A route names the next router only. What that one does with the packet is its
// own affair, so each router on the way needs one.
// Shell: ip route add 10.0.3.0/24 via 10.0.1.2, on r1
const add = (router: string, to: string, via: string) =>
  lab.host(router).run((net, route) => net.linux.addRoute(route), { to, via });
await add("r1", "10.0.3.0/24", "10.0.1.2");
await add("r2", "10.0.3.0/24", "10.0.2.2");
console.log(way(await lab.trace("pc1", "pc2", { timeout: 300 })));

// %% Silence
// No error, and no answer. Do packets not arrive, or do answers not come back?
// The counters at pc2's end of its cable know: it heard, and it spoke.
const before = await lab.link("r3", "pc2").stats();
console.log(await lab.pingAll({ from: ["pc1"], timeout: 300 }));
const after = await lab.link("r3", "pc2").stats();
console.log(`pc2 heard: ${after.b.rxPackets > before.b.rxPackets}`);
console.log(`pc2 spoke: ${after.b.txPackets > before.b.txPackets}`);

// %% Ask every router, in both directions
// A connection needs two ways, and they are two different routes in each router.
// The second column is complete, the third is not: nobody knows the way back.
const rows = [];
for (const router of ["r1", "r2", "r3"]) {
  const [there, back] = await lab.host(router).run(async (net) => {
    const lookUp = async (to: string) => {
      const { reachable, via, device } = await net.linux.route(to);
      return reachable ? `${via ?? "on the link"}, ${device}` : "no route";
    };
    return [await lookUp("10.0.3.2"), await lookUp("10.0.0.2")];
  });
  rows.push({ router, "to pc2": there, "to pc1": back });
}
console.log(inspect.table(rows, { canvas: inspect.canvas() }));

// %% The way back
// The commonest fault in routing, and the one that looks least like it: the way
// there was right all the time.
await add("r3", "10.0.0.0/24", "10.0.2.1");
console.log(way(await lab.trace("pc1", "pc2", { timeout: 300 })));
await add("r2", "10.0.0.0/24", "10.0.1.1");
console.log(way(await lab.trace("pc1", "pc2")));

// %% One route for all the rest
// A router with one way out needs no list: a default route has it all. But two
// routers that take each other for the way out send a packet to and fro until its
// TTL is used up. That is what the TTL is for.
await add("r1", "default", "10.0.1.2");
await add("r2", "default", "10.0.1.1");
console.log(way(await lab.trace("pc1", "198.51.100.1", { maxHops: 6 })));

// %% Routers that talk
// Static routes know nothing of a cable that breaks. These three routers run OSPF,
// by FRR (apt install frr), as many real ones do. Nobody has told them any route:
// by hellos they find each other, and then their ways.
await using ring = await net.lab.up(net.lab.readyMade("ospf", { count: 3 }));
console.log(ring.topology.draw());
type Routes = net.linux.Routes;
const learned = async (router: string, isSo: (routes: Routes) => boolean) => {
  for (let i = 0;; i++) {
    const routes = await ring.host(router).run((net) => net.linux.routes());
    const ospf = routes.filter(({ protocol }) => protocol === "ospf");
    if (i === 100 || isSo(ospf)) return ospf;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

// %% What they have learned
// FRR puts what it finds into the kernel's table, where it is a route like any
// other, marked as OSPF's. The link on the far side is reached as cheaply by one
// router as by the other, and so by both.
// Shell: ip route show proto ospf; vtysh -c "show ip ospf neighbor"
const hasBoth = (routes: Routes) => routes.some(({ nextHops }) => nextHops);
for (const router of ["r1", "r2", "r3"]) {
  for (const { to, via, nextHops } of await learned(router, hasBoth)) {
    const next = nextHops?.map(({ via }) => `${via}`).sort() ?? [`${via}`];
    console.log(`${router}: ${to} by ${next.join(" and ")}`);
  }
}
console.log(way(await ring.trace("pc1", "pc2")));

// %% A cable breaks
// Its two routers see that at once and say so; all compute again, and packets go
// round by r3. Who pings once a second may not lose a single one.
const byR3 = (to: string, via: string) => (routes: Routes) =>
  routes.some((route) => route.to.equals(to) && route.via?.equals(via));
const start = performance.now();
await ring.link("r1", "r2").fail();
await learned("r1", byR3("10.0.4.0/24", "10.0.3.2"));
await learned("r2", byR3("10.0.0.0/24", "10.0.2.2"));
console.log(`again after ${inspect.duration(performance.now() - start)}`);
console.log(way(await ring.trace("pc1", "pc2")));

// %% Takeaways
// - Distance vector believes its neighbours: simple, and slow with bad news; split
//   horizon and poison hold the damage down.
// - Link state shares the map and computes alone: quick, and without counting.
// - What a router cannot see it learns by silence, which takes as long as the
//   timeout says.
// - A route names the next router only. Every router needs one, and one for the
//   way back: ask each of them which way it would take, in both directions.
// - Static routes stay as they are when a cable breaks; a routing protocol finds
//   the other way, if there is one.
// - "Unreachable" comes from a router, and names it; silence is a way that is
//   missing somewhere else, most often back.
