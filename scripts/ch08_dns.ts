#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 8
// title: DNS: names, octets and answers
// goal: Read a DNS message octet by octet, run a name server and a cache, and tell "no such name" from "nothing of that kind".
// needs: loopback
// minutes: 25
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% A question is 33 octets
// Twelve of them are the head: an id, the flags, four counts. Then the name,
// label by label, each behind its length, up to a zero; then type and class.
// Python: dns.message.make_query("www.lab.example", "A").to_wire()
const question = net.dns.encode({
  id: 0x2a2a,
  flags: ["RD"],
  questions: [{ name: "www.lab.example", type: "A" }],
});
console.log(net.bytes.hexdump(question));

// %% Octet by octet
// Within a datagram to port 53 the packet engine knows it for what it is, and
// tells of each octet which fields are in it. One of octet 2 are the flags: RD
// asks the server to go and find out, should it not know.
const { build, ipv4, udp } = net.packet;
const datagram = build(
  ipv4({ src: "192.0.2.1", dst: "192.0.2.53" }),
  udp({ srcPort: 40_000, dstPort: 53 }),
  net.packet.dns({
    id: 0x2a2a,
    flags: ["RD"],
    questions: [{ name: "www.lab.example", type: "A" }],
  }),
);
console.log(datagram.dns);
for (const octet of [0, 2, 5, 12]) {
  const fields = datagram.fieldsAt(datagram.dns.offset + octet)
    .map(({ path, text }) => `${path} = ${text}`);
  console.log(`octet ${octet}: ${fields.join(", ")}`);
}

// %% Both ways give the same octets
// net.dns works on messages alone; net.packet on whole packets.
console.log(datagram.dns.bytes.toHex() === question.toHex());

// %% Answers point back
// The name of the answer is c0 0c: "as at octet 12". Names come again and again
// in a message, and a pointer takes two octets. It may only point backwards, or
// else a hostile message would send its reader in circles.
const answer = net.dns.encode({
  id: 0x2a2a,
  qr: 1,
  flags: ["RD"],
  questions: [{ name: "www.lab.example", type: "A" }],
  answers: [
    { name: "www.lab.example", type: "A", ttl: 60, data: "192.0.2.80" },
  ],
});
console.log(net.bytes.hexdump(answer.subarray(question.length)));
console.log(`${net.dns.decode(answer)}`);

// %% A zone: what a server is in charge of
// The SOA says since when (serial), and how long others may remember that there
// is nothing: its last number, 30 seconds. 60 before AAAA is a TTL of its own.
// Python: dns.zone.from_text(text, origin="lab.example.")
const zone = net.dns.parseZone(`
$ORIGIN lab.example.
$TTL 300
@        SOA   ns admin 7 2h 15m 2w 30
         NS    ns
         MX    10 mail
         TXT   "a lab"
ns       A     192.0.2.53
mail     A     192.0.2.25
www      A     192.0.2.80
www   60 AAAA  2001:db8::80
web      CNAME www
`);
console.log(zone.size, "records");

// %% A name server of one's own
// UDP and TCP on the same port. It asks nobody: for its own names it has the
// last word, and names of others it refuses.
const reverseZone = `
$ORIGIN 2.0.192.in-addr.arpa.
$TTL 300
@    SOA  ns.lab.example. admin.lab.example. 1 2h 15m 2w 30
     NS   ns.lab.example.
80   PTR  www.lab.example.
`;
await using server = await net.dns.serve([zone, reverseZone]);

// %% Ask it
// AA: the answer comes from who is in charge. Print the answer itself to see it
// as dig does. Python: dns.query.udp(query, "127.0.0.1", port=server.port)
async function ask(at: net.dns.NameServer, name: string, type = "A") {
  const { status, flags, answers } = await net.dns.query(
    at.address,
    name,
    type,
  );
  console.log(`${name} ${type}: ${status}, ${flags.join(" ")}`);
  for (const record of answers) console.log(net.dns.recordLine(record));
}
await ask(server, "www.lab.example");

// %% Types: one name, many kinds of records
// A and AAAA are addresses, MX who takes mail, TXT anything, NS who is in
// charge. A CNAME says "look there instead", and the server does so at once.
for (const type of ["AAAA", "MX", "TXT", "NS"]) {
  const name = type === "AAAA" ? "www.lab.example" : "lab.example";
  await ask(server, name, type);
}
await ask(server, "web.lab.example");

// %% Two ways to say no
// NXDOMAIN: there is no such name, whatever the type. NODATA: the name is there,
// but has nothing of this type; its status is NOERROR, without an answer. Who
// takes the two for the same thing looks for the wrong mistake.
// Python: except dns.resolver.NXDOMAIN / except dns.resolver.NoAnswer
async function kind(name: string, type: string): Promise<string> {
  const { status, answers } = await net.dns.query(server.address, name, type);
  if (status !== "NOERROR") return status;
  return answers.length > 0 ? "an answer" : "NODATA";
}
const rows = [];
for (const name of ["www.lab.example", "ww.lab.example", "www.example.org"]) {
  for (const type of ["A", "MX"]) {
    rows.push({ name, type, result: await kind(name, type) });
  }
}
console.log(net.inspect.table(rows, { canvas }));

// %% From an address to its name
// The octets backwards, as names have the general part last, and addresses
// first. Nothing keeps both directions in step but the people in charge.
// Python: dns.reversename.from_address("192.0.2.80")
const backwards = net.dns.reverseName("192.0.2.80");
await ask(server, backwards, "PTR");
console.log(net.dns.reverseName("2001:db8::80"));

// %% A cache between the clients and the server
// What your system asks is such a one: it has no zones, it asks, and remembers
// for as long as the TTL allows. RA: recursion available. No AA: it was told.
const cache = net.dns.forward(server.address);
await using resolver = await net.dns.serve(cache);
await ask(resolver, "www.lab.example");
await ask(resolver, "ww.lab.example");

// %% The second time it knows
// Both answers were kept: the address for its TTL, and "no such name" for as
// long as the SOA says. That is why a new name may stay away for a while, after
// somebody asked for it too early.
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
for (const name of ["www.lab.example", "ww.lab.example"]) {
  await net.dns.query(resolver.address, name);
}
const { hits, misses } = cache.metrics;
console.log({ hits, misses });

// %% The TTL runs
// The cache gives what is left of it, and not the whole: else a row of caches
// would keep an answer for ever.
// Try this: wait for two seconds. And lower the TTL in the zone before a move.
await pause(1100);
const later = await net.dns.query(resolver.address, "www.lab.example");
const left = net.dns.ofType(later.answers, "A")[0]?.ttl ?? 0;
console.log("less than 300 is left:", left < 300 && left > 290);

// %% What the server counted
console.log(server.metrics.responses);

// %% Takeaways
// - A message is a head of twelve octets and four lists; names are labels, and
//   pointers backwards.
// - AA is the word of who is in charge; a cache has heard it from somebody.
// - NXDOMAIN: no such name. NODATA: the name, but not this type. REFUSED: ask
//   somebody else.
// - TTL counts seconds down in every cache, and "no" is remembered as well.
