#!/usr/bin/env -S deno run
// ---
// chapter: 26
// title: Reading a capture
// goal: Open a capture, find in it what matters, follow a conversation, see what went wrong and when, and give it away without the people in it.
// needs: nothing
// minutes: 40
// ---
import * as net from "netrepl";
const { arp, build, dns, ethernet, icmp, ipv4, tcp, udp } = net.packet;
const canvas = net.inspect.canvas({ width: 80 });

// %% Before anything else: whose packets are they?
// A capture holds what people read, write and look for. One captures on networks
// of one's own or with the owner's permission in writing, and no more than the
// question needs. What follows nobody has sent: it is made here.
const us = { ip: "192.168.1.10", mac: "02:00:00:00:00:0a" };
const router = { ip: "192.168.1.1", mac: "02:00:00:00:00:01" };
const web = "198.51.100.80";

// %% Packets with a time
// Lesson 25 built packets; a captured one also has the time at which it came.
type Parts = net.packet.Part[];
const began = Temporal.Instant.from("2026-03-02T09:00:00Z");
const at = (ms: number, ...parts: Parts) => {
  const timestamp = began.add({ milliseconds: ms });
  return net.packet.decode(build(...parts).bytes, { timestamp });
};
const out = ethernet({ src: us.mac, dst: router.mac });
const back = ethernet({ src: router.mac, dst: us.mac });
const sent = (ms: number, dst: string, ...parts: Parts) =>
  at(ms, out, ipv4({ src: us.ip, dst }), ...parts);
const came = (ms: number, src: string, ...parts: Parts) =>
  at(ms, back, ipv4({ src, dst: us.ip, ttl: 55 }), ...parts);

// %% A machine first needs two addresses
// The router's hardware address, which ARP asks for, and the server's IP address,
// which DNS asks for. Almost every capture of a visit begins like this.
const toAll = ethernet({ src: us.mac, dst: "ff:ff:ff:ff:ff:ff" });
const mine = { senderMac: us.mac, senderIp: us.ip, targetIp: router.ip };
const its = { senderMac: router.mac, senderIp: router.ip, targetMac: us.mac };
const name = "www.example.org";
const query = { id: 7, questions: [{ name }] };
const answers = [{ type: "A", name, ttl: 300, data: web }] as const;
const fromDns = { srcPort: 53, dstPort: 40_000 };
const names = [
  at(0, toAll, arp(mine)),
  at(1, back, arp({ operation: 2, ...its, targetIp: us.ip })),
  sent(2, router.ip, udp({ srcPort: 40_000 }), dns(query)),
  came(18, router.ip, udp(fromDns), dns({ ...query, qr: 1, answers })),
];

// %% Then it fetches a page
// Sequence numbers count octets, and each side acknowledges the next octet that
// it expects: that is all that the analysis further down goes by.
type Header = Parameters<typeof tcp>[0];
const up = (ms: number, header: Header, text = "") =>
  sent(ms, web, tcp({ srcPort: 50_000, dstPort: 80, ...header }), text);
const down = (ms: number, header: Header, text = "") =>
  came(ms, web, tcp({ srcPort: 80, dstPort: 50_000, ...header }), text);
const get = `GET /tea HTTP/1.1\r\nHost: ${name}\r\n\r\n`;
const page = "HTTP/1.1 200 OK\r\nContent-Length: 44\r\n\r\n" +
  "Warm the pot. One spoon a cup. Four minutes.";

// %% Two troubles on the way
// The request is lost behind us and sent again; the answer's third piece comes
// before its second. TCP mends both, and a capture shows how.
const [ack, end] = [1001 + get.length, 5001 + page.length];
const visit = [
  up(20, { flags: ["SYN"], seq: 1000 }),
  down(32, { flags: ["SYN", "ACK"], seq: 5000, ack: 1001 }),
  up(33, { flags: ["ACK"], seq: 1001, ack: 5001 }),
  up(34, { flags: ["PSH", "ACK"], seq: 1001, ack: 5001 }, get),
  up(240, { flags: ["PSH", "ACK"], seq: 1001, ack: 5001 }, get),
  down(252, { flags: ["ACK"], seq: 5001, ack }, page.slice(0, 40)),
  down(253, { flags: ["PSH", "ACK"], seq: 5061, ack }, page.slice(60)),
  down(254, { flags: ["ACK"], seq: 5041, ack }, page.slice(40, 60)),
  up(255, { flags: ["FIN", "ACK"], seq: ack, ack: end }),
  down(267, { flags: ["FIN", "ACK"], seq: end, ack: ack + 1 }),
  up(268, { flags: ["ACK"], seq: ack + 1, ack: end + 1 }),
];

