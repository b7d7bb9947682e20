#!/usr/bin/env -S deno run --allow-run=unshare
// ---
// chapter: 26
// title: Capturing while it happens
// goal: Capture live with a filter and an end, follow a handshake, choose the place to listen at, keep the headers alone, and know whether anything was missed.
// needs: lab
// minutes: 35
// ---
import * as net from "netrepl";
const canvas = net.inspect.canvas({ width: 80 });

// %% Before anything else: on whose wire?
// A live capture reads what others say at this moment. Listen on machines and
// networks of your own, or with the owner's permission in writing; take no more
// than the question needs. Here all hosts are ours: a lab without a way out of it.
await using lab = await net.lab.up(`
name: shop
ipv6: false
hosts: { till: 10.0.0.1/24, server: 10.0.0.2/24 }
links: [[till, server, { delay: 20 ms }]]
`);
const [till, server] = [lab.host("till"), lab.host("server")];
console.log(lab.topology);

// %% Where can one listen?
// Each interface says whether packets can be captured on it, and if not, why, and
// which command mends it: most often, rights are missing.
// Python: get_if_list(); shell: tcpdump -D
console.log(await till.run((net) => net.wire.interfaces()));

// %% A service to listen to
// It sends back what it gets. On a machine of your own the capture below would be
// net.wire.capture("eth0", …), and needs root or the right CAP_NET_RAW.
await server.run((net) => {
  const service = net.tcp.serve({ hostname: "0.0.0.0", port: 7 }, net.tcp.echo);
  Object.assign(globalThis, { service });
});
const order = (text: string) =>
  till.run(async (net, text) => {
    await using conn = await net.tcp.connect("10.0.0.2:7");
    await conn.write(text);
    await conn.readExactly(text.length);
  }, text);

// %% Until so many have come
// The capture listens from the call on, whether somebody reads or not; the loop
// takes the packets as they come. It ends after three, and the capture with it.
// Python: sniff(iface="eth0", filter="tcp port 7", count=3)
const link = lab.link("till", "server");
const three = await link.capture({ filter: "tcp port 7", count: 3 });
const ordering = order("two teas, please");
const handshake: net.packet.Packet[] = [];
for await (const packet of three) {
  const { flags, seq, ack } = packet.tcp!;
  handshake.push(packet);
  console.log(`${packet.ipv4?.src}`, flags, { seq: seq > 0, ack: ack > 0 });
}
await ordering;

// %% A handshake, number by number
// Each side chooses where it starts to count. SYN counts as one octet, so it is
// acknowledged by the number behind it: that is how each knows that it was heard.
const [syn, synAck, ack] = handshake.map(({ tcp }) => tcp!);
const rows = [
  { flags: "SYN", says: "I count from A", check: syn!.ack === 0 },
  {
    flags: "SYN, ACK",
    says: "I count from B; next I expect A + 1",
    check: synAck!.ack === syn!.seq + 1,
  },
  {
    flags: "ACK",
    says: "next I expect B + 1",
    check: ack!.ack === synAck!.seq + 1,
  },
];
console.log(net.inspect.table(rows, { canvas }));

// %% Where you listen decides what you see
// The cable takes 20 ms each way. At the till the answer comes 40 ms after the
// question; the server, at its own end, answers at once. A slow answer seen at the
// client alone says nothing of who is slow: listen at both ends.
async function turn(at: string): Promise<number> {
  const filter = "tcp port 7 and tcp[tcpflags] & tcp-syn != 0";
  using capture = await link.capture({ at, filter, count: 2 });
  const ordering = order("one coffee");
  const times = await Array.fromAsync(capture, ({ time }) => time!);
  await ordering;
  return times[1]! - times[0]!;
}
for (const at of ["till", "server"]) {
  const ms = await turn(at);
  console.log(`at the ${at}: ${ms > 30 ? "far" : "near"},`, `${ms | 0} ms`);
}

// %% What the filter does not let through costs nothing
// It runs in the kernel, before a packet is copied. A mistake in it is told before
// anything is captured, with its place: an empty capture would look like silence.
try {
  await link.capture({ filter: "tcp prot 7" });
} catch (error) {
  if (!(error instanceof net.ParseError)) throw error;
  console.log(error.message);
}

