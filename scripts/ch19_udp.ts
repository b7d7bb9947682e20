#!/usr/bin/env -S deno run --allow-net=127.0.0.1,127.255.255.255,239.7.7.7 --allow-ffi
// ---
// chapter: 19
// title: UDP: datagrams to one, to all and to a group
// goal: Send and receive datagrams, live with those that are lost, and reach many hosts with one of them.
// needs: loopback
// minutes: 25
// ---
import * as net from "netrepl";

// %% A datagram, and no connection
// A socket is bound to a port, and that is all: no handshake, no state. Each
// datagram is addressed anew, and says whom to answer.
// Python: s = socket.socket(AF_INET, SOCK_DGRAM); s.bind(("127.0.0.1", 0));
// s.sendto(b"...", address); data, sender = s.recvfrom(65535)
await using anna = await net.udp.open();
await using ben = await net.udp.open();
await anna.send("Hello, UDP!", ben.address);
const hello = await ben.receive({ timeout: 1000 });
console.log(hello);
await ben.send("Hello yourself!", hello.from);
console.log((await anna.receive({ timeout: 1000 })).text());
console.log(anna);

// %% The borders are kept
// TCP keeps the order of octets and forgets where a write ended. With UDP it is
// the other way round: what was sent as one arrives as one, or not at all. Even
// a datagram of no octets is one. On loopback the order stays as well; on other
// ways it need not.
for (const part of ["one", "", "and another"]) {
  await anna.send(part, ben.address);
}
for (let i = 0; i < 3; i++) {
  const datagram = await ben.receive({ timeout: 1000 });
  console.log(datagram.data.length, [datagram.text()]);
}

// %% What is lost, nobody says
// Port 1 has no receiver. The send succeeds, since the system took the datagram;
// where TCP said "refused", there is silence now.
await anna.send("Anybody there?", "127.0.0.1:1");
try {
  await anna.receive({ timeout: 50 });
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.code);
  console.log(error.message);
}

// %% Lost for want of room
// Datagrams wait in a queue until the program takes them. This one has room for
// three. A sender that is faster than its receiver is not slowed down, as TCP
// would do: what finds no room is dropped.
await using narrow = await net.udp.open({ queue: 3 });
for (let i = 1; i <= 5; i++) await anna.send(`number ${i}`, narrow.address);
console.log(narrow.received, "kept,", narrow.dropped, "dropped");
const kept = await narrow.receiveAll({ timeout: 1000 });
console.log(kept.map((datagram) => datagram.text()));

// %% Too long for a datagram
// The length field has 16 bits. Less 20 octets of IP and 8 of UDP, 65,507 are
// left; more than about 1,400 would be cut into fragments on most networks, and
// one lost fragment loses all of it.
await anna.send(new Uint8Array(65_507), ben.address);
console.log((await ben.receive({ timeout: 1000 })).data.length, "arrived");
try {
  await anna.send(new Uint8Array(65_508), ben.address);
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.code);
}

// %% A server that loses what you ask
// A handler runs for each datagram. This one plays a bad network: it ignores two
// of three questions.
// Python: socketserver.ThreadingUDPServer(address, Handler)
let asked = 0;
await using oracle = await net.udp.serve({}, async (question, socket) => {
  asked++;
  if (asked % 3 !== 0) return;
  await socket.send(question.text().toUpperCase(), question.from);
});

// %% Ask again
// Who needs an answer has to send again when none comes in time: DNS, SNMP and
// NTP clients all do. The server may so get a question twice; it should be one
// that does no harm twice.
// Python: sock.settimeout(0.1), and a loop around sendto and recvfrom
const patient = await net.udp.request(oracle.address, "will it rain?", {
  timeout: 100,
  retry: 2,
});
console.log(patient.text(), `(${asked} datagrams)`);

// %% And when to give up
// Without the patience there is no answer: one datagram, and it was lost.
// Try this: raise retry to 5 here, and lower timeout to 1. What would happen if
// every client on a crowded network did that?
try {
  await net.udp.request(oracle.address, "and now?", { timeout: 100, retry: 0 });
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.message);
}

// %% Which answer is it?
// An answer may come late, after the question was sent again, or be somebody
// else's. So questions carry a number, which the answer repeats: DNS has an ID
// of 16 bits. match tells which datagram is meant.
await using late = await net.udp.serve({}, async (question, socket) => {
  await socket.send("6: an old answer", question.from);
  await socket.send(`${question.text()}: the right one`, question.from);
});
const seventh = await net.udp.request(late.address, "7", {
  match: (datagram) => datagram.text().startsWith("7:"),
});
console.log(seventh.text());

