#!/usr/bin/env -S deno run
// ---
// chapter: 5
// title: From IPv4 to IPv6: tunnels, translators, shared addresses
// goal: See how each mechanism puts an IPv4 address into an IPv6 one, take it out again, and know which of them are still in use.
// needs: nothing
// minutes: 25
// ---
import * as net from "netrepl";
const { transition } = net.ip;
const canvas = net.inspect.canvas({ width: 80 });

// %% Dual stack, and one socket for both
// The plain way: both protocols side by side. A server with an IPv6 socket then
// sees IPv4 clients as mapped addresses, which never travel on a wire.
// Python: ipaddress.ip_address("::ffff:192.0.2.1").ipv4_mapped
const mapped = transition.ipv4Mapped.encode("192.0.2.1");
console.log(`${mapped} holds ${transition.ipv4Mapped.decode(mapped)?.ipv4}`);
// A filter that compares texts sees two clients where there is one.

// %% 6to4, and why it went
// IPv6 in IPv4 packets, protocol 41. Whoever had an IPv4 address had a /48 with
// it. The way back led through relays of strangers: RFC 7526 gave it up.
// Python: ipaddress.ip_address("2002:c000:204::1").sixtofour
const { sixToFour } = transition;
console.log(`192.0.2.4 owns ${sixToFour.site("192.0.2.4")}`);
console.log(sixToFour.explain("2002:c000:204:1::1"));
try {
  sixToFour.encode("10.0.0.1");
} catch (error) {
  console.log(`${error}`);
}

// %% Teredo: through a NAT, in UDP
// The address tells how to get there: the server, and the NAT's outer address
// and port, all bits turned over, lest a NAT "mends" them on the way.
// Python: ipaddress.ip_address("2001:0:4136:e378:8000:63bf:3fff:fdd2").teredo
const teredo = "2001:0:4136:e378:8000:63bf:3fff:fdd2";
console.log(transition.teredo.decode(teredo));

// %% NAT64: IPv6 clients, IPv4 servers
// Today's way: the network is IPv6 alone, and a translator at its border speaks
// IPv4 outside. Servers of the old Internet appear under one prefix.
const { nat64, dns64 } = transition;
const seen = nat64.encode("198.51.100.7");
console.log(`${seen} = ${seen.format("mixed")}`);
console.log(nat64.explain(seen));

// %% The IPv4 address moves with the prefix length
// Bits 64 to 71 stay zero, so for a short prefix the address is cut in two
// (the table of RFC 6052 §2.4).
const layouts = [32, 40, 48, 56, 64, 96].map((prefixLength) => {
  const prefix = net.ip.subnet("2001:db8:122:344::", prefixLength, {
    hostBits: "clear",
  });
  const address = nat64.encode("192.0.2.33", { prefix });
  return { prefix: `${prefix}`, "192.0.2.33 becomes": `${address}` };
});
console.log(net.inspect.table(layouts, { canvas }));

// %% DNS64 tells the clients
// A name with no AAAA record gets one, made from its A record; a name that has
// one keeps it. And ipv4only.arpa gives the prefix away (RFC 7050).
console.log(`${dns64.encode({ a: ["192.0.2.33"] })}`);
console.log(`${dns64.encode({ a: ["192.0.2.33"], aaaa: ["2001:db8::1"] })}`);
console.log(
  `${dns64.discover(["2001:db8:64::c000:aa", "2001:db8:64::c000:ab"])}`,
);

// %% 464XLAT: and programs that know only IPv4
// Phones: the handset translates IPv4 to IPv6 (CLAT), the network back (PLAT).
// In between there is no IPv4 at all.
const translators = { clat: "2001:db8:aaaa::/96", plat: "64:ff9b::/96" };
const call = { source: "192.168.1.2", destination: "198.51.100.1" };
console.log(transition.xlat464.explain(call, translators));

// %% DS-Lite: the other way round
// Homes speak IPv4 inside a tunnel over the provider's IPv6, and the provider
// does the NAT for all of them. The tunnel's cost is 40 octets a packet.
const ends = { b4: "2001:db8:1::1", aftr: "2001:db8:2::1" };
const wire = transition.dsLite.softwire(ends);
console.log(
  `B4 ${wire.b4}, AFTR ${wire.aftr}, IPv4 packets up to ${wire.ipv4Mtu}`,
);

// %% 6rd: 6to4 under one roof
// The provider uses a prefix of its own, and its own relay. From the IPv4
// address of the customer follows the prefix that is delegated to it.
const domain = { prefix: "2001:db8::/32", ipv4Prefix: "10.0.0.0/8" };
const delegated = transition.sixRd.encode("10.100.100.1", domain);
console.log(`10.100.100.1 -> ${delegated}`);

// %% MAP: customers who share an address by its ports
// No table of flows in the provider's network: bits of the IPv6 prefix say which
// IPv4 address and which ports are a customer's. All is arithmetic.
const rule = {
  ipv6Prefix: "2001:db8::/40",
  ipv4Prefix: "192.0.2.0/24",
  eaLength: 16,
};
const router = transition.map.encode({ ipv4: "192.0.2.18", psid: 0x34 }, rule);
const customer = transition.map.decode(router, rule)!;
const { ports } = customer;
console.log(`${router} is ${customer.ipv4}, port set ${customer.psid} of 256`);
console.log(
  `${ports.length} runs of ports, first ${ports[0]!.first}-${ports[0]!.last}`,
);

// %% What kind of address is this?
// In a log they all look alike. Try this: net.ip.describe(teredo), which puts
// everything that is known of an address on one card.
const log = ["::ffff:203.0.113.9", "2002:cb00:7109::1", teredo, `${seen}`];
const found = log.flatMap((text) =>
  net.ip.recognise(text).map(({ title, source }) => ({
    address: text,
    title,
    source,
  }))
);
console.log(net.inspect.table(found, { canvas }));

// %% Takeaways
// - Dual stack where one can; NAT64 with DNS64 and 464XLAT where IPv4 runs out.
// - 6to4 and Teredo are history, but turn up in logs; know them by 2002: and
//   2001:0:.
// - DS-Lite, 6rd and MAP carry the old protocol over a provider's new network,
//   or the new one over its old.
// - Every one of them is a rule for where 32 bits sit among 128.
