#!/usr/bin/env -S deno run
// ---
// chapter: 3
// title: Subnetting, CIDR and VLSM, with practice that marks itself
// goal: Cut a network into parts of the size that each needs, put routes together again, and say which route a packet takes.
// needs: nothing
// minutes: 35
// ---
import * as net from "netrepl";

// %% Borrow bits from the hosts
// Two more bits in the prefix make four subnets, each with a quarter of the
// addresses. The bar moves to the right, nothing else happens.
// Python: ipaddress.ip_network("192.0.2.0/24").subnets(new_prefix=26)
const office = net.ip.subnet("192.0.2.0/24");
for (const part of office.split(26)) {
  console.log(`${part.format("binary")}  ${part}`);
}

// %% Where subnets begin
// A /26 has 64 addresses, so it begins at a multiple of 64. Host bits in a
// network address are a mistake, and are not passed over in silence.
try {
  net.ip.subnet("192.0.2.100/26");
} catch (error) {
  console.log(`${error}`);
}
console.log(`${net.ip.subnet("192.0.2.100/26", { hostBits: "clear" })}`);

// %% The prefix that is just long enough
// 50 hosts need 6 bits: 2^6 - 2 = 62. Count up until it fits; to take a size
// too small is the classic slip, as network and broadcast count too.
for (let prefixLength = 28; prefixLength >= 24; prefixLength--) {
  const { hostCount } = net.ip.subnet("10.0.0.0", prefixLength);
  const verdict = hostCount < 50n ? "too small" : "enough";
  console.log(`/${prefixLength}: ${hostCount} hosts, ${verdict}`);
  if (hostCount >= 50n) break;
}

// %% Four departments, four sizes: VLSM
// Equal parts waste addresses: the WAN link needs two. With variable lengths the
// largest is laid first, so that each begins where it may.
const needs = [
  { name: "sales", hosts: 100 },
  { name: "development", hosts: 50 },
  { name: "guests", hosts: 25 },
  { name: "WAN link", hosts: 2 },
];
const plan = net.ip.plan(office, needs);
console.log(plan);

// %% A plan that grows
// What has an address keeps it: the new department goes where there is room.
// The column "grows to" says who could double in place.
const later = plan.add([{ name: "laboratory", hosts: 12 }]);
console.log(later.find("laboratory")?.subnet.format("netmask"));
console.log(later.find("sales")?.subnet.equals(plan.find("sales")!.subnet));

// %% When it does not fit
// The refusal says how much is missing, and what would do.
try {
  plan.add([{ name: "data centre", hosts: 60 }]);
} catch (error) {
  console.log(`${error}`);
}

// %% Putting routes together
// Four neighbours that begin at a multiple of four are one route: a shorter
// prefix. That is what keeps the Internet's tables small (CIDR, RFC 4632).
// Python: ipaddress.collapse_addresses(...)
const branches = ["10.8.4.0/24", "10.8.5.0/24", "10.8.6.0/24", "10.8.7.0/24"];
console.log(`exactly: ${net.ip.summarize(branches)}`);
console.log(`without the last: ${net.ip.summarize(branches.slice(0, 3))}`);
console.log(`one for all: ${net.ip.supernet(branches.slice(0, 3))}`);

// %% Ranges are not subnets
// "From .10 to .40" is how people speak and how DHCP pools are written. As
// prefixes it takes several.
// Python: ipaddress.summarize_address_range(first, last)
const pool = net.ip.range("192.0.2.10", "192.0.2.40");
console.log(`${pool.size} addresses: ${[...pool.subnets()].join(" ")}`);

// %% All but
// What is left of a block without a part of it: for a filter, a route, a DHCP
// pool. Sets do this with any number of parts, of both families.
const rest = net.ip.set("10.0.0.0/8").difference([
  "10.8.0.0/16",
  "10.9.0.0/24",
]);
console.log(
  `${rest.size} addresses left, e.g. 10.9.1.1: ${rest.contains("10.9.1.1")}`,
);
console.log([...rest.prefixes()].slice(-3).join(" "));

// %% The longest prefix wins
// A router has routes that overlap. Of all that hold the destination it takes
// the most specific one; the default route holds everything, so it comes last.
const routes = net.ip.table([
  ["0.0.0.0/0", "provider"],
  ["10.0.0.0/8", "head office"],
  ["10.8.0.0/16", "branch"],
  ["10.8.4.0/24", "its server room"],
]);
for (const destination of ["10.8.4.9", "10.8.9.9", "10.9.9.9", "8.8.8.8"]) {
  console.log(`${destination} -> ${routes.lookup(destination)?.value}`);
}

// %% And why
// The same question with its reasons: each candidate, and how far it agrees.
console.log(routes.explain("10.8.9.9"));

// %% Practice
// A question, an answer, a mark. The answer is read as any address is, and a
// wrong one gets a hint and the working. The seed makes a question come again.
const question = net.ip.practice({ kind: "broadcast", seed: 7, level: 1 });
console.log(question);
console.log(question.mark("10.0.0.255"));

// %% Try this: a round of five
// net.ip.quiz(5) at the prompt; quiz.mark(...) answers and shows the next one.
// Here someone answers the first by working it out, and gives up on the second.
const quiz = net.ip.quiz(2, { kind: "host-count", seed: 3, level: 1 });
const asked = quiz.next()!;
console.log(asked.text);
const prefixLength = Number(/\/(\d+)/.exec(asked.text)?.[1]);
console.log(quiz.mark(2 ** (32 - prefixLength) - 2));
console.log(quiz.mark(0));
console.log(quiz);

// %% Takeaways
// - One bit more in the prefix: twice as many subnets, half as large.
// - A subnet begins at a multiple of its size. Lay the largest first.
// - Summaries work where the parts are neighbours and the first one is aligned.
// - Routers take the longest prefix that holds the destination.