// %% And other things happen meanwhile
// A closed port, a ping, a datagram too large for the link, and one whose
// checksum says that its octets are not those that were sent.
const knock = { srcPort: 50_001, dstPort: 8080 };
const refusal = { srcPort: 8080, dstPort: 50_001, ack: 10 };
const echo = { identifier: 1, sequenceNumber: 1 };
const large = sent(3000, router.ip, udp({ dstPort: 4000 }), "x".repeat(3000));
const others = [
  sent(1000, web, tcp({ ...knock, flags: ["SYN"], seq: 9 })),
  came(1012, web, tcp({ ...refusal, flags: ["RST", "ACK"] })),
  sent(2000, web, icmp({ type: 8, ...echo }), "ping"),
  came(2012, web, icmp({ type: 0, ...echo }), "ping"),
  ...net.packet.fragment(large, { mtu: 1500, id: 77 }),
  sent(3001, router.ip, udp({ dstPort: 514, checksum: 0xbad }), "disk full"),
];

// %% Into a capture
// A real one comes out of a file: net.pcap.open("visit.pcap"), also compressed.
// Nothing is read before it is asked for; memory does not grow with the file.
// Python: packets = rdpcap("visit.pcap") has all in memory; PcapReader does not
const { readable, writable } = new TransformStream<Uint8Array>();
const file = await net.pcap.create(writable);
const octets = new Response(readable).bytes();
for (const packet of [...names, ...visit, ...others]) await file.write(packet);
await file.close();
const capture = await net.pcap.open(await octets);
console.log(capture);

// %% One line a packet
// The first look: read the times. Where is a pause, and who was waited for?
// Python: packets.summary()
let number = 0;
for await (const packet of capture) console.log(`${++number} ${packet}`);

// %% One packet, whole
// The question to the name server, layer by layer. A slice is a capture too, and
// numbers count from 1, as in Wireshark.
// Python: packets[2].show()
const [question] = await Array.fromAsync(capture.slice({ from: 3, to: 3 }));
console.log(question!.show({ canvas }));

// %% The same as octets
// Each field has its place. What is octet 55, in the middle of the name?
// Python: hexdump(packets[2])
console.log(question!.hexdump({ canvas }));
console.log(question!.fieldsAt(55).map(({ path, text }) => `${path} ${text}`));

// %% Two languages to ask for packets
// pcap-filter is tcpdump's: quick, and the same in the kernel while capturing. A
// display filter goes by the names of fields, as deep as they are decoded.
// Python: sniff(offline="visit.pcap", filter="tcp port 80")
// Python: [p for p in packets if p.haslayer(TCP) and p[TCP].flags == "S"]
const toWeb = capture.filter("tcp port 80");
console.log(await toWeb.count(), "packets of the page");
const syn = capture.where("tcp.flags.SYN && !tcp.flags.ACK");
for await (const { tcp } of syn) console.log(`SYN to port ${tcp?.dstPort}`);
const tea = capture.where('http.target contains "tea"');
console.log(await tea.count(), "requests for tea, as one was sent again");

// %% A filter that is wrong says where
// A mistake must not look like an empty answer.
const wrong: [(text: string) => unknown, string][] = [
  [(text) => capture.filter(text), "tcp prot 80"],
  [(text) => capture.where(text).count(), "ipv4.ttl < 5 && tcp.prot == 80"],
];
for (const [ask, text] of wrong) {
  try {
    await ask(text);
  } catch (error) {
    if (!(error instanceof net.ParseError)) throw error;
    console.log(text);
    console.log(`${" ".repeat(error.offset)}^ ${error.message}`);
  }
}

