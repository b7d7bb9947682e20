#!/usr/bin/env -S deno run
// ---
// chapter: 25
// title: Packets of one's own making
// goal: Build any packet header by header, change it, break it on purpose, make rows and random ones, and keep them in a file.
// needs: nothing
// minutes: 30
// ---
import * as net from "netrepl";
const { build, ethernet, fuzz, ipv4, sweep, tcp, udp, vlan } = net.packet;
const canvas = net.inspect.canvas({ width: 80 });

// %% Before anything else: whose network is it?
// Nothing in this lesson sends; it makes octets. Whoever sends such packets does
// it to machines of their own, or with the owner's permission in writing, or in
// a lab that is thrown away afterwards. Documentation addresses keep it honest.
const us = "192.0.2.10";
const them = "198.51.100.7";

// %% A packet is a row of headers and a payload
// What is not said is worked out: lengths, checksums, the number that says which
// header comes next, even the Ethernet type.
// Python: IP(src=us, dst=them)/TCP(dport=443, flags="S")
const syn = build(
  ethernet({ dst: "02:00:00:00:00:02", src: "02:00:00:00:00:01" }),
  ipv4({ src: us, dst: them }),
  tcp({ srcPort: 50_000, dstPort: 443, flags: ["SYN"] }),
);
console.log(syn.show({ canvas }));

// %% The same as the RFC draws it
// RFC 9293 has this picture without the values. Thirty-two bits a row.
const { tcp: header } = syn;
console.log(header.dataOffset * 4, "octets of TCP header");
console.log(build(ipv4(), tcp({ flags: ["SYN"] })).diagram({ canvas }));

// %% And as it lies on the wire
// Field by field: in a terminal each has its colour. Which field is octet 47?
// Python: hexdump(pkt)
console.log(syn.hexdump({ canvas }));
console.log(syn.fieldsAt(47).map(({ path, text }) => `${path} = ${text}`));

// %% Change one thing, and all that hangs on it changes too
// A packet never changes; `with` builds another. Scapy keeps the old checksum
// after an edit unless you delete it; here it is worked out anew.
// Python: del pkt[IP].chksum
const nearer = syn.with({ ipv4: { ttl: 3 } });
const sums = [syn, nearer].map((one) => one.ipv4.checksum.toString(16));
console.log(`TTL 64 -> 3, header checksum ${sums.join(" -> ")}`);
console.log(nearer.checksums.every(({ ok }) => ok));

// %% Options, by name
// A real SYN brings options. Each kind has its fields, and a misspelt one does
// not compile.
const offer = syn.with({
  tcp: {
    options: [
      { kind: "mss", mss: 1460 },
      "sackPermitted",
      { kind: "timestamps", value: 1000, echo: 0 },
      "nop",
      { kind: "windowScale", shift: 7 },
    ],
  },
});
console.log(offer.tcp.options);
console.log(`${offer.tcp.dataOffset} words, padded`);

// %% Wrong on purpose
// Set is set: a firewall must cope with what nobody should send. The tree marks
// what is wrong and says what would be right.
const broken = syn.with({ tcp: { checksum: 0xbad, dataOffset: 4 } });
console.log(`${broken.error}`);
const badSum = syn.with({ tcp: { checksum: 0xbad } });
const [, report] = badSum.checksums;
console.log(report?.ok, "right would be", report?.expected.toString(16));

// %% Headers inside headers
// Tags, tunnels, anything that has a number under what is below it.
const tagged = build(
  ethernet(),
  vlan({ id: 100, priority: 5 }),
  ipv4({ src: us, dst: them }),
  udp({ srcPort: 4000, dstPort: 9 }),
  "hello",
);
console.log(`${tagged}`);
console.log(tagged.layers.map(({ name, offset }) => `${name} at ${offset}`));

// %% Rows of packets
// Python's IP(dst="198.51.100.0/30")/TCP(dport=[22,80]) is a set that looks like
// a packet. Here the set says what it is: lazy, counted, and typed.
const probes = sweep(
  { dst: net.ip.subnet("198.51.100.0/30"), dstPort: [22, 80] },
  ({ dst, dstPort }) =>
    build(ipv4({ src: us, dst }), tcp({ dstPort, flags: ["SYN"] })),
);
console.log(`${probes.count} packets`);
for (const one of probes) console.log(`${one}`);

// %% What traceroute sends
// Each packet may go one router further; the one at which it ends answers with
// ICMP, and so the path shows itself.
const hops = sweep({ ttl: [1, 2, 3] }, ({ ttl }) =>
  build(
    ipv4({ src: us, dst: them, ttl }),
    udp({ srcPort: 50_000, dstPort: 33_433 + ttl }),
  ));
for (const { ipv4, udp } of hops) {
  console.log(`ttl ${ipv4.ttl} to port ${udp.dstPort}`);
}

// %% By chance, but the same chance again
// A parser of yours should survive these. The seed gives the same row on every
// machine, so that a failure can be shown to somebody else.
// Python: fuzz(IP(dst=them)/UDP())
for (const one of fuzz([ipv4({ dst: them }), udp], { seed: 7, count: 3 })) {
  const { ipv4, udp } = one;
  console.log(
    ipv4.ttl,
    udp.srcPort,
    udp.dstPort,
    one.checksums.every((s) => s.ok),
  );
}

// %% From octets to the source that builds them
// A packet out of a capture becomes something to play with: its command builds
// it octet for octet. What is worked out anyway is not in it.
const octets = net.bytes.parseHex(
  "4500 0021 1234 4000 4011 0000 c000020a c6336407 0fa0 0009 000d 0000 68656c6c6f",
);
console.log(net.packet.decode(octets, { linkType: 101 }).command());

// %% Into a file, and back
// Any tool reads it: tcpdump -r, Wireshark. The link type is that of the first
// header. Try this: write the row of probes to a file of your own.
// Python: wrpcap("probes.pcap", packets)
const { readable, writable } = new TransformStream<Uint8Array>();
const file = await net.pcap.create(writable);
const whole = new Response(readable).bytes();
for (const one of probes) await file.write(one);
await file.close();
const back = await net.pcap.open(await whole);
console.log(`${await back.count()} packets, link type ${back.linkType}`);

// %% Takeaways
// - A packet is a row of headers; what follows from the others is worked out.
// - What is set stays set, also when it is wrong, and wrong is shown as wrong.
// - `with` never edits: there is no stale checksum.
// - Rows and random packets are lazy, counted, and the same again.
// - Send only where you may.