// %% To the end, and then all at once
// stop() lets no more in. What has been captured until then can still be read, so
// nothing has to happen while the loop runs.
// Python: sniffer = AsyncSniffer(…); sniffer.start(); …; sniffer.stop()
async function during(
  options: net.lab.LinkCaptureOptions,
  deed: () => Promise<unknown>,
) {
  using capture = await link.capture(options);
  await deed();
  await new Promise((resolve) => setTimeout(resolve, 300)); // the last are on the way
  capture.stop();
  const packets = await Array.fromAsync(capture);
  return { packets, statistics: capture.statistics };
}
const whole = await during({ filter: "tcp port 7" }, () => order("a biscuit"));
console.log(whole.packets.length > 6, whole.statistics.dropped, "dropped");

// %% The same tools as for files
// Whatever reads a capture file takes live packets as well: conversations, streams,
// the expert, display filters. Try this: give net.packet.expert the packets.
// Python: the packets are a PacketList, as those of rdpcap()
const [stream] = net.packet.streams(whole.packets);
const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
console.log(stream!.state);
console.log("to the server:", text(stream!.data("toServer")));
console.log("and back:", text(stream!.data("toClient")));

// %% The headers are often enough
// Most questions are about who, when and how much. With a snap length of 66 octets
// nobody's words are kept: less to store, and less to be careful about. `length` is
// what was on the wire, `bytes` what is here.
const short = await during(
  { filter: "tcp port 7", snaplen: 66 },
  () => order("the secret recipe: warm the pot"),
);
const longest = Math.max(...short.packets.map(({ length }) => length));
const kept = Math.max(...short.packets.map(({ bytes }) => bytes.length));
console.log({ longest, kept });

// %% Silence has two sides
// The till complains: "no connection". Is the question lost, or the answer? Here the
// server has no way back to it. At the till's end one cannot tell; at the server's,
// questions come in and nothing goes out: the cable is innocent.
const nowhere = { to: "10.0.0.1/32", type: "blackhole" };
await server.run((net, route) => net.linux.addRoute(route), nowhere);
const silence = await during(
  { at: "server", filter: "tcp port 7" },
  () =>
    till.run(async (net) => {
      const trying = net.tcp.connect("10.0.0.2:7", { timeout: 300 });
      await trying.catch(() => {});
    }),
);
await server.run((net, route) => net.linux.deleteRoute(route), nowhere);
const seen = (from: string) =>
  silence.packets.filter(({ ipv4 }) => `${ipv4?.src}` === from).length;
console.log(seen("10.0.0.1"), "asked,", seen("10.0.0.2"), "answered");

// %% Was anything missed?
// Packets wait in a buffer until somebody reads them. When it is full the kernel
// drops what comes, and counts. This capture has a small buffer, and nobody reads
// it while 7 MB come. "0 dropped" is what one wants to see before one believes a
// capture.
const flood = () =>
  till.run(async (net) => {
    await using socket = await net.udp.open({ hostname: "0.0.0.0" });
    const data = new Uint8Array(1400);
    for (let i = 0; i < 5_000; i++) await socket.send(data, "10.0.0.2:9");
  });
const options = { filter: "udp port 9", buffer: 65_536 };
const { statistics } = await during(options, flood);
const { captured, dropped, received } = statistics;
console.log(dropped > 0, captured + dropped === received);

// %% How it ends
// After `count` packets or `duration` milliseconds; by stop(), or a signal, which
// leaves what came to be read; by the end of the loop, or of the block that says
// `using`; and with the interface, which is an error. Nothing goes on in secret.
const quiet = await link.capture({ filter: "tcp port 9", duration: 100 });
console.log((await Array.fromAsync(quiet)).length, "packets,", quiet.closed);

// %% Look on
// On a machine of your own, `writeTo: "shop.pcapng"` keeps what passes in a file, or
// in a row of them ({ path, seconds: 3600, files: 24 }); scripts/sniffer.ts shows
// who talks, how much, and what, while it goes on.
// Shell: dumpcap -b duration:3600 -b files:24 -w shop.pcapng

// %% Takeaways
// - Capture only where you may, with the narrowest filter and the shortest snap
//   length that answer the question.
// - Say when it ends: a count, a time, a signal.
// - The place decides: each end of a cable has a truth of its own. Compare both.
// - Live packets and files take the same tools.
// - Look at the statistics: what was dropped is missing from every conclusion.
