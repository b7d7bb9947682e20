#!/usr/bin/env -S deno run
// ---
// chapter: 4
// title: IPv6 addresses, and how a host comes by them
// goal: Read and write IPv6 addresses, know the kinds, follow a host from its MAC to its addresses and groups, and plan a site.
// needs: nothing
// minutes: 25
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% 128 bits, eight groups
// Groups of 16 bits in hexadecimal. Leading zeros go, and one run of zero groups
// becomes "::", so that people can bear to write them.
// Python: ipaddress.ip_address("2001:db8::1").exploded
const host = net.ip.parse("2001:0DB8:0:0:0:0:0:1");
console.log(`${host.format("exploded")}\n${host}`);

// %% One way to write each
// Many texts are one address; a log that keeps what came in cannot be searched.
// RFC 5952 settles it: lower case, no leading zeros, the longest run shortened,
// of equal runs the first, and never a single group.
const spellings = "2001:DB8::0:1 2001:db8:0:0:1:0:0:1 2001:db8:0:1:1:1:1:1 " +
  "::FFFF:C000:0201";
for (const text of spellings.split(" ")) {
  console.log(`${text.padEnd(22)} -> ${net.ip.parse(text)}`);
}

// %% Kinds of address
// The first bits tell. There is no broadcast: what IPv4 shouts to everyone, IPv6
// says to a group.
// Python: ipaddress.ip_address("fe80::1").is_link_local
const kinds = ":: ::1 fe80::1 fd12:3456:789a::1 2001:db8::1 " +
  "2606:4700:4700::1111 ff02::1";
const rows = kinds.split(" ").map((text) => {
  const { kind, rfcs, prefix } = net.ip.classify(text);
  return { address: text, kind, inside: `${prefix}`, rfc: rfcs.join(", ") };
});
console.log(net.inspect.table(rows, { canvas }));

// %% A zone, where an address is not enough
// Every link has its own fe80::/10, so a link-local address means nothing
// without the link: the zone after the "%", mostly an interface's name.
const neighbour = net.ip.parse("fe80::1%eth0");
console.log(
  `${neighbour}: zone ${neighbour.zone}, scope ${net.ip.scope(neighbour)}`,
);
console.log(`in a URL: http://${neighbour.format("url")}/`);

// %% From the card's MAC to an interface identifier
// A subnet is a /64, so 64 bits are left for the interface. The first scheme
// made them from the MAC: FF-FE in the midst, and the universal bit turned over.
const mac = net.ip.mac("00-11-22-33-44-55");
const id = net.ip.eui64(mac);
console.log(`${mac} -> ${id}`);
console.log(`link-local: ${net.ip.linkLocal(mac, "eth0")}`);

// %% SLAAC: a router's prefix and the identifier
// The router announces the prefix, the host adds the identifier, and nobody has
// to keep a list (RFC 4862). Anyone who sees the address sees the MAC, though,
// in every network that the machine visits.
const address = net.ip.slaac("2001:db8:0:42::/64", mac);
console.log(`${address} shows the MAC ${net.ip.macOf(address)}`);

// %% Stable, and telling nothing
// RFC 7217 hashes prefix, interface and a secret. The address stays the same in
// one network and is another in the next: no list of names, no trail.
const secretKey = new Uint8Array(32).fill(7); // a real one is random
for (const prefix of ["2001:db8:0:42::/64", "2001:db8:0:43::/64"]) {
  const options = { interface: "eth0", secretKey };
  const stable = await net.ip.stableInterfaceId(prefix, options);
  console.log(`${net.ip.slaac(prefix, stable)}`);
}

// %% Who has this address? Ask its group
// Neighbour discovery (chapter 7) asks a group that hardly anyone else is in:
// the last 24 bits of the address choose it. And the group chooses the frame's
// destination, so that other cards need not even look.
const group = net.ip.solicitedNode(address);
console.log(
  `${address} listens to ${group}, frames to ${net.ip.multicastMac(group)}`,
);

// %% Groups and how far they reach
// The fourth digit of a multicast address is its scope. The same group "all
// routers" exists on this link and in this site.
for (const text of ["ff01::1", "ff02::2", "ff05::2", "ff0e::101"]) {
  const { name, multicastScope } = net.ip.classify(text);
  console.log(`${text.padEnd(10)} ${multicastScope?.padEnd(16)} ${name}`);
}

// %% Addresses of one's own: ULA
// fd00::/8 is for use inside, as 10.0.0.0/8 is. But 40 bits of every prefix are
// random, so that two companies which merge need not renumber (RFC 4193).
const site = net.ip.ula();
console.log(site.prefixLength, net.ip.subnet("fd00::/8").contains(site));
const ways = 2n ** 40n;
console.log(`one of ${net.inspect.count(ways)} prefixes`);

// %% A site's /48
// There are no host counts to haggle over: every LAN is a /64, and a /48 has
// 65,536 of them. So the 16 bits between can say something: building, floor, use.
const company = net.ip.subnet("2001:db8:abc::/48");
const buildings = company.split(52);
console.log(
  `${buildings.length} buildings of ${buildings.first.split(64).length} LANs`,
);
console.log(
  `building 3: ${buildings.at(3)}, its fifth LAN ${
    buildings.at(3)?.split(64).at(4)
  }`,
);

// %% Its name in the DNS
// Each hex digit is a label, last one first, so that a /48 is a zone that can be
// delegated. Try this: net.ip.describe("2001:db8::211:22ff:fe33:4455/64").
// Python: ipaddress.ip_address("2001:db8:abc::1").reverse_pointer
console.log(company.format("arpa"));

// %% Takeaways
// - 128 bits in hexadecimal; one "::"; one canonical text by RFC 5952.
// - Link-local for the link, ULA for the site, global for the world, and groups
//   in place of broadcast.
// - Hosts make their own addresses; RFC 7217 keeps them from being followed.
// - A LAN is a /64, a site a /48: plan by meaning, not by counting hosts.