// %% Connected, without a connection
// connect() sends nothing. It notes the peer in the kernel: send needs no target,
// strangers' datagrams stay out, and errors (ICMP "port unreachable") find their
// way back to us. That last part takes --allow-ffi.
// Python: s.connect(address); s.send(b"..."); ConnectionRefusedError from recv
await using pair = await net.udp.connect("127.0.0.1:1");
await pair.send("Anybody there?");
try {
  await pair.receive({ timeout: 1000 });
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.code);
  console.log(error.message);
}

// %% Broadcast: to all on the link
// The last address of a network means everybody in it. On loopback that is
// 127.255.255.255. A program has to say that it means it, lest a wrong address
// wakes a whole network.
// Python: s.setsockopt(SOL_SOCKET, SO_BROADCAST, 1)
await using caller = await net.udp.open();
const all = "127.255.255.255";
try {
  await caller.send("Hello, all!", `${all}:5000`);
} catch (error) {
  if (!(error instanceof net.NetError)) throw error;
  console.log(error.message);
}

// %% Two listeners on one port
// Those who want to hear broadcasts bind the broadcast address (or 0.0.0.0), and
// share a port by reuseAddress. Each gets a copy.
const shared = { hostname: all, options: { reuseAddress: true } };
await using first = await net.udp.open(shared);
const { port } = first.address;
await using second = await net.udp.open({ ...shared, port });
caller.options.set({ broadcast: true });
await caller.send("Hello, all!", `${all}:${port}`);
for (const listener of [first, second]) {
  console.log((await listener.receive({ timeout: 1000 })).text());
}

// %% Multicast: to those who asked for it
// 224.0.0.0/4 are groups. Who joins one gets what is sent to it; other hosts are
// left in peace, and a switch may know who wants it (IGMP). 239.x are for private
// use. We name the interface, as else the route to the group decides.
// Python: s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, inet_aton(group) + inet_aton(own))
const group = "239.7.7.7";
const inGroup = { hostname: group, options: { reuseAddress: true } };
await using tuned = await net.udp.open(inGroup);
const channel = `${group}:${tuned.address.port}`;
tuned.join(group, { interface: "127.0.0.1" });
console.log(`${tuned.groups[0]?.group} by ${tuned.groups[0]?.interface}`);

// %% One datagram, many receivers
// The sender need not be in the group. It says by which interface, and how many
// routers the datagram may pass: with 1, the default, none.
const radio = { multicastInterface: "127.0.0.1", multicastTtl: 1 };
await using station = await net.udp.open({ options: radio });
await station.send("This is channel 7.", channel);
console.log((await tuned.receive({ timeout: 1000 })).text());
tuned.leave(group, { interface: "127.0.0.1" });
await station.send("Anybody left?", channel);
const silence = await tuned.receive({ timeout: 50 }).catch((error) => error);
console.log(silence.code);

// %% Many datagrams a call
// Each call into the kernel costs about a microsecond or more. sendAll and
// receiveAll take many datagrams with one (sendmmsg, recvmmsg); offload lets the
// kernel cut and join them as well. Python's socket has none of these.
async function perDatagram(offload: boolean, together: boolean) {
  await using to = await net.udp.open({ offload });
  await using from = await net.udp.open({ offload });
  const burst = Array.from({ length: 100 }, () => new Uint8Array(100));
  const start = performance.now();
  for (let round = 0; round < 50; round++) {
    if (together) await from.sendAll(burst, to.address);
    else for (const one of burst) await from.send(one, to.address);
    for (let got = 0; got < burst.length;) {
      got += (await to.receiveAll({ timeout: 1000 })).length;
    }
  }
  return (performance.now() - start) / (50 * burst.length);
}

// %% One by one, together, in one piece
// The first run only warms up. At most 100 datagrams are on their way here, as
// we wait for them before we send more. Without such a pace UDP sends into a full
// buffer as happily as into an empty one.
await perDatagram(false, false);
const single = await perDatagram(false, false);
const together = await perDatagram(false, true);
const inOnePiece = await perDatagram(true, true);
for (const [name, ms] of Object.entries({ single, together, inOnePiece })) {
  console.log(`${name}: ${net.inspect.duration(ms)} a datagram`);
}
console.log(`in one piece beats one by one: ${inOnePiece < single}`);

// %% Takeaways
// - A datagram arrives whole or not at all; order and arrival are your affair.
// - An answer is the only proof of arrival: time out, ask again, number questions.
// - Nothing slows a UDP sender down but itself.
// - "Connected" UDP filters senders and hears "refused"; nothing is exchanged.
// - Broadcast reaches all on a link, multicast those who joined a group.
