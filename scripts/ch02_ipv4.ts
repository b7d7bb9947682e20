#!/usr/bin/env -S deno run
// ---
// chapter: 2
// title: IPv4 addresses, as numbers and as places
// goal: Read an IPv4 address in every notation, tell its network part from its host part, and know what special addresses are for.
// needs: nothing
// minutes: 20
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% An address is a number of 32 bits
// The dots are for people: each part is one octet, 0 to 255, in decimal. All of
// these write the same number.
// Python: int(ipaddress.ip_address("192.0.2.77"))
const host = net.ip.parse("192.0.2.77");
const notations = ["compressed", "binary", "hex", "decimal"] as const;
const forms = notations.map((notation) => ({
  notation,
  text: host.format(notation),
}));
console.log(net.inspect.table(forms, { canvas }));

// %% So one can count with addresses
// The next one, one 256 further, the distance between two. At the ends of the
// family there is nothing to wrap around to: it is an error.
// Python: ipaddress.ip_address("192.0.2.77") + 256
console.log(
  `${host.next()}  ${host.offset(256)}  ${host.distance("192.0.3.0")}`,
);
try {
  net.ip.parse("255.255.255.255").next();
} catch (error) {
  console.log(`${error}`);
}

// %% Network part and host part
// The first bits say which network, the rest which host on it. The prefix
// length says where the cut is: after 24 bits here, where the bar stands.
const lan = net.ip.subnet("192.0.2.0/24");
console.log(`${lan.format("binary")}   network ${lan.network}`);
console.log(`${lan.netmask.format("binary")}   netmask ${lan.netmask}`);
console.log(`${host.format("binary")}   host    ${host}`);

// %% What a netmask does
// A one keeps a bit, a zero clears it: that is all "and" does. The address with
// its host bits cleared is the network's own.
// Python: ipaddress.ip_interface("192.0.2.77/24").network
const masked = new net.ip.Address(4, 0, 0, 0, host.w3 & lan.netmask.w3);
console.log(`${host} & ${lan.netmask} = ${masked}`);
console.log(masked.equals(lan.network));

// %% The two addresses that no host has
// All host bits zero is the network, all one is the broadcast address: a packet
// to it is for every host there. Hence 256 addresses, and 254 hosts.
// Python: ipaddress.ip_network("192.0.2.0/24")
console.log(lan);

// %% How many hosts?
// Each bit taken from the host part halves the hosts. The last two rows are
// special: a link between two routers needs no network or broadcast address
// (RFC 3021), and a /32 is one host.
const sizes = [8, 16, 22, 24, 26, 28, 30, 31, 32].map((prefixLength) => {
  const subnet = net.ip.subnet("10.0.0.0", prefixLength);
  const { netmask, size, hostCount } = subnet;
  return { prefix: `/${prefixLength}`, netmask: `${netmask}`, size, hostCount };
});
console.log(net.inspect.table(sizes, { canvas }));

// %% On this link, or through the router?
// The one question that a host asks about every packet: does the destination
// lie in my subnet? If so it finds the neighbour by ARP (chapter 7), if not it
// hands the packet to its router.
const mine = net.ip.subnet("192.0.2.77/26", { hostBits: "keep" });
for (const destination of ["192.0.2.100", "192.0.2.130", "198.51.100.7"]) {
  const way = mine.contains(destination) ? "on this link" : "to the router";
  console.log(`${mine.host} in ${mine} -> ${destination}: ${way}`);
}

// %% Special addresses
// Large parts of the space have a meaning of their own. The registry says which
// may be a source or a destination, and which may cross the Internet.
// Python: ipaddress.ip_address("10.1.2.3").is_private
const special = "10.1.2.3 100.64.0.1 127.0.0.1 169.254.7.7 192.0.2.1 " +
  "198.18.0.1 224.0.0.251 255.255.255.255 8.8.8.8";
const rows = special.split(" ").map((text) => {
  const { kind, rfcs, globallyReachable } = net.ip.classify(text);
  return {
    address: text,
    kind,
    rfc: rfcs.join(", "),
    global: globallyReachable,
  };
});
console.log(net.inspect.table(rows, { canvas }));

// %% Private addresses
// Three blocks that anyone may use at home, and that no one can reach from
// outside without NAT (chapter 14). How much of the space is that?
const everywhere = net.ip.subnet("0.0.0.0/0");
for (const text of ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]) {
  const { size } = net.ip.subnet(text);
  const share = Number(size) / Number(everywhere.size) * 100;
  console.log(
    `${text.padEnd(15)} ${net.inspect.count(size).padStart(10)}  ${
      share.toFixed(3)
    } %`,
  );
}

// %% Strict reading, and why
// C's inet_aton takes octal, hexadecimal and short forms, others do not. A
// filter that reads 010.0.0.1 as 10.0.0.1 lets through what the system below
// reads as 8.0.0.1. So here such text is refused, unless asked for by name.
for (const text of ["010.0.0.1", "127.1", "0x7f.1", "192.0.2.256"]) {
  const strict = net.ip.tryParse(text);
  const loose = net.ip.tryParse(text, { notation: "inet_aton" });
  console.log(
    `${text.padEnd(12)} strict ${strict ?? "refused"}, loose ${
      loose ?? "refused"
    }`,
  );
}

// %% Classes, which are history
// Until 1993 the first bits said how long the network part was. Three sizes fit
// hardly anyone, so CIDR (RFC 4632) writes the length down instead; chapter 3
// goes on from there. Try this: net.ip.describe(...) of an address of yours.
const classes = [["A", "0.0.0.0/1", 8], ["B", "128.0.0.0/2", 16], [
  "C",
  "192.0.0.0/3",
  24,
]] as const;
for (const [name, text, prefixLength] of classes) {
  const networks = net.ip.subnet(text).split(prefixLength);
  console.log(
    `class ${name}: ${networks.length} networks of /${prefixLength}, from ${networks.first}`,
  );
}

// %% Takeaways
// - An address is 32 bits; notations are for people, the number is what counts.
// - Prefix length, netmask: two ways to say how many leading bits are the
//   network. Host bits all zero: the network. All one: everyone on it.
// - A host asks of each destination: mine, or the router's?
// - Read addresses strictly: two readings of one text are a hole in a filter.