// %% Who speaks to whom
// Conversations first, then ends: who of the two opens many, who sends much.
// Python: packets.sessions() gives a dict of lists, one a direction
console.log(await net.packet.conversations(capture, "tcp"));
console.log((await net.packet.conversations(capture, "ipv4")).endpoints());

// %% Which protocols, and when
// A protocol that nobody expected is often the whole answer. The histogram shows
// bursts and silences.
console.log(await net.packet.protocolHierarchy(capture));
console.log(await net.packet.histogram(capture, { interval: 500 }));

// %% Follow the stream
// What the two programs said, each octet once and in order, whatever the network
// did to the segments. That is why one encrypts.
const [visited] = await net.packet.streams(capture);
console.log(visited);
console.log(net.packet.follow(visited!, { canvas }));

// %% What deserves a look
// The expert goes by sequence numbers, as Wireshark's does. Try this: look at the
// time of each note's packet; what was the wait of the reader made of?
const expert = await net.packet.expert(capture, { checksums: "all" });
console.log(expert);
console.log(visited!.segments.map(({ kind, packet }) => `${packet} ${kind}`));

// %% How long did the handshake take?
// SYN to SYN-ACK is the way to the server and back; a slow answer behind a quick
// handshake is the fault of the server, or a loss, and not of the distance.
const times = [];
for await (const { tcp, time } of toWeb) {
  if (tcp?.flags.includes("SYN")) times.push(time!);
}
console.log(net.inspect.duration(times[1]! - times[0]!));

// %% One datagram out of three packets
// Only the first fragment has ports: a filter for port 4000 misses the others.
// Python: fragment(pkt, fragsize=1480), defragment(packets)
console.log(await capture.filter("udp port 4000").count(), "with a port");
for await (const packet of net.packet.reassemble(capture)) {
  if (packet.udp?.dstPort === 4000) console.log(`${packet}`);
}

// %% Checksums that are wrong
// On the machine that sent a packet a wrong one means little: the card fills it
// in after the capture. Anywhere else, octets were damaged.
number = 0;
for await (const packet of capture) {
  number++;
  for (const { layer, ok, value, expected } of packet.checksums) {
    if (ok) continue;
    const [is, right] = [value, expected].map((n) => n.toString(16));
    console.log(`packet ${number}: ${layer} has ${is}, right is ${right}`);
  }
}

// %% Only the seconds that matter
// Cut before you search. writeTo("page.pcap") writes what is left to a file; that
// asks for --allow-write, and copies the octets as they are.
const moment = capture.slice({
  since: "2026-03-02T09:00:00.2Z",
  until: "2026-03-02T09:00:01Z",
});
for await (const packet of moment.filter("tcp")) console.log(`${packet}`);

// %% Before it goes to somebody else: without the people
// Addresses say who and where; payloads say what. With the key, equal addresses
// stay equal and neighbours stay neighbours, so that the fault can still be
// found. Keep the key: crypto.getRandomValues(new Uint8Array(32)) makes one.
const key = new Uint8Array(32).fill(7);
const given = await net.pcap.anonymise(capture, { key, payload: "zero" });
for await (const packet of given.slice({ to: 8 })) console.log(`${packet}`);

// %% What you found, written on the packet
// pcapng has room for remarks; Wireshark shows them. The next reader knows where
// to look, and why.
const notes = new TransformStream<Uint8Array>();
const marked = await net.pcap.create(notes.writable, { format: "pcapng" });
const told = new Response(notes.readable).bytes();
await marked.write(visit[4]!, { comments: ["206 ms lost here: sent again"] });
await marked.close();
for await (const block of (await net.pcap.open(await told)).blocks()) {
  if (block.type === "packet") console.log(block.comments);
}

// %% Takeaways
// - Capture only where you may, and no more than the question needs.
// - First the whole: protocols, conversations, times. Then filter, then one
//   packet, then its octets.
// - pcap-filter to cut quickly, display filters to ask by name; both say where
//   they do not make sense.
// - A stream is what the programs said; the expert tells what the network did.
// - Fragments hide ports, and checksums lie on the machine that sends.
// - Anonymise before you give a capture away: addresses, and payloads too.
