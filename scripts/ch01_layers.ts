#!/usr/bin/env -S deno run --allow-net=127.0.0.1
// ---
// chapter: 1
// title: One HTTP request, watched at every layer
// goal: Say what each layer of the OSI model and of the TCP/IP stack adds to a message, and find it in the octets.
// needs: loopback
// minutes: 15
// ---
import * as net from "netrepl";

// %% A web server in one handler
// HTTP is lines of text over TCP. This server says its answer by hand, so that
// nothing is hidden, and keeps what it heard.
// Python: class Handler(socketserver.StreamRequestHandler)
const heard: string[] = [];
await using server = await net.tcp.serve({}, async (conn) => {
  for await (const line of conn.lines()) {
    heard.push(`${line}\r\n`);
    if (line === "") break;
  }
  await conn.write(
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 15\r\n" +
      "Connection: close\r\n\r\nHello, layers!\n",
  );
});
console.log(server);

// %% Layer 7, application: ask, and be answered
// One call does all that this lesson takes apart: open a connection, send the
// request, read the response.
// Python: requests.get(url)
const headers = { "user-agent": "netrepl" };
const response = await net.http.get(`http://${server.address}/`, { headers });
console.log(response);

// %% The same request as the server heard it
// A request line, header fields, an empty line. Names and order are agreed
// between the two applications (RFC 9112); no layer below looks inside.
const request = heard.join("").replace(`${server.address}`, "www.example");
console.log(request.trimEnd());

// %% Seven layers on paper, four in the stack
// The OSI model has seven layers, the stack that the Internet runs has four:
// its application layer does the work of OSI's 5, 6 and 7. Each layer has its
// own name for the unit that it sends.
const peer = server.address.hostname;
const titles = ["osi", "stack", "unit", "protocol", "here"];
const rows = [
  ["7 application", "application", "message", "HTTP", "GET /"],
  ["6 presentation", "", "", "UTF-8", "text <-> octets"],
  ["5 session", "", "", "HTTP", "Connection: close"],
  ["4 transport", "transport", "segment", "TCP", `${server.address}`],
  ["3 network", "internet", "packet", "IPv4", peer],
  ["2 data link", "link", "frame", "loopback", "no address here"],
  ["1 physical", "", "bits", "none", "memory of this machine"],
].map((row) => Object.fromEntries(titles.map((title, i) => [title, row[i]])));
const canvas = net.inspect.canvas({ width: 80 });
console.log(net.inspect.table(rows, { canvas }));

// %% Below HTTP there is only a stream of octets
// The same request again, this time written into a connection of our own. TCP
// carries it without knowing what it is.
// Python: sock = socket.create_connection(...); sock.sendall(request)
await using conn = await net.tcp.connect(server.address);
await conn.write(request);
const answer = await conn.readAll();
console.log(conn);
console.log(new TextDecoder().decode(answer).split("\r\n")[0]);

// %% Layer 4, transport: a segment
// Now we do the system's work and put a header before those octets. TCP's says
// which program (ports) and which octets of the stream (sequence number).
const payload = new TextEncoder().encode(request);
const segment = new net.bytes.ByteWriter()
  .u16(54321).u16(80) // from port, to port
  .u32(1000).u32(2000) // sequence number, acknowledgement number
  .u8(5 << 4).u8(0x18) // header length of 5 words, flags ACK and PSH
  .u16(64240).u16(0).u16(0) // window, checksum (for now), urgent pointer
  .bytes(payload);
console.log(`${payload.length} octets of HTTP, ${segment.length} with TCP`);

// %% TCP checks more than its own octets
// The checksum also covers a pseudo-header with both addresses (RFC 9293 §3.1),
// so that a segment which strays to another host is noticed there.
const src = net.ip.parse("192.0.2.10").toBytes();
const dst = net.ip.parse("198.51.100.20").toBytes();
const pseudo = new net.bytes.ByteWriter()
  .bytes(src).bytes(dst).u8(0).u8(6).u16(segment.length).toBytes();
const sum = net.bytes.onesSum(pseudo);
const tcpChecksum = net.bytes.internetChecksum(segment.toBytes(), sum);
segment.setU16(16, tcpChecksum);
console.log(`checksum 0x${tcpChecksum.toString(16).padStart(4, "0")}`);

// %% Layer 3, network: a packet
// IPv4's header says from which host to which, and how many routers may pass it
// on. Its checksum covers the header alone, as each router changes the TTL.
const ipv4 = new net.bytes.ByteWriter()
  .u8(0x45).u8(0).u16(20 + segment.length) // version 4, 5 words; total length
  .u16(1).u16(0x4000) // identification, "don't fragment"
  .u8(64).u8(6).u16(0) // TTL, TCP inside, checksum (for now)
  .bytes(src).bytes(dst);
ipv4.setU16(10, net.bytes.internetChecksum(ipv4.toBytes()));
console.log(net.bytes.hex(ipv4.toBytes(), " "));

// %% Layer 2, data link: a frame
// Ethernet's header says which card on this cable. It changes at every router,
// while the packet inside travels on.
const frame = new net.bytes.ByteWriter()
  .bytes(net.bytes.parseHex("02:00:00:00:00:02")) // to: the next router
  .bytes(net.bytes.parseHex("02:00:00:00:00:01")) // from: our card
  .u16(0x0800) // IPv4 inside
  .bytes(ipv4.toBytes()).bytes(segment.toBytes())
  .toBytes();
console.log(net.bytes.hexdump(frame, { canvas, maxOctets: 96 }));

// %% Read it back, as a sniffer would
// Each header says what comes next: type 0x0800, protocol 6, port 80. So a
// decoder finds its way from the first octet to the last.
// Python: scapy.all.Ether(frame).show()
const packet = net.packet.decode(frame, { linkType: 1 });
console.log(packet.show({ canvas }));

// %% What the layers cost
// Encapsulation is not free: these headers travel with every segment.
// Try this: request a longer path in the second cell, "/" + "x".repeat(1000),
// run the cells again, and see how the share of the headers shrinks.
const shares = packet.layers.map(({ name, headerLength: octets }) => {
  const share = net.inspect.bar(octets, frame.length, 40);
  return { layer: name, octets, share };
});
console.log(net.inspect.table(shares, { canvas }));

// %% Takeaways
// - Each layer puts its header before what the layer above hands down, and
//   reads nothing of that.
// - Ports name programs, IP addresses name hosts, MAC addresses name cards on
//   one link; only the last change on the way.
// - OSI's seven layers are the words we talk in, TCP/IP's four are what runs.
// - Every header names the next one, and that is all a decoder needs.
